"""What lies in the containers: goods with HS code and name, their packages, and the firms that send and receive them.

HS codes are the ten digits of the Chinese customs tariff; their first six digits are those of the World Customs
Organization's Harmonized System. Weights in kilograms. The firms are invented.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True)
class Good:
    """A kind of goods. `package_kg`: gross weight of one package; `share`: how often it travels, relative."""

    hs_code: str
    name: str
    package_kg: float
    share: float


IMPORTS: tuple[Good, ...] = (
    Good("2603000010", "铜精矿", 1000.0, 4.0),
    Good("3901200099", "高密度聚乙烯", 25.0, 9.0),
    Good("3902100090", "聚丙烯", 25.0, 8.0),
    Good("4403250090", "原木", 1400.0, 6.0),
    Good("4407110090", "针叶木板材", 900.0, 7.0),
    Good("4703210000", "漂白针叶木浆", 250.0, 8.0),
    Good("2008199990", "烘焙坚果", 12.0, 2.0),
    Good("0202300090", "冻去骨牛肉", 27.0, 4.0),
    Good("0303890090", "冻海鱼", 20.0, 5.0),
    Good("2204210000", "瓶装葡萄酒", 15.0, 3.0),
    Good("8481804090", "阀门", 60.0, 3.0),
    Good("8708299000", "车身零件", 35.0, 3.0),
    Good("8477101090", "注塑机", 5200.0, 2.0),
    Good("7207110000", "钢坯", 1800.0, 2.0),
    Good("1201901100", "黄大豆", 50.0, 5.0),
    Good("4002200000", "丁二烯橡胶", 35.0, 3.0),
)

EXPORTS: tuple[Good, ...] = (
    Good("6403990090", "皮面运动鞋", 14.0, 9.0),
    Good("6404110000", "纺织面运动鞋", 13.0, 9.0),
    Good("6110300090", "化纤针织套头衫", 16.0, 6.0),
    Good("6802931900", "花岗岩石材", 900.0, 8.0),
    Good("6907219000", "陶瓷砖", 32.0, 7.0),
    Good("6911101900", "瓷餐具", 18.0, 4.0),
    Good("9403609990", "木家具", 40.0, 8.0),
    Good("9403200000", "金属家具", 30.0, 5.0),
    Good("8504409999", "静止式变流器", 22.0, 2.0),
    Good("8541430000", "光伏组件", 32.0, 4.0),
    Good("8516601000", "电磁炉", 6.0, 4.0),
    Good("4202129000", "箱包", 12.0, 5.0),
    Good("0902209000", "绿茶", 10.0, 2.0),
    Good("2005992100", "竹笋罐头", 18.0, 2.0),
    Good("8708709100", "铝合金车轮", 14.0, 3.0),
    Good("5407520000", "染色聚酯布", 28.0, 6.0),
)

EMPTY = Good("8609009000", "空集装箱", 2_300.0, 1.0)

DANGEROUS: dict[str, Good] = {
    "2.1": Good("2710192300", "液化石油气", 50.0, 1.0),
    "2.2": Good("2804300000", "压缩氮气", 60.0, 1.0),
    "3": Good("2905110000", "甲醇", 160.0, 1.0),
    "4.1": Good("2902902000", "精萘", 25.0, 1.0),
    "5.1": Good("2829110000", "氯酸钠", 25.0, 1.0),
    "6.1": Good("2921420090", "苯胺衍生物", 200.0, 1.0),
    "8": Good("2815110000", "固体氢氧化钠", 25.0, 1.0),
    "9": Good("8507600090", "锂离子蓄电池组", 22.0, 1.0),
}
"""Goods by IMDG class; a class missing here is looked up by its main class, then class 9."""

ABROAD: tuple[str, ...] = (
    "PACIFIC POLYMERS PTE LTD", "NORDIC PULP AB", "ANDES MINERALS SA", "SOUTHERN CROSS MEATS PTY", "RHEIN TRADING GMBH",
    "CANADA TIMBER CO", "SIAM RUBBER PCL", "IBERIA VINOS SL", "GREAT LAKES SHOES INC", "HARBOUR HOME LTD",
    "OSAKA KOGYO KK", "MANILA SEAFOOD CORP", "SAIGON FURNITURE JSC", "JAVA COMMODITIES PT", "GULF CHEMICALS FZE",
)

AT_HOME: tuple[str, ...] = (
    "福建江阴化工有限公司", "福清宏路电子有限公司", "福州闽江进出口有限公司", "三明沙溪竹木有限公司",
    "莆田木兰鞋业有限公司", "泉州洛江石材有限公司", "德化瓷艺出口有限公司", "宁德三都新能源有限公司",
    "福州马尾水产有限公司", "南平建阳食品有限公司", "龙岩机械制造有限公司", "厦门鹭岛贸易有限公司",
    "长乐化纤纺织有限公司", "闽侯工艺家具有限公司", "永泰茶业有限公司",
)


def dangerous_good(imdg_class: str) -> Good:
    """The goods that travel under an IMDG class such as "3" or "6.1"."""
    main = imdg_class.split(".", maxsplit=1)[0]
    return DANGEROUS.get(imdg_class) or next(
        (good for key, good in DANGEROUS.items() if key.split(".")[0] == main), DANGEROUS["9"]
    )


def rows(goods: tuple[Good, ...], uniform: ArrayLike) -> NDArray[np.intp]:
    """Rows of `goods` drawn by their shares from uniform numbers in [0, 1). Shape (N,)."""
    shares = np.cumsum([good.share for good in goods])
    return np.minimum(np.searchsorted(shares / shares[-1], np.asarray(uniform), side="right"), len(goods) - 1)


def packages_of(good: Good, net_kg: float) -> int:
    """How many packages weigh `net_kg`, at least one."""
    return max(1, round(net_kg / good.package_kg))
