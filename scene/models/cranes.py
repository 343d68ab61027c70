"""Cranes: ship-to-shore, rubber-tyred and automated rail-mounted gantries, in the parts that move against one another.

A crane travels along +y. A quay crane's boom points to the right (+x): the water is there. Its origin is the middle of
the portal on the ground. Trolley and spreader have their own origins: the rail they run on, and the spreader's
underside.
"""

from __future__ import annotations

from scene import mesh as m

STS_BLUE = (74, 128, 168)
STS_LIGHT = (104, 150, 182)
YARD_OCHRE = (184, 146, 78)
YARD_GREY = (156, 168, 178)
HOUSE_WHITE = (214, 220, 224)
STEEL_DARK = (52, 60, 68)
GLASS = (34, 52, 66)
ROPE = (40, 46, 52)

STS_LEG_SPACING_M = 18.0  # clear between the legs along the quay, as usual for boxes and hatch covers to pass
RTG_WHEELBASE_M = 6.4 + 5.6


def sts_frame(
    gauge_m: float = 30.0, outreach_m: float = 65.0, backreach_m: float = 16.0, lift_m: float = 44.0
) -> m.Mesh:
    """Everything of a quay crane but trolley and spreader. The girder runs from -gauge/2 - backreach to gauge/2 +
    outreach at `sts_girder_m(lift_m)`."""
    land, sea = -gauge_m / 2, gauge_m / 2
    half = STS_LEG_SPACING_M / 2 + 0.8
    girder = sts_girder_m(lift_m)
    portal = 0.36 * girder
    apex = girder + 0.52 * girder
    tip, tail = sea + outreach_m, land - backreach_m
    ends = (-half, half)
    parts: list[m.Mesh] = []

    legs_from = [(x, y, 2.2) for x in (land, sea) for y in ends]
    legs_to = [(x, y, girder + 1.0) for x in (land, sea) for y in ends]
    parts.append(m.beams(legs_from, legs_to, 1.5, 1.8, STS_BLUE))
    # sill beams on the bogies, portal beams across, upper cross beams
    parts.append(m.beams([(x, -half - 4, 2.6) for x in (land, sea)], [(x, half + 4, 2.6) for x in (land, sea)], 1.4,
                         1.6, STS_BLUE, capped=True))
    parts.append(m.beams([(land, y, portal) for y in ends], [(sea, y, portal) for y in ends], 1.4, 1.9, STS_BLUE))
    parts.append(m.beams([(x, -half, girder + 1) for x in (land, sea)], [(x, half, girder + 1) for x in (land, sea)],
                         1.3, 1.8, STS_BLUE))
    # side bracing: a diagonal from the landside foot of the upper leg to the seaside head
    parts.append(m.beams([(land, y, portal + 1) for y in ends], [(sea, y, girder) for y in ends], 0.9, 0.9, STS_BLUE))
    # bogies
    bogies = [(x, y + d, 0.0) for x in (land, sea) for y in ends for d in (-3.1, 3.1)]
    parts.append(m.turned_boxes(bogies, (1.1, 5.2, 2.0), 0.0, STEEL_DARK))
    # twin girder and boom
    rail = 3.2
    parts.append(m.beams([(tail, y, girder) for y in (-rail, rail)], [(tip, y, girder) for y in (-rail, rail)], 1.1,
                         2.3, STS_LIGHT, capped=True))
    ties = [tail + 1, land, sea + 3, sea + outreach_m * 0.35, sea + outreach_m * 0.7, tip - 1]
    parts.append(m.beams([(x, -rail, girder) for x in ties], [(x, rail, girder) for x in ties], 0.8, 1.2, STS_LIGHT))
    # walkway beside the boom
    walkway = (-rail - 1.3, girder - 0.4)
    parts.append(m.beams([(tail, *walkway)], [(tip, *walkway)], 0.9, 0.16, STEEL_DARK))
    # A-frame above the seaside legs with its back stays
    top = sea - 2.5
    parts.append(m.beams([(sea, y, girder) for y in ends], [(top, y * 0.32, apex) for y in ends], 1.1, 1.3, STS_BLUE))
    parts.append(m.beams([(top, -half * 0.32, apex)], [(top, half * 0.32, apex)], 1.2, 1.4, STS_BLUE, capped=True))
    parts.append(m.beams([(land, y * 0.7, girder + 1) for y in ends], [(top, y * 0.32, apex) for y in ends], 0.7, 0.8,
                         STS_BLUE))
    # forestays to a third and to nearly the end of the boom, back stay to the tail
    for reach in (0.42, 0.86):
        x = sea + outreach_m * reach
        parts.append(m.beams([(top, y, apex) for y in (-2.2, 2.2)], [(x, y, girder + 1) for y in (-rail, rail)], 0.34,
                             0.34, STS_LIGHT))
    parts.append(m.beams([(top, y, apex) for y in (-2.2, 2.2)], [(tail + 3, y, girder + 1) for y in (-rail, rail)],
                         0.34, 0.34, STS_LIGHT))
    # machinery house, electrical house, cabin for checkers, stair tower
    parts.append(m.grounded(m.box((tail + 3, -4.2, girder + 1.6), (land + 4, 4.2, girder + 8.0), HOUSE_WHITE), 6, 0.86))
    parts.append(m.box((tail + 2.2, -4.6, girder + 8.0), (land + 4.8, 4.6, girder + 8.4), STS_LIGHT))
    parts.append(m.box((land - 1.2, half - 0.2, portal + 1.2), (land + 2.4, half + 2.6, portal + 4.0), HOUSE_WHITE))
    parts.append(m.beams([(land - 1.6, -half - 1.2, 2.5)], [(land - 1.6, -half - 1.2, girder)], 1.5, 1.5, STEEL_DARK))
    # boom-end and apex beacons' platforms
    parts.append(m.box((tip - 0.6, -rail - 0.9, girder + 1.15), (tip + 0.6, rail + 0.9, girder + 1.9), HOUSE_WHITE))
    return m.grounded(m.merge(parts), 26.0, 0.78)


def sts_girder_m(lift_m: float) -> float:
    """Height of the girder's centre line above the quay for a lift height under the spreader."""
    return lift_m + 5.0


def sts_trolley() -> m.Mesh:
    """Trolley with the operator's cabin; origin on the girder's centre line."""
    return m.merge([
        m.box((-3.2, -4.4, 1.2), (3.2, 4.4, 2.6), STEEL_DARK, m.ALL_SIDES),
        m.box((-2.4, -2.6, 2.6), (2.4, 2.6, 3.8), HOUSE_WHITE),
        m.box((-1.3, 4.6, -3.8), (1.7, 6.8, -1.0), HOUSE_WHITE, m.ALL_SIDES),
        m.box((1.7, 4.7, -3.4), (1.76, 6.7, -1.5), GLASS, ("east",)),
        m.beams([(0.2, 5.7, -1.0)], [(0.2, 4.2, 1.4)], 0.6, 0.6, STEEL_DARK),
    ])


def spreader(length_m: float = 12.192) -> m.Mesh:
    """A spreader along +y with its head block; origin in the middle of its underside, where it meets the box."""
    half = length_m / 2
    return m.merge([
        m.box((-1.1, -half, 0.25), (-0.7, half, 0.6), YARD_OCHRE, m.ALL_SIDES),
        m.box((0.7, -half, 0.25), (1.1, half, 0.6), YARD_OCHRE, m.ALL_SIDES),
        m.box((-1.2, -half, 0.0), (1.2, -half + 0.4, 0.6), YARD_OCHRE, m.ALL_SIDES),
        m.box((-1.2, half - 0.4, 0.0), (1.2, half, 0.6), YARD_OCHRE, m.ALL_SIDES),
        m.box((-1.0, -1.6, 0.6), (1.0, 1.6, 1.5), STEEL_DARK, m.ALL_SIDES),
    ])


def rtg_frame(span_m: float = 23.5, lift_m: float = 18.0) -> m.Mesh:
    """Portal of a rubber-tyred gantry over six rows and a truck lane; trolley rails at `rtg_girder_m(lift_m)`."""
    half, base = span_m / 2, RTG_WHEELBASE_M / 2
    girder = rtg_girder_m(lift_m)
    sides, ends = (-half, half), (-base, base)
    parts = [
        m.beams([(x, y * 0.82, 2.0) for x in sides for y in ends], [(x, y * 0.5, girder) for x in sides for y in ends],
                0.8, 1.0, YARD_OCHRE),
        m.beams([(-half - 0.6, y * 0.5, girder) for y in ends], [(half + 0.6, y * 0.5, girder) for y in ends], 0.9, 1.5,
                YARD_OCHRE, capped=True),
        m.beams([(x, -base - 0.6, 1.9) for x in sides], [(x, base + 0.6, 1.9) for x in sides], 0.8, 0.9, YARD_OCHRE,
                capped=True),
        m.beams([(x, -base * 0.5, girder - 0.1) for x in sides], [(x, base * 0.5, girder - 0.1) for x in sides], 0.6,
                0.8, YARD_OCHRE),
        m.turned_boxes([(x, y + d, 0.0) for x in sides for y in ends for d in (-0.95, 0.95)], (0.7, 1.5, 1.5), 0.0,
                       STEEL_DARK),
        m.box((half + 0.5, -2.2, 2.3), (half + 2.2, 2.2, 4.9), HOUSE_WHITE),
        m.box((-half - 1.5, -1.4, 2.3), (-half - 0.5, 1.4, 4.2), HOUSE_WHITE),
    ]
    return m.grounded(m.merge(parts), 10.0, 0.8)


def rtg_girder_m(lift_m: float) -> float:
    """Height of a rubber-tyred gantry's trolley girder for a lift height."""
    return lift_m + 4.0


def rtg_trolley() -> m.Mesh:
    """Trolley with cabin of a yard crane; origin on the girder."""
    return m.merge([
        m.box((-2.2, -3.4, 0.8), (2.2, 3.4, 1.6), STEEL_DARK, m.ALL_SIDES),
        m.box((-1.5, -1.8, 1.6), (1.5, 1.8, 3.0), HOUSE_WHITE),
        m.box((-1.1, 2.2, -2.6), (1.1, 4.0, -0.2), HOUSE_WHITE, m.ALL_SIDES),
        m.box((-1.0, 4.0, -2.3), (1.0, 4.04, -0.8), GLASS, ("north",)),
    ])


def armg_frame(span_m: float = 31.0, lift_m: float = 18.0) -> m.Mesh:
    """Portal of an automated rail-mounted gantry: no cabin, cantilever ends, legs on rails."""
    half, base = span_m / 2, 7.0
    girder = armg_girder_m(lift_m)
    sides, ends = (-half, half), (-base, base)
    parts = [
        m.beams([(x, y, 1.8) for x in sides for y in ends],
                [(x * 0.985, y * 0.62, girder) for x in sides for y in ends], 0.9, 1.1, YARD_GREY),
        m.beams([(-half - 4.5, y * 0.62, girder) for y in ends], [(half + 4.5, y * 0.62, girder) for y in ends],
                1.1, 1.9, YARD_GREY, capped=True),
        m.beams([(x, -base - 1.4, 1.5) for x in sides], [(x, base + 1.4, 1.5) for x in sides], 0.8, 1.0, YARD_GREY,
                capped=True),
        m.beams([(x, -base * 0.62, girder) for x in (-half - 4, -half, half, half + 4)],
                [(x, base * 0.62, girder) for x in (-half - 4, -half, half, half + 4)], 0.7, 1.1, YARD_GREY),
        m.turned_boxes([(x, y, 0.0) for x in sides for y in ends], (0.7, 2.6, 1.2), 0.0, STEEL_DARK),
        m.box((-half - 1.6, -3.0, 2.2), (-half - 0.5, 3.0, 4.8), HOUSE_WHITE),
    ]
    return m.grounded(m.merge(parts), 10.0, 0.8)


def armg_girder_m(lift_m: float) -> float:
    """Height of an automated gantry's trolley girder for a lift height."""
    return lift_m + 4.4


def armg_trolley() -> m.Mesh:
    """Trolley of an automated gantry, no cabin."""
    return m.merge([
        m.box((-2.6, -4.2, 1.0), (2.6, 4.2, 1.8), STEEL_DARK, m.ALL_SIDES),
        m.box((-1.9, -2.4, 1.8), (1.9, 2.4, 3.2), HOUSE_WHITE),
    ])
