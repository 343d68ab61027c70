"""The legal state of a container under customs supervision, derived from what is known of it."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from twin.interner import Codes
from twin.records import DeclarationMode, DeclarationState, PlaceKind, Purpose, Trade

DECLARATION_STATES = Codes(DeclarationState)
DECLARATION_MODES = Codes(DeclarationMode)
PURPOSES = Codes(Purpose)
_TRADES = Codes(Trade)
_PLACES = Codes(PlaceKind)


class LegalState(IntEnum):
    """The main colour of a container. The order is fixed: screens and layers index by it."""

    UNDECLARED = 0
    DECLARED = 1
    HELD = 2
    INSPECTION = 3
    RELEASED = 4
    REMOVED = 5
    DOMESTIC = 6
    EMPTY = 7
    TRANSIT = 8
    UNKNOWN = 9


INSPECTION_NONE, INSPECTION_ORDERED, INSPECTION_STARTED = range(3)


def derive(
    trade: NDArray[np.int8],
    full: NDArray[np.bool_],
    declaration: NDArray[np.int8],
    inspection: NDArray[np.int8],
    place_kind: NDArray[np.int8],
    purpose: NDArray[np.int8],
) -> NDArray[np.int8]:
    """Legal states of containers. All arguments and the result have shape (N,).

    trade, place_kind, purpose (of the last lift), declaration (newest state by device time): codes in the order of
    their enumerations, -1 unknown. inspection: 0 none open, 1 ordered, 2 started. Later lines of the body take
    precedence.
    """
    released = declaration == DECLARATION_STATES[DeclarationState.RELEASED]
    held = (declaration == DECLARATION_STATES[DeclarationState.HELD]) | (inspection == INSPECTION_ORDERED)
    declared = np.isin(declaration, [
        DECLARATION_STATES[s] for s in (DeclarationState.LODGED, DeclarationState.ACCEPTED, DeclarationState.INSPECTED)
    ])
    passing = (trade == _TRADES[Trade.TRANSIT]) | (trade == _TRADES[Trade.TRANSSHIPMENT])
    domestic = trade == _TRADES[Trade.DOMESTIC]
    outside = place_kind == _PLACES[PlaceKind.OUTSIDE]
    leaving = (place_kind == _PLACES[PlaceKind.VEHICLE]) & (purpose == PURPOSES[Purpose.PICKUP])

    state = np.full(len(trade), LegalState.UNDECLARED, dtype=np.int8)
    state[declared] = LegalState.DECLARED
    state[passing] = LegalState.TRANSIT
    state[~full] = LegalState.EMPTY
    state[released & full] = LegalState.RELEASED
    state[released & full & leaving] = LegalState.REMOVED
    state[held] = LegalState.HELD
    state[inspection == INSPECTION_STARTED] = LegalState.INSPECTION
    state[domestic] = LegalState.DOMESTIC
    state[trade < 0] = LegalState.UNKNOWN
    state[outside & ~domestic] = LegalState.REMOVED
    return state
