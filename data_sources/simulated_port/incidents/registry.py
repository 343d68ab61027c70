"""All kinds of incidents by rule: the one list of what a scenario may ask for."""

from __future__ import annotations

from data_sources.simulated_port.incidents import (
    r01_unpermitted_removal,
    r02_fence_breach,
    r03_seal_tamper,
    r04_stock_mismatch,
    r05_identity_mismatch,
    r06_weight_anomaly,
    r07_empty_not_verified,
    r08_inspection_evasion,
    r09_image_suspect,
    r10_overdue_stay,
    r11_dangerous_goods_place,
    r12_transit_deviation,
    r13_position_implausible,
    r14_loitering,
    r15_device_down,
    r16_night_activity,
)
from data_sources.simulated_port.incidents.kind import IncidentKind

KINDS: dict[str, IncidentKind] = {
    module.KIND.rule: module.KIND
    for module in (
        r01_unpermitted_removal, r02_fence_breach, r03_seal_tamper, r04_stock_mismatch, r05_identity_mismatch,
        r06_weight_anomaly, r07_empty_not_verified, r08_inspection_evasion, r09_image_suspect, r10_overdue_stay,
        r11_dangerous_goods_place, r12_transit_deviation, r13_position_implausible, r14_loitering, r15_device_down,
        r16_night_activity,
    )
}
