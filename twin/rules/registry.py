"""The rules the twin ships with, in the order in which they judge."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from twin.rules.base import Changed, ParameterError, Rule, RuleSpec
from twin.rules.r00_random_control import RULE as R00
from twin.rules.r00_random_control import RandomControl
from twin.rules.r01_unpermitted_removal import RULE as R01
from twin.rules.r01_unpermitted_removal import UnpermittedRemoval
from twin.rules.r02_fence_breach import RULE as R02
from twin.rules.r02_fence_breach import FenceBreach
from twin.rules.r03_seal_tamper import RULE as R03
from twin.rules.r03_seal_tamper import SealTamper
from twin.rules.r04_stock_mismatch import RULE as R04
from twin.rules.r04_stock_mismatch import StockMismatch
from twin.rules.r05_identity_mismatch import RULE as R05
from twin.rules.r05_identity_mismatch import IdentityMismatch
from twin.rules.r06_weight_anomaly import RULE as R06
from twin.rules.r06_weight_anomaly import WeightAnomaly
from twin.rules.r07_empty_not_verified import RULE as R07
from twin.rules.r07_empty_not_verified import EmptyNotVerified
from twin.rules.r08_inspection_evasion import RULE as R08
from twin.rules.r08_inspection_evasion import InspectionEvasion
from twin.rules.r09_image_suspect import RULE as R09
from twin.rules.r09_image_suspect import ImageSuspect
from twin.rules.r10_overdue_stay import RULE as R10
from twin.rules.r10_overdue_stay import OverdueStay
from twin.rules.r11_dangerous_goods_place import RULE as R11
from twin.rules.r11_dangerous_goods_place import DangerousGoodsPlace
from twin.rules.r12_transit_deviation import RULE as R12
from twin.rules.r12_transit_deviation import TransitDeviation
from twin.rules.r13_position_implausible import RULE as R13
from twin.rules.r13_position_implausible import PositionImplausible
from twin.rules.r14_loitering import RULE as R14
from twin.rules.r14_loitering import Loitering
from twin.rules.r15_device_down import RULE as R15
from twin.rules.r15_device_down import DeviceDown
from twin.rules.r16_night_activity import RULE as R16
from twin.rules.r16_night_activity import NightActivity

Settings = Mapping[str, Mapping[str, Any]]

_MAKERS: tuple[tuple[RuleSpec, Callable[[Mapping[str, float]], Rule]], ...] = (
    (R01, UnpermittedRemoval),
    (R02, FenceBreach),
    (R03, SealTamper),
    (R04, StockMismatch),
    (R05, IdentityMismatch),
    (R06, WeightAnomaly),
    (R07, EmptyNotVerified),
    (R08, InspectionEvasion),
    (R09, ImageSuspect),
    (R10, OverdueStay),
    (R11, DangerousGoodsPlace),
    (R12, TransitDeviation),
    (R13, PositionImplausible),
    (R14, Loitering),
    (R15, DeviceDown),
    (R16, NightActivity),
    (R00, RandomControl),
)

RULES: tuple[RuleSpec, ...] = tuple(spec for spec, _ in _MAKERS)


def changed_settings(settings: Settings) -> tuple[Changed, ...]:
    """The parameters of which settings say otherwise than the defaults, in the order of the rules.

    Raises ParameterError as `make_rules`.
    """
    make_rules(settings)
    return tuple(
        Changed(spec.id, p.name, value, p.default, p.unit)
        for spec in RULES for p in spec.parameters
        if (value := spec.values(settings.get(spec.id))[p.name]) != p.default)


def make_rules(settings: Settings | None = None) -> tuple[Rule, ...]:
    """All rules, with parameters from settings (parameter values by name, by rule id) or their defaults.

    Raises ParameterError naming what is wrong in the settings.
    """
    given = settings or {}
    unknown = sorted(set(given) - {spec.id for spec in RULES})
    if unknown:
        raise ParameterError(f"rule {unknown[0]!r} is unknown; known are {', '.join(spec.id for spec in RULES)}.")
    return tuple(make(spec.values(given.get(spec.id))) for spec, make in _MAKERS)
