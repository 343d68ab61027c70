"""Colours of the port's surfaces: quiet greys and deep blues, so that colour is left for what has a meaning."""

from __future__ import annotations

LAND = (56, 68, 60)
LAND_WOODED = (42, 58, 50)
SHORE = (82, 84, 78)
PLATFORM = (58, 66, 73)
PLATFORM_RESERVE = (56, 63, 66)  # reclaimed, not built on
QUAY_WALL = (92, 100, 106)
COPE = (128, 136, 141)
APRON = (84, 93, 100)
YARD = (61, 70, 78)
PAD = (74, 83, 91)
RUNWAY = (92, 100, 106)  # concrete strips under the wheels of yard cranes
INSPECTION = (76, 87, 98)
GATE_AREA = (78, 87, 95)
RAIL_YARD = (62, 64, 65)
OFFICE_AREA = (56, 68, 66)
ROAD = (44, 50, 56)
PUBLIC_ROAD = (50, 55, 60)
BALLAST = (92, 90, 86)
RAIL = (158, 162, 166)
PAINT_WHITE = (176, 185, 191)
PAINT_YELLOW = (188, 162, 92)
PAINT_DIM = (124, 134, 142)
TREE = (60, 92, 72)
TREE_DARK = (50, 80, 66)

FENCE_FOREIGN = (63, 182, 172)
FENCE_DOMESTIC = (128, 112, 186)
FENCE_CLOSED = (222, 160, 66)
FENCE_SITE = (110, 160, 200)
FENCE_BREACHED = (255, 90, 74)

WINDOW_LIT = (226, 196, 132)
WINDOW_COOL = (176, 204, 214)
LAMP = (255, 238, 200)
BEACON = (255, 72, 56)

SHINING = (WINDOW_LIT, WINDOW_COOL, LAMP, BEACON)
"""Colours of what shines by itself when the lamps are on, and looks like dark glass when they are not."""
