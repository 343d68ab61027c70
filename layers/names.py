"""Names to be shown over the port, ranked by what matters: what is at risk first, then what one looks for.

Blocks, berths, gates and buildings have theirs for good; ships, vehicles close by and the subjects of open warnings
come and go.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from shapely import LineString, Point, Polygon

from layers.levels import block_of
from layers.palette import SEVERITIES
from layers.selection import Selection
from layers.warnings import FOLLOWED
from twin.port_layout import BlockKind, BuildingKind, Name, PortLayout

if TYPE_CHECKING:
    from layers.layers import Layers

NEAR_M: Final = 170.0
"""From so close a vehicle shows its plate."""

_LIFT_M: Final = 2.591
_BERTH_INLAND_M: Final = 62.0
_BESIDE_M: Final = 25.0
_PLATES: Final = 14
_POLE_M: Final = 9.0
_FIRST: Final = -1000  # what people put there themselves goes before all
_MEASURED: Final = Selection("pin", "measured")
_SUBJECTS: Final = 24
_AT_RISK: Final = 10  # ranks by which a grave warning goes before everything else
_NAMED_BUILDINGS: Final = frozenset({
    BuildingKind.H986, BuildingKind.INSPECTION_SHED, BuildingKind.CUSTOMS, BuildingKind.OFFICE, BuildingKind.WORKSHOP,
})


@dataclass(frozen=True, slots=True)
class Label:
    """A name at a place. rank: the smaller, the sooner shown; reach_m: the farthest distance from the eye at which it
    says anything; severity: row of `palette.SEVERITIES` of the gravest open warning there, None for none."""

    selection: Selection
    name: Name
    at: tuple[float, float, float]
    rank: int
    reach_m: float
    size_px: int
    bold: bool
    severity: int | None = None


def length_words(length_m: float) -> str:
    """A measured length as people say it."""
    return f"{length_m / 1000.0:.3f} km" if length_m >= 1000.0 else f"{length_m:.1f} m"


def pin_height_m(away_m: float) -> float:
    """How high a pin stands, seen from so far, metres."""
    return max(_POLE_M, 0.05 * away_m)


def names_of(layout: PortLayout) -> tuple[Label, ...]:
    """The names a layout gives rise to."""
    found: list[Label] = []
    for berth in layout.berths:
        start, end = np.asarray(berth.start), np.asarray(berth.end)
        way = end - start
        inland = np.array([way[1], -way[0]]) / max(float(np.hypot(*way)), 1e-6)  # the sea lies to the left
        x, y = (start + end) / 2 + inland * _BERTH_INLAND_M  # behind the cranes, where no ship lies over it
        found.append(Label(Selection("berth", berth.id), berth.name, (float(x), float(y), 1.0), 2, 4200.0, 14, True))
    for gate in layout.gates:
        if gate.lanes:
            x, y = np.mean([lane.stop for lane in gate.lanes], axis=0)
            found.append(Label(Selection("gate", gate.id), gate.name, (float(x), float(y), 13.0), 1, 4500.0, 14, True))
    for building in layout.buildings:
        if building.kind in _NAMED_BUILDINGS:
            x, y = np.mean(building.outline, axis=0)
            rank = 1 if building.kind in (BuildingKind.H986, BuildingKind.CUSTOMS) else 4
            found.append(Label(Selection("building", building.id), building.name,
                               (float(x), float(y), building.height_m + 4.0), rank, 2600.0 if rank == 1 else 1300.0, 13,
                               rank == 1))
    for block in layout.blocks:
        x, y = np.mean(block.outline, axis=0)
        rank = 3 if block.kind in (BlockKind.DANGEROUS, BlockKind.INSPECTION) else 5
        found.append(Label(Selection("block", block.id), Name(block.id, block.id),
                           (float(x), float(y), block.tiers * _LIFT_M + 4.0), rank, 1500.0, 12, False))
    return tuple(found)


class Names:
    """The names of the moment: those of the layout with the risk they hold, and those that move."""

    def __init__(self, layout: PortLayout) -> None:
        self.fixed = names_of(layout)
        self._layout = layout
        self._row = {label.selection: at for at, label in enumerate(self.fixed)}
        shapes: dict[tuple[str, str], Polygon | LineString | Point] = {
            ("building", b.id): Polygon(b.outline) for b in layout.buildings}
        shapes |= {("berth", b.id): LineString([b.start, b.end]) for b in layout.berths}
        shapes |= {("gate", g.id): LineString([lane.stop for lane in g.lanes]) if len(g.lanes) > 1
                   else Point(g.lanes[0].stop) for g in layout.gates if g.lanes}
        self._shapes = [(at, shapes[label.selection.kind, label.selection.id]) for at, label in enumerate(self.fixed)
                        if (label.selection.kind, label.selection.id) in shapes]
        self._seen = -1
        self._risky: tuple[Label, ...] = self.fixed

    def of(self, layers: Layers, eye: tuple[float, float, float]) -> tuple[Label, ...]:
        """All names that may be shown now, in no order."""
        if layers.warnings.revision != self._seen:
            self._seen = layers.warnings.revision
            self._risky = self._with_risk(layers)
        found = (*self._marks(layers, eye), *self._risky, *self._subjects(layers), *self._ships(layers),
                 *self._plates(layers, eye))
        if not layers.selection.group:
            return found
        group = {label.selection: label for label in self._group(layers)}
        return (*group.values(), *(label for label in found if label.selection not in group))

    def _marks(self, layers: Layers, eye: tuple[float, float, float]) -> list[Label]:
        """The measured length at the end of its line, and the words of pins."""
        found: list[Label] = []
        line = layers.tools.line
        if len(line) > 1:
            words = length_words(layers.tools.length_m)
            x, y, z = line[-1]
            found.append(Label(_MEASURED, Name(words, words), (x, y, z + 0.5), _FIRST, np.inf, 14, True))
        for pin in layers.pins.shown if layers.pins.visible else ():
            z = pin.z + pin_height_m(float(np.hypot(np.hypot(pin.x - eye[0], pin.y - eye[1]), pin.z - eye[2])))
            found.append(Label(Selection("pin", pin.id), Name(pin.text, pin.text), (pin.x, pin.y, 1.12 * z), _FIRST,
                               np.inf, 12, True))
        return found

    def _group(self, layers: Layers) -> list[Label]:
        """Whatever is marked together, from however far away."""
        found: list[Label] = []
        for selection in layers.selection.group:
            place = layers.place_of(selection) if selection.kind != "warning" else None
            if place is not None:
                x, y, z = place.top
                name = Name(selection.id, selection.id)
                found.append(Label(selection, name, (x, y, z + 2.5), _FIRST, np.inf, 12, True))
        return found

    def _with_risk(self, layers: Layers) -> tuple[Label, ...]:
        """The fixed names, those that hold open warnings before all others."""
        gravest: dict[int, int] = {}

        def note(at: int | None, severity: int) -> None:
            if at is not None:
                gravest[at] = min(gravest.get(at, severity), severity)

        most = layers.warnings.warnings[:FOLLOWED]  # the gravest; in a flood everything is at risk
        for warning, severity in zip(most, layers.warnings.severity[:FOLLOWED].tolist(), strict=True):
            subject = layers.warnings.subject_of(warning.id)
            block = block_of(subject, self._layout, layers.twin.containers)
            if block is not None:
                note(self._row.get(Selection("block", block)), severity)
            elif np.isfinite(warning.place_x):
                here = Point(warning.place_x, warning.place_y)
                for at, shape in self._shapes:
                    if shape.distance(here) <= _BESIDE_M:
                        note(at, severity)
        found = list(self.fixed)
        for at, severity in gravest.items():
            label = found[at]
            found[at] = replace(label, rank=label.rank - _AT_RISK * (len(SEVERITIES) - severity), severity=severity,
                                reach_m=2.0 * label.reach_m, bold=True)
        return tuple(found)

    def _subjects(self, layers: Layers) -> list[Label]:
        """Containers and vehicles of open warnings, gravest first."""
        found: list[Label] = []
        warnings = layers.warnings
        for at in range(min(len(warnings.id), _SUBJECTS)):  # the few that are open
            subject = warnings.subject_of(str(warnings.id[at]))
            if subject is None or subject.kind not in ("container", "vehicle", "seal"):
                continue
            if not np.isfinite(warnings.place[at]).all() or any(label.selection == subject for label in found):
                continue
            x, y, z = (float(v) for v in warnings.place[at])
            severity = int(warnings.severity[at])
            found.append(Label(subject, Name(subject.id, subject.id), (x, y, z + 1.5),
                               -_AT_RISK * (len(SEVERITIES) - severity) - 1, 900.0, 12, True, severity))
        return found

    def _ships(self, layers: Layers) -> list[Label]:
        vessels = layers.vessels
        if not vessels.visible:
            return []
        names = vessels.names()
        deck = vessels.sea_m + 24.0
        return [Label(Selection("vessel", str(names[at])), Name(str(names[at]), str(names[at])),
                      (float(vessels.x[at]), float(vessels.y[at]), deck), 2, 3200.0, 12, False)
                for at in np.flatnonzero(vessels.shown).tolist()]  # a handful

    def _plates(self, layers: Layers, eye: tuple[float, float, float]) -> list[Label]:
        """Plates of the vehicles next to the eye."""
        vehicles = layers.vehicles
        shown = np.flatnonzero(vehicles.shown) if vehicles.visible else np.empty(0, dtype=np.intp)
        away = np.sqrt((vehicles.x[shown] - eye[0]) ** 2 + (vehicles.y[shown] - eye[1]) ** 2 + eye[2] ** 2)
        near: NDArray[np.intp] = shown[away < NEAR_M]
        near = near[np.argsort(away[away < NEAR_M])][:_PLATES]
        names = layers.twin.movers.id
        height = vehicles.sizes()[near, 2]
        return [Label(Selection("vehicle", name), Name(name, name), (x, y, z + 1.2), 6, NEAR_M, 11, False)
                for name, x, y, z in zip(names[vehicles.rows[near]].tolist(), vehicles.x[near].tolist(),
                                         vehicles.y[near].tolist(), height.tolist(), strict=True)]
