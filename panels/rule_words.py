"""What rules call things in their findings, in both languages: causes, sources, readings, why a condition ended."""

from __future__ import annotations

from collections.abc import Mapping

from panels import vocabulary as v
from twin.port_layout import Name

CAUSES: Mapping[str, Mapping[str, Name]] = {
    "R03": {
        "cut": Name("关锁被剪断", "The seal was cut"),
        "tampered": Name("关锁被破坏", "The seal was tampered with"),
        "unlocked_without_authority": Name("无授权开锁", "The seal was opened without authority"),
        "unlocked_outside_permitted_place": Name("在许可地点之外开锁", "The seal was opened outside a permitted place"),
        "silent": Name("行驶途中关锁失联", "The seal fell silent while moving"),
        "number_differs": Name("关锁号与卡口识读不符", "The gate read another seal number"),
    },
    "R04": {
        "no_manifest": Name("有货无单", "In the port without a paper"),
        "never_landed": Name("有单无货", "On the manifest, but never landed"),
        "empty_against_full": Name("空重状态不符", "Empty against full"),
        "weight": Name("重量不符", "Weights differ"),
        "other_slot": Name("箱位不符", "The stock names another slot"),
        "seal_elsewhere": Name("关锁定位不在账面箱位", "The seal is not where the stock has the container"),
    },
    "R05": {
        "plate": Name("车牌不符", "Another plate than ordered"),
        "container": Name("箱号不符", "Another container than ordered"),
        "invalid_number": Name("箱号校验位错误", "Not a valid container number"),
        "elsewhere": Name("同一箱号另有一箱在场", "The same container stands elsewhere"),
        "cloned": Name("同一车牌两处出现", "The same plate in two places"),
    },
    "R06": {
        "heavier": Name("重于申报", "Heavier than declared"),
        "lighter": Name("轻于申报", "Lighter than declared"),
        "declared_empty": Name("申报空箱而有重量", "Declared empty, but heavy"),
    },
    "R07": {
        "untested": Name("空箱未经检测", "The empty was never tested"),
        "not_verified": Name("空箱检测未通过", "The empty did not pass its test"),
        "tested_loaded": Name("检测有货仍被提走", "Tested as loaded, and taken away"),
    },
    "R08": {
        "moved_elsewhere": Name("布控箱未去查验", "A held container went elsewhere"),
        "overdue": Name("逾期未查验", "The inspection is overdue"),
    },
    "R09": {
        "moved": Name("审图存疑仍被移动", "Moved although its image is in doubt"),
        "left": Name("审图存疑仍离港", "Left although its image is in doubt"),
    },
    "R10": {
        "undeclared": Name("超期未申报", "Not declared in time"),
        "unreleased": Name("超期未放行", "Not released in time"),
        "reefer": Name("冷藏箱超期", "The reefer stays too long"),
        "dangerous": Name("危险品超期", "Dangerous goods stay too long"),
    },
    "R11": {
        "licence": Name("箱区无此类危险品许可", "The block is not licensed for the class"),
        "segregation": Name("隔离距离不足", "Too near to goods it must be kept from"),
    },
    "R12": {
        "off_corridor": Name("偏离规定路线", "Off its corridor"),
        "stopped": Name("途中停车过久", "Stands too long on its way"),
        "overdue": Name("逾期未到", "Overdue"),
        "not_written_off": Name("到达后未核销", "Arrived, but not written off"),
        "seal_broken": Name("途中关锁被开启", "The seal was opened on the way"),
    },
    "R13": {
        "leap": Name("定位跳变", "The position leapt"),
        "outside_world": Name("定位在港区之外", "The position is far from the port"),
        "frozen": Name("行驶中定位不变", "The position is frozen while it moves"),
        "jammed": Name("区域定位受干扰", "Positions are disturbed in an area"),
    },
    "R14": {
        "standing": Name("载货车在道路上久停", "A loaded vehicle stands on a road"),
        "off_route": Name("载货车离开道路", "A loaded vehicle is off the roads"),
    },
    "R15": {
        "down": Name("设备报故障", "The device says that it is down"),
        "silent": Name("设备失联", "The device is silent"),
        "source_silent": Name("定位数据源中断", "A source of positions is silent"),
    },
}
"""Names of the `cause` of a finding, by rule."""

WAYS: Mapping[str, Name] = {
    "crossed": Name("越过", "crossed"),
    "inside": Name("进入", "entered"),
    "put_down": Name("堆存于", "was set down inside"),
    "gate_in": Name("进卡口", "came in by the gate"),
    "gate_out": Name("出卡口", "went out by the gate"),
    "stacked": Name("上下相叠", "stacked on it"),
    "beside": Name("相邻", "beside it"),
    **v.MOVE_EVENTS,
}
"""How something was done: the `how` of a finding."""

SOURCES: Mapping[str, Name] = {
    "tos": Name("码头系统", "terminal"),
    "manifest": Name("舱单", "manifest"),
    "declaration": Name("报关单", "declaration"),
    "gate": Name("卡口", "gate"),
    "seal": Name("关锁", "seal"),
    "lift": Name("吊装记录", "lift"),
    "position": Name("定位", "position"),
    "inspection": Name("查验", "inspection"),
    "order": Name("作业指令", "order"),
    "device": Name("设备", "device"),
}
"""Who says something: `disagrees` and `against` of a finding."""

PURPOSES: Mapping[str, Name] = {
    "pickup": Name("提箱出场", "pick-up"),
    "delivery": Name("送箱进场", "delivery"),
    "discharge": Name("卸船", "discharge"),
    "loading": Name("装船", "loading"),
    "inspection": Name("送查验", "inspection"),
    "restow": Name("场内倒箱", "restow"),
    "rail": Name("铁路", "rail"),
}

_DECLARATION_MODES = {
    "import": Name("进口", "import"),
    "export": Name("出口", "export"),
    "transit": Name("转关", "transit"),
}

SAID: Mapping[str, Name] = {
    **v.DECLARATION_STATES, **v.INSPECTION_STATES, **v.INSPECTION_RESULTS, **_DECLARATION_MODES, **PURPOSES,
    **v.SEAL_EVENTS, **v.MOVE_EVENTS,
    "none": Name("无", "none"),
    "full": Name("重箱", "full"),
    "empty": Name("空箱", "empty"),
    "up": Name("正常", "up"),
    "down": Name("故障", "down"),
    "in the port": Name("在港", "in the port"),
    "landed here": Name("在本港卸船", "landed here"),
    "never landed": Name("未卸船", "never landed"),
    "discharged": Name("已卸船", "discharged"),
    "taken away": Name("已提走", "taken away"),
    "not begun": Name("未开始", "not begun"),
    "on the truck": Name("在车上", "on the truck"),
    "another digit": Name("另一校验位", "another digit"),
    "manifest or declaration": Name("舱单或报关单", "manifest or declaration"),
    "permit or declaration": Name("许可或报关单", "permit or declaration"),
    "given": Name("有", "given"),
    "missing": Name("缺失", "missing"),
    "-": Name("无", "none"),
}
"""What a rule read instead of measuring it."""

RECORD_KINDS: Mapping[str, Name] = {
    "position": Name("定位", "Position"),
    "container": Name("箱资料", "Container"),
    "move": Name("作业", "Move"),
    "inventory": Name("在场记录", "Stock"),
    "gate_passage": Name("过卡口", "Gate"),
    "seal_event": Name("关锁", "Seal"),
    "manifest": Name("舱单", "Manifest"),
    "declaration": Name("报关单", "Declaration"),
    "inspection": Name("查验", "Inspection"),
    "transit_trip": Name("转关", "Transit"),
    "vessel_call": Name("航次", "Vessel call"),
    "device_health": Name("设备", "Device"),
    "appointment": Name("预约", "Appointment"),
    "task": Name("任务", "Task"),
    "action": Name("操作", "Action"),
}
"""Kinds of records on which a finding rests."""

ENDINGS: Mapping[str, Name] = {
    "container is back in the yard": Name("箱已回场", "container is back in the yard"),
    "released after the lift": Name("起吊后放行", "released after the lift"),
    "facts changed": Name("事实已变", "facts changed"),
    "crossed and left": Name("越过后离开", "crossed and left"),
    "was outside again by then": Name("当时已在围栏外", "was outside again by then"),
    "left the area": Name("已离开该区域", "left the area"),
    "container was moved": Name("箱已移走", "container was moved"),
    "locked again or opened with authority": Name("重新施封或经授权开启", "locked again or opened with authority"),
    "gave a sign of life again": Name("恢复在线", "gave a sign of life again"),
    "the sources agree, as became known later": Name("后知各方一致", "the sources agree, as became known later"),
    "the sources agree again": Name("各方重新一致", "the sources agree again"),
    "its place is certain again": Name("箱位已核实", "its place is certain again"),
    "seal and slot agree again": Name("关锁与箱位一致", "seal and slot agree again"),
    "its paper came": Name("单证已到", "its paper came"),
    "is of domestic trade": Name("系内贸箱", "is of domestic trade"),
    "landed after all": Name("已卸船", "landed after all"),
    "the terminal says the same, as became known later": Name(
        "后知码头记录一致", "the terminal says the same, as became known later"),
    "read again as ordered": Name("重新识读相符", "read again as ordered"),
    "stood in the yard, so that it was another one on the truck": Name(
        "该箱在场，车上系另一箱", "stood in the yard, so that it was another one on the truck"),
    "nothing is declared": Name("无申报重量", "nothing is declared"),
    "weighed again as declared": Name("复磅相符", "weighed again as declared"),
    "inspected since": Name("已查验", "inspected since"),
    "is not under supervision": Name("不属监管箱", "is not under supervision"),
    "declaration was amended": Name("报关单已修改", "declaration was amended"),
    "weight is as declared": Name("重量与申报相符", "weight is as declared"),
    "was not taken away": Name("未被提走", "was not taken away"),
    "was tested empty since": Name("已验为空箱", "was tested empty since"),
    "is no inbound empty container": Name("不是进境空箱", "is no inbound empty container"),
    "was tested empty before": Name("此前已验为空箱", "was tested empty before"),
    "was not held": Name("当时未布控", "was not held"),
    "inspection began": Name("查验已开始", "inspection began"),
    "the image is not in doubt": Name("图像无疑点", "the image is not in doubt"),
    "was opened and looked at": Name("已开箱查验", "was opened and looked at"),
    "was scanned again and is clear": Name("复扫未见异常", "was scanned again and is clear"),
    "was declared": Name("已申报", "was declared"),
    "was released": Name("已放行", "was released"),
    "left the port": Name("已离港", "left the port"),
    "no longer stands there": Name("已不在该处", "no longer stands there"),
    "written off": Name("已核销", "written off"),
    "sealed again": Name("重新施封", "sealed again"),
    "back in its corridor": Name("回到规定路线", "back in its corridor"),
    "goes on": Name("继续行驶", "goes on"),
    "arrived": Name("已到达", "arrived"),
    "plausible again": Name("定位恢复正常", "plausible again"),
    "nobody is disturbed any more": Name("干扰已消失", "nobody is disturbed any more"),
    "drove on": Name("已驶离", "drove on"),
    "works again": Name("恢复正常", "works again"),
    "passed the gate": Name("已过卡口", "passed the gate"),
    "taken out of the zone": Name("已移出该区域", "taken out of the zone"),
    "the zone has opened": Name("该区域已开放作业", "the zone has opened"),
    "a record that came late shows that it was not so": Name(
        "后到记录表明并非如此", "a record that came late shows that it was not so"),
    "other facts became known later": Name("后到记录改变结论", "other facts became known later"),
}
"""Why a rule says that a condition ended or never held."""
