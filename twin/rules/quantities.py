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
    "weight_difference": Name("重量差", "difference in weight"),
    "load_state": Name("空重状态", "empty or full"),
    "slot": Name("箱位", "slot"),
    "distance_to_slot": Name("距箱位距离", "distance to the slot"),
    "paper": Name("单证", "paper"),
    "landing": Name("卸船", "landing"),
    "test_result": Name("验箱结果", "result of the test"),
    "move_purpose": Name("移动目的", "purpose of the move"),
    "image_result": Name("审图结论", "result of the image review"),
    "inspection_state": Name("查验状态", "state of the inspection"),
    "plate_read": Name("识读车牌", "plate as read"),
    "container_read": Name("识读箱号", "container number as read"),
    "check_digit": Name("箱号校验码", "check digit of the number"),
    "place": Name("所在位置", "place"),
    "distance_to_gate": Name("距卡口距离", "distance to the gate"),
    "seal_number": Name("关锁号", "seal number"),
    "stay": Name("在港时间", "stay in the port"),
    "dangerous_class": Name("危险品类别", "class of dangerous goods"),
    "spaces_along": Name("纵向间隔箱位", "container spaces between along the block"),
    "spaces_across": Name("横向间隔箱位", "container spaces between across the block"),
    "device_state": Name("设备状态", "state of the device"),
    "working_hours": Name("作业时间", "working hours"),
    "off_corridor": Name("偏离路线距离", "distance beyond the corridor"),
    "stop": Name("停车时长", "time standing"),
    "overdue": Name("超期时长", "time beyond the due time"),
    "write_off_wait": Name("等待核销时长", "time since arrival without write-off"),
    "speed": Name("速度", "speed"),
    "distance_from_port": Name("距港区", "distance from the port"),
    "frozen": Name("定位不变时长", "time without a change of position"),
    "jammed_vehicles": Name("受扰车辆数", "vehicles disturbed at the same time"),
    "off_route": Name("离开道路时长", "time off the roads"),
    "draw": Name("抽签值", "number drawn"),
}
"""Names by the `quantity` of a `twin.warnings.Limit`."""
