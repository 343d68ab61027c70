"""What differs between two pictures of one port: as it was known then, and as it is known now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from twin.legal_state import LegalState
from twin.records import DeclarationState, Trade
from twin.seal_state import SealState
from twin.tables import Table

if TYPE_CHECKING:
    from twin.twin import Twin

_MOVED_M = 5.0
_CODES: dict[str, tuple[str, ...]] = {
    "trade": tuple(t.value for t in Trade), "declaration_state": tuple(d.value for d in DeclarationState),
}
_CONTAINER = ("place_ref", "present", "legal_state", "declaration_state", "trade", "full")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing told otherwise. kind: container, mover, seal or warning; `then` and `now`: words, empty for unknown."""

    kind: str
    subject: str
    what: str
    then: str
    now: str


def differences(then: Twin, now: Twin) -> tuple[Difference, ...]:
    """What `now` says otherwise than `then`, by kind and subject."""
    return tuple(sorted(
        (*_tables("container", then.containers, now.containers, _CONTAINER),
         *_tables("seal", then.seals, now.seals, ("state",)), *_moved(then, now), *_warnings(then, now)),
        key=lambda d: (d.kind, d.subject, d.what)))


def _pairs(then: Table, now: Table) -> tuple[list[str], NDArray[np.int32], NDArray[np.int32]]:
    """The things `now` knows, their rows in both; -1 where `then` knows nothing."""
    keys = list(now.row_of)
    return keys, then.known_rows(keys), now.known_rows(keys)


def _tables(kind: str, then: Table, now: Table, names: tuple[str, ...]) -> Iterator[Difference]:
    keys, before, after = _pairs(then, now)
    for name in names:
        new, old = getattr(now, name)[after], getattr(then, name)
        known = before >= 0
        same = np.zeros(len(keys), dtype=bool)
        same[known] = old[before[known]] == new[known]
        for at in np.flatnonzero(~same).tolist():
            said = _word(name, old[before[at]], kind) if known[at] else ""
            yield Difference(kind, keys[at], name, said, _word(name, new[at], kind))


def _word(name: str, value: Any, kind: str) -> str:
    if name == "state" and kind == "seal":
        return SealState(int(value)).name.lower()
    if name == "legal_state":
        return LegalState(int(value)).name.lower()
    if name in _CODES:
        return _CODES[name][int(value)] if int(value) >= 0 else ""
    return str(value).lower() if isinstance(value, bool | np.bool_) else str(value)


def _moved(then: Twin, now: Twin) -> Iterator[Difference]:
    keys, before, after = _pairs(then.movers, now.movers)
    x, y = np.full(len(keys), np.nan), np.full(len(keys), np.nan)
    known = before >= 0
    x[known], y[known] = then.movers.x[before[known]], then.movers.y[before[known]]
    new_x, new_y = now.movers.x[after], now.movers.y[after]
    away = np.hypot(new_x - x, new_y - y)
    for at in np.flatnonzero(np.isfinite(new_x) & ~(away <= _MOVED_M)).tolist():
        said = f"{x[at]:.0f} {y[at]:.0f}" if np.isfinite(x[at]) else ""
        yield Difference("mover", keys[at], "place", said, f"{new_x[at]:.0f} {new_y[at]:.0f}")


def _warnings(then: Twin, now: Twin) -> Iterator[Difference]:
    before, after = ({w.id: _said(w) for w in twin.warnings.all()} for twin in (then, now))
    for warning in sorted(before.keys() | after.keys()):
        if before.get(warning) != after.get(warning):
            yield Difference("warning", warning, "finding", before.get(warning, ""), after.get(warning, ""))


def _said(warning: Any) -> str:
    return "overturned" if warning.overturned else "active" if warning.active else "cleared"
