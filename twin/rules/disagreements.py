"""Where the terminal's words and the papers disagree about a container, walked through in order of time: as stretches
from when they began to disagree until they agreed again."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from twin.records import PlaceKind
from twin.rules.story import Lift, Paper, Standing, Stated


@dataclass(frozen=True, slots=True)
class Stretch:
    """A disagreement from `begin` until `end` (device time, ms UTC; 0 while it goes on). `odd`: the source that is out
    of line, with what it says; `against`: the one it is compared with. records: of what is compared; ended_by: of what
    ended it, empty if nothing did."""

    begin: int
    odd: str
    says: str
    against: str
    against_says: str
    difference: float = 0.0
    records: tuple[str, ...] = ()
    end: int = 0
    ended_by: str = ""


_Said = dict[str, Stated | Paper]  # by source: "tos", "manifest", "declaration"
_Judge = Callable[[_Said], Stretch | None]


def of_weight(stated: Sequence[Stated], papers: Sequence[Paper], least_kg: float, share: float) -> list[Stretch]:
    """Stretches in which the terminal's gross weight and the papers' differ by more than both measures."""

    def judge(said: _Said) -> Stretch | None:
        weights = {source: word.kg for source, word in said.items() if math.isfinite(word.kg)}
        if "tos" not in weights or len(weights) < 2:
            return None
        odd, against = _odd_one(weights)
        difference = weights[odd] - weights[against]
        if abs(difference) <= max(least_kg, share * weights[against]):
            return None
        return _stretch(said, odd, against, f"{weights[odd]:.0f} kg", f"{weights[against]:.0f} kg", difference)

    return _walk(stated, [p for p in papers if math.isfinite(p.kg)], judge)


def of_load(stated: Sequence[Stated], papers: Sequence[Paper]) -> list[Stretch]:
    """Stretches in which the terminal says empty and the papers full, or the reverse."""

    def judge(said: _Said) -> Stretch | None:
        full = {source: word.full if isinstance(word, Stated) else not word.empty for source, word in said.items()}
        others = [source for source in full if source != "tos" and full[source] != full.get("tos")]
        if "tos" not in full or not others:
            return None
        odd, against = ("tos", others[0]) if len(others) == len(full) - 1 else (others[0], "tos")
        words = {True: "full", False: "empty"}
        return _stretch(said, odd, against, words[full[odd]], words[full[against]], 0.0)

    return _walk(stated, papers, judge)


def of_place(lifts: Sequence[Lift], standings: Sequence[Standing]) -> list[Stretch]:
    """Stretches in which the terminal's stock has a container in another slot than that into which it was last lifted,
    or, where no lift is known, than that in which it stood before. The stock's word comes after the lift of the same
    instant.
    """
    found: list[Stretch] = []
    going: Stretch | None = None
    stood: tuple[str, str, str] | None = None  # slot, who says so, record
    steps: list[tuple[int, int, str, Lift | Standing]] = [(lift.at, 0, lift.record, lift) for lift in lifts]
    steps += [(s.at, 1, s.record, s) for s in standings]
    for at, _, record, step in sorted(steps, key=lambda one: one[:3]):
        in_slot = (step.to_kind if isinstance(step, Lift) else step.place_kind) == PlaceKind.SLOT
        slot = step.to_ref if isinstance(step, Lift) else step.place_ref
        if isinstance(step, Lift):
            going = _close(found, going, at, record)
            stood = (slot, "lift", record) if in_slot else None
        elif not in_slot:
            continue  # the stock's word that it is on its way says nothing of a slot
        elif stood is None:
            stood = (slot, "tos", record) if not lifts or at < lifts[0].at else None
        elif slot == stood[0]:
            going = _close(found, going, at, record)
        elif going is None or going.says != slot:
            _close(found, going, at, record)
            going = Stretch(at, "tos", slot, stood[1], stood[0], records=(stood[2], record))
    if going is not None:
        found.append(going)
    return found


def _walk(stated: Sequence[Stated], papers: Sequence[Paper], judge: _Judge) -> list[Stretch]:
    """The stretches in which `judge` finds fault with the newest words of all sources."""
    found: list[Stretch] = []
    going: Stretch | None = None
    said: _Said = {}
    words = [("tos", 0, s.at, s.record, s) for s in stated] + [(p.source, 1, p.at, p.record, p) for p in papers]
    for source, _, at, record, word in sorted(words, key=lambda w: (w[2], w[1], w[3])):
        said[source] = word
        now = judge(said)
        if now is None:
            going = _close(found, going, at, record)
        elif going is None or (going.says, going.against_says) != (now.says, now.against_says):
            _close(found, going, at, record)
            going = replace(now, begin=at)
    if going is not None:
        found.append(going)
    return found


def _close(found: list[Stretch], going: Stretch | None, at: int, record: str) -> Stretch | None:
    """Ends a stretch that goes on; none goes on then."""
    if going is not None:
        found.append(replace(going, end=at, ended_by=record))
    return None


def _stretch(said: _Said, odd: str, against: str, says: str, against_says: str, difference: float) -> Stretch:
    return Stretch(0, odd, says, against, against_says, difference, (said[against].record, said[odd].record))


def _odd_one(weights: dict[str, float]) -> tuple[str, str]:
    """Of two or three sources the one that is out of line and the one nearest to the others; of two it is the
    terminal's, since papers are signed."""
    if len(weights) == 2:
        return "tos", next(source for source in weights if source != "tos")
    middle = sorted(weights, key=lambda source: (weights[source], source))[1]
    odd = max(weights, key=lambda source: (abs(weights[source] - weights[middle]), source))
    return odd, middle
