"""Colours of the port's surfaces: quiet greys and deep blues, so that colour is left for what has a meaning."""

from __future__ import annotations

LAND = (88, 97, 78)
LAND_WOODED = (64, 82, 64)
HILL = (80, 95, 74)
SHORE = (104, 102, 90)
PLATFORM = (84, 91, 95)
PLATFORM_RESERVE = (80, 84, 78)  # reclaimed, not built on
QUAY_WALL = (104, 110, 112)
COPE = (146, 150, 150)
APRON = (116, 122, 126)
YARD = (86, 94, 100)
PAD = (104, 112, 117)
RUNWAY = (122, 128, 131)  # concrete strips under the wheels of yard cranes
INSPECTION = (98, 107, 114)
GATE_AREA = (98, 106, 111)
RAIL_YARD = (86, 85, 82)
OFFICE_AREA = (76, 92, 76)
ROAD = (54, 59, 64)
PUBLIC_ROAD = (60, 64, 67)
BALLAST = (112, 108, 101)
RAIL = (168, 170, 172)
PAINT_WHITE = (206, 212, 214)
PAINT_YELLOW = (206, 172, 84)
PAINT_DIM = (150, 157, 161)
TREE = (64, 96, 66)
TREE_DARK = (50, 80, 60)

FENCE_FOREIGN = (63, 182, 172)
FENCE_DOMESTIC = (128, 112, 186)
FENCE_CLOSED = (222, 160, 66)
FENCE_SITE = (110, 160, 200)
FENCE_BREACHED = (255, 90, 74)

WINDOW_LIT = (226, 196, 132)
WINDOW_COOL = (176, 204, 214)
LAMP = (255, 238, 200)
BEACON = (255, 72, 56)
GO = (84, 222, 150)

SHINING = (WINDOW_LIT, WINDOW_COOL, LAMP, BEACON, GO)
"""Colours of what shines by itself when the lamps are on, and looks like dark glass when they are not."""
