"""What the limits of findings are about, in both languages: the one list of quantities that rules measure or read."""

from __future__ import annotations

from collections.abc import Mapping

from twin.port_layout import Name

QUANTITIES: Mapping[str, Name] = {
    "declaration_state": Name("报关单状态", "state of the declaration"),
    "declaration_mode": Name("申报方式", "mode of the declaration"),
    "depth_inside": Name("越界深度", "depth inside the fence"),
    "way_inside": Name("穿越长度", "length of the way inside the fence"),
    "seal_event": Name("关锁事件", "seal event"),
    "authority": Name("授权", "authority"),
    "distance_to_permitted_place": Name("距许可开锁地点", "distance to a place where it may be opened"),
    "silence": Name("静默时长", "time without a sign of life"),
    "seal_number": Name("关锁号", "seal number"),
}
"""Names by the `quantity` of a `twin.warnings.Limit`."""
