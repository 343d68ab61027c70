"""What the trade calls things, Chinese and English, for every code that reaches the screen."""

from __future__ import annotations

from twin.port_layout import Name

LEGAL_STATES = {
    "UNDECLARED": Name("未申报", "Not declared"),
    "DECLARED": Name("已申报", "Declared"),
    "HELD": Name("布控", "Held"),
    "INSPECTION": Name("查验中", "Under inspection"),
    "RELEASED": Name("放行", "Released"),
    "REMOVED": Name("提离", "Removed"),
    "DOMESTIC": Name("内贸", "Domestic"),
    "EMPTY": Name("空箱", "Empty"),
    "TRANSIT": Name("转关", "Transit"),
    "UNKNOWN": Name("不明", "Unknown"),
}

TRADES = {
    "foreign": Name("外贸", "Foreign trade"),
    "domestic": Name("内贸", "Domestic trade"),
    "transit": Name("转关", "Customs transit"),
    "transshipment": Name("国际中转", "Transshipment"),
}

PLACES = {
    "slot": Name("堆场", "Yard"),
    "vehicle": Name("车上", "On a vehicle"),
    "vessel": Name("船上", "On board"),
    "rail": Name("铁路", "Rail"),
    "outside": Name("港外", "Outside the port"),
}

VEHICLE_KINDS = {
    "road_truck": Name("集卡", "Road truck"),
    "terminal_tractor": Name("拖车", "Terminal tractor"),
    "agv": Name("无人集卡", "Driverless carrier"),
    "patrol": Name("巡查车", "Patrol car"),
}

ENTITY_KINDS = {
    "vehicle": Name("车辆", "Vehicle"),
    "seal": Name("关锁", "Seal"),
    "vessel": Name("船舶", "Vessel"),
    "crane": Name("起重机", "Crane"),
    "officer": Name("关员", "Officer"),
    "container": Name("集装箱", "Container"),
    "block": Name("箱区", "Block"),
    "bay": Name("贝位", "Bay"),
    "slot": Name("箱位", "Slot"),
    "zone": Name("区域", "Zone"),
    "gate": Name("卡口", "Gate"),
    "berth": Name("泊位", "Berth"),
    "building": Name("建筑", "Building"),
    "fence": Name("电子围栏", "Electronic fence"),
    "warning": Name("预警", "Warning"),
    "declaration": Name("报关单", "Declaration"),
}

SEAL_STATES = {
    "LOCKED": Name("施封完好", "Locked"),
    "UNLOCKED": Name("已开启", "Unlocked"),
    "TAMPERED": Name("被破坏", "Tampered"),
    "CUT": Name("被剪断", "Cut"),
    "LOW_BATTERY": Name("电量低", "Low battery"),
    "UNKNOWN": Name("不明", "Unknown"),
}

SEVERITIES = {
    "critical": Name("紧急", "Critical"),
    "high": Name("高", "High"),
    "medium": Name("中", "Medium"),
    "low": Name("低", "Low"),
}

SEVERITY_MARKS = {"critical": "■", "high": "▲", "medium": "●", "low": "◆"}
"""A shape for each severity, so that colour never stands alone."""

SEVERITY_COLOURS = {"critical": "alarm", "high": "attention", "medium": "notice", "low": "dim"}
"""Names of the theme's colours."""

SUBJECT_KINDS = {
    "container": Name("箱", "container"),
    "vehicle": Name("车", "vehicle"),
    "seal": Name("关锁", "seal"),
    "declaration": Name("报关单", "declaration"),
    "trip": Name("转关单", "transit trip"),
    "device": Name("设备", "device"),
    "source": Name("数据源", "source"),
    "zone": Name("区域", "zone"),
}

WARNING_STATES = {
    "raised": Name("未确认", "Not acknowledged"),
    "acknowledged": Name("已确认", "Acknowledged"),
    "taken": Name("已接手", "Taken"),
    "dispatched": Name("已派单", "Dispatched"),
    "confirmed": Name("属实", "Confirmed"),
    "rejected": Name("误报", "False"),
    "closed": Name("已办结", "Closed"),
}

STEP_BUTTONS = {
    "acknowledge": Name("确认", "Ack"),
    "take": Name("接手", "Take"),
    "dispatch": Name("派单", "Patrol"),
    "hold_gate": Name("拦截", "Hold"),
    "close": Name("办结", "Close"),
    "confirm": Name("属实", "True"),
    "reject": Name("误报", "False"),
    "shelve": Name("搁置", "Shelve"),
    "approve": Name("同意", "Agree"),
    "unshelve": Name("取回", "Unshelve"),
    "hand_over": Name("移交", "Pass on"),
    "comment": Name("备注", "Note"),
    "reopen": Name("重开", "Reopen"),
}

CLOSE_REASONS = {
    "handled": Name("已处置", "Handled on the spot"),
    "seized": Name("已扣留", "Goods detained"),
    "returned": Name("已退回原位", "Brought back"),
    "regularised": Name("已补办手续", "Papers made good"),
    "permitted": Name("经核有许可", "Permission found"),
    "device": Name("设备故障", "Device fault"),
    "data": Name("数据错误", "Data error"),
    "rule": Name("规则误报", "Rule too strict"),
    "drill": Name("演练", "Drill"),
}

CONFIRM_REASONS = {code: CLOSE_REASONS[code] for code in ("handled", "seized", "returned", "regularised")}
REJECT_REASONS = {code: CLOSE_REASONS[code] for code in ("permitted", "device", "data", "rule", "drill")}

SHELF_HOURS = (0.5, 1.0, 4.0, 8.0, 12.0)

REFUSED_STEPS = {
    "unknown": Name("没有这条预警（{id}）", "there is no such warning ({id})"),
    "nameless": Name("操作须有操作人姓名", "a step needs the name of who takes it"),
    "rules_only": Name("该步骤只能由规则触发", "only the rule itself makes this step"),
    "clock_only": Name("级别只随时间升降", "time alone moves the severity"),
    "owned": Name("已由{owner}接手", "{owner} has it already"),
    "not_yours": Name("由{owner}负责，{by}不能操作", "it belongs to {owner}, not to {by}"),
    "state": Name("当前状态“{state}”下不能{verb}", "it is {state}; {verb} is not possible now"),
    "to_nobody": Name("请填写接班人姓名", "say to whom it is handed over"),
    "reason": Name("请选择处置原因", "choose a reason"),
    "words": Name("请填写内容", "words are missing"),
    "shelved": Name("已由{by}搁置", "{by} has shelved it already"),
    "not_shelved": Name("未处于搁置状态", "it is not shelved"),
    "shelf_time": Name("搁置时间须在 {hours} 小时以内", "it can be shelved for at most {hours} h"),
    "shelf_reason": Name("搁置须说明原因", "shelving needs a reason"),
    "agreed": Name("已有第二人同意", "a second person has agreed already"),
    "same_person": Name("由{by}搁置，须由另一人同意", "{by} shelved it; a second person has to agree"),
    "beside": Name("同一对象已有未办结预警（{other}），不能重新打开", "another one about the same is open ({other})"),
    "busy": Name("其他席位正在操作，请重试", "others keep changing it; try again"),
}

FEED_STATES = {
    "connecting": Name("连接中", "Connecting"),
    "up": Name("正常", "Up"),
    "late": Name("滞后", "Late"),
    "down": Name("中断", "Down"),
}

FEED_MARKS = {"connecting": "○", "up": "●", "late": "◐", "down": "✕"}

REFUSALS = {
    "wrong_type": Name("类型不符", "wrong type"),
    "not_a_member": Name("代码未知", "not one of the codes"),
    "out_of_range": Name("超出范围", "out of range"),
    "no_position": Name("无定位（0,0）", "no position (0,0)"),
    "implausible_time": Name("时间不合理", "implausible time"),
    "empty": Name("为空", "empty"),
    "column_missing": Name("缺少字段", "field missing"),
    "columns_unequal": Name("各列长度不一", "columns of unequal length"),
    "unreadable": Name("无法读取", "unreadable"),
    "broke_rule": Name("致规则出错", "broke a rule"),
}

BLOCK_KINDS = {
    "rtg": Name("轮胎吊箱区", "RTG block"),
    "automated": Name("自动化箱区", "Automated block"),
    "empty": Name("空箱区", "Empty yard"),
    "reefer": Name("冷藏箱区", "Reefer block"),
    "dangerous": Name("危险品箱区", "Dangerous-goods block"),
    "inspection": Name("查验箱区", "Inspection block"),
    "rail": Name("铁路箱区", "Rail block"),
}

CRANE_KINDS = {
    "sts": Name("岸桥", "Quay crane"),
    "rtg": Name("轮胎吊", "RTG"),
    "armg": Name("自动化轨道吊", "Automated yard crane"),
}

DECLARATION_STATES = {
    "lodged": Name("申报", "lodged"),
    "accepted": Name("接受申报", "accepted"),
    "held": Name("布控查验", "held for inspection"),
    "inspected": Name("查验完毕", "inspected"),
    "released": Name("放行", "released"),
    "revoked": Name("撤销", "revoked"),
}

INSPECTION_KINDS = {
    "h986": Name("H986 机检", "H986 scan"),
    "manual": Name("人工查验", "manual inspection"),
    "ultrasonic": Name("超声波验箱", "ultrasonic test"),
    "quarantine": Name("检疫", "quarantine"),
    "sampling": Name("取样送检", "sampling"),
}

INSPECTION_RESULTS = {
    "clear": Name("未见异常", "clear"),
    "differs": Name("与申报不符", "differs"),
    "suspect": Name("可疑", "suspect"),
    "empty": Name("空箱", "empty"),
    "loaded": Name("有货", "loaded"),
}

INSPECTION_STATES = {
    "ordered": Name("下达", "ordered"),
    "started": Name("开始", "started"),
    "done": Name("完成", "done"),
}

CALL_STATES = {
    "expected": Name("预抵", "expected"),
    "alongside": Name("靠泊", "alongside"),
    "departed": Name("离泊", "departed"),
}

TRIP_STATES = {
    "underway": Name("在途", "underway"),
    "arrived": Name("到达", "arrived"),
    "written_off": Name("核销", "written off"),
}

TASK_STATES = {
    "open": Name("下达", "given"),
    "accepted": Name("接受", "accepted"),
    "done": Name("完成", "done"),
}

MOVE_EVENTS = {
    "LOAD": Name("装船", "Loaded"),
    "DISC": Name("卸船", "Discharged"),
    "GTIN": Name("进卡口", "Gate in"),
    "GTOT": Name("出卡口", "Gate out"),
    "STUF": Name("装箱", "Stuffed"),
    "STRP": Name("拆箱", "Stripped"),
    "PICK": Name("起吊", "Lifted"),
    "DROP": Name("落箱", "Set down"),
    "AVPU": Name("可提", "Available for pick-up"),
    "AVDO": Name("可送", "Available for drop-off"),
    "INSP": Name("查验", "Inspected"),
    "RSEA": Name("施封", "Resealed"),
    "RMVD": Name("提离", "Removed"),
    "CROS": Name("过境", "Crossed"),
    "CUSS": Name("海关扫描", "Customs scan"),
    "CUSI": Name("海关查验", "Customs inspection"),
    "CUSR": Name("海关放行", "Customs release"),
}

SEAL_EVENTS = {
    "locked": Name("关锁施封", "seal locked"),
    "unlocked": Name("关锁开启", "seal unlocked"),
    "tampered": Name("关锁被破坏", "seal tampered"),
    "cut": Name("关锁被剪断", "seal cut"),
    "low_battery": Name("关锁电量低", "seal battery low"),
    "heartbeat": Name("关锁在线", "seal heartbeat"),
}

UNKNOWN = Name("—", "—")


def look_up(table: dict[str, Name], code: str) -> Name:
    """The name of a code; a code nobody named is shown as it is."""
    return table.get(code, Name(code, code))
