"""R10 overdue-stay 超期存放: a container stays in the port longer than law or safety allow.

Columns say of each container when its stay will be too long; when that time comes, or when something new is said of a
container that is overdue, all its facts are looked at again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from twin.declarations import exploded
from twin.legal_state import DECLARATION_STATES
from twin.port_index import PortIndex
from twin.records import DeclarationMode, DeclarationState, Kind, PlaceKind, Trade
from twin.rules.base import Parameter, RuleSpec, Verdict, View
from twin.rules.calendar import LocalDays
from twin.rules.spans import Span, settle
from twin.rules.stays import Stay, stays_of
from twin.state import State, together
from twin.tables import PLACE_KINDS, TRADES
from twin.warnings import Clearing, Fact, Finding, Limit, Severity

RULE = RuleSpec(
    id="R10", zh="超期存放", en="Overdue stay", severity=Severity.MEDIUM,
    reason="Imported goods are declared within 14 days from the day of arrival; what nobody declares within three "
           "months the customs may sell (Customs Law, articles 24 and 30). Reefers and dangerous goods may not wait.",
    parameters=(
        Parameter("undeclared_days", 14.0, "d", 1.0, 60.0, "days after the day of arrival in which to declare"),
        Parameter("unreleased_days", 90.0, "d", 10.0, 365.0, "longest stay without release, from arrival"),
        Parameter("reefer_days", 10.0, "d", 1.0, 90.0, "longest stay of a running reefer, from arrival"),
        Parameter("dangerous_days", 10.0, "d", 0.5, 90.0, "longest stay of dangerous goods, from arrival"),
    ),
    relies_on=(Kind.INVENTORY, Kind.DECLARATION, Kind.MANIFEST, Kind.CONTAINER, Kind.MOVE),
)

_DAY_MS = 86_400_000
_NEVER = np.iinfo(np.int64).max
_RELEASED, _REVOKED = (DECLARATION_STATES[s] for s in (DeclarationState.RELEASED, DeclarationState.REVOKED))
_FOREIGN = TRADES[Trade.FOREIGN]
_DOMESTIC = TRADES[Trade.DOMESTIC]
_ASHORE = np.array([PLACE_KINDS[PlaceKind.SLOT], PLACE_KINDS[PlaceKind.VEHICLE], PLACE_KINDS[PlaceKind.RAIL]])
_NOWHERE = float("nan")
_WHY_OVER = {"undeclared": "was declared", "unreleased": "was released"}
_SEVERITY = {"undeclared": Severity.MEDIUM, "unreleased": Severity.HIGH, "reefer": Severity.MEDIUM,
             "dangerous": Severity.HIGH}


@dataclass(frozen=True, slots=True)
class _Memory:
    """due: when the first limit of a container's stay passes, by container row (ms UTC). told: by container row."""

    due: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    told: Mapping[int, tuple[Span, ...]] = field(default_factory=dict)


class OverdueStay:
    """The rule R10. Empty containers are not its subject, nor are exports for being undeclared."""

    spec = RULE

    def __init__(self, parameters: Mapping[str, float] | None = None) -> None:
        self._parameters = RULE.values(parameters)
        self._port: PortIndex | None = None

    def start(self) -> _Memory:
        """Nothing seen yet."""
        return _Memory()

    def judge(self, memory: _Memory, view: View) -> Verdict:
        """Looks at the containers whose time has come and at those overdue of which something new is said."""
        state = view.state
        if self._port is not state.index:
            self._port = state.index
            self._days = LocalDays(self._port.layout.time_zone)
        touched = _touched(view)
        due = memory.due
        if len(touched):
            due = np.full(state.containers.count, _NEVER)
            due[: len(memory.due)] = memory.due
            due[touched] = self._next_limit(state, touched, 0)
        looked = np.flatnonzero(due <= view.now)
        rows = {*looked.tolist(), *self._may_have_passed(view, touched), *(memory.told.keys() & touched.tolist())}
        if not rows:
            return Verdict(_Memory(due, memory.told))
        due = due.copy()
        due[looked] = self._next_limit(state, looked, view.now)
        told = dict(memory.told)
        findings: list[Finding] = []
        clearings: list[Clearing] = []
        for row in sorted(rows):
            settled = settle(told.pop(row, ()), self._conclude(view, row), int(state.containers.arrived_at[row]))
            findings += settled.findings
            clearings += settled.clearings
            if settled.told:
                told[row] = settled.told
        return Verdict(_Memory(due, told), tuple(findings), tuple(clearings))

    def _limits(self, arrived_at: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:
        """When each limit of a stay passes, by cause, ms UTC. Shapes (N,)."""
        p = self._parameters
        after = {c: arrived_at + np.int64(p[f"{c}_days"] * _DAY_MS) for c in ("unreleased", "reefer", "dangerous")}
        return {"undeclared": self._days.end_of(arrived_at, p["undeclared_days"]), **after}

    def _next_limit(self, state: State, rows: NDArray[np.integer], after: int) -> NDArray[np.int64]:
        """The first limit that concerns containers and passes after an instant. Shape (N,)."""
        c = state.containers
        limits = self._limits(c.arrived_at[rows])
        stays = c.full[rows] & (c.arrived_at[rows] > 0) & np.isin(c.place_kind[rows], _ASHORE)
        said, trade = c.declaration_state[rows], c.trade[rows]
        concerns = {
            "undeclared": (trade == _FOREIGN) & ((said < 0) | (said == _REVOKED)),
            "unreleased": (trade >= 0) & (trade != _DOMESTIC) & (said != _RELEASED),
            "reefer": np.isfinite(c.reefer_set_c[rows]),
            "dangerous": np.array([bool(name) for name in c.dangerous_class[rows].tolist()], dtype=bool),
        }
        found = np.full(len(rows), _NEVER)
        for cause, at in limits.items():
            found = np.where(stays & concerns[cause] & (at > after), np.minimum(found, at), found)
        return found

    def _may_have_passed(self, view: View, rows: NDArray[np.int32]) -> list[int]:
        """Of containers of which something is said those that a limit may have passed, whatever they are by now."""
        c = view.state.containers
        rows = rows[c.full[rows] & (c.arrived_at[rows] > 0)]
        limits = self._limits(c.arrived_at[rows])
        late: list[int] = rows[np.min(list(limits.values()), axis=0) <= view.now].tolist()
        return late

    def _conclude(self, view: View, row: int) -> list[Span]:
        """From all facts of a container: which limits its stay passed, and when each of that was over."""
        state, c = view.state, view.state.containers
        arrived_at, full = int(c.arrived_at[row]), bool(c.full[row])
        if not full or arrived_at <= 0:
            return []
        limits = {cause: int(at[0]) for cause, at in self._limits(np.array([arrived_at])).items()}
        known_at, known_by = _known_since(state, row, arrived_at)
        story = stays_of(state, row)
        papers = _papers(state, row)
        foreign = int(c.trade[row]) == _FOREIGN
        outbound = state.manifests.value(str(c.number[row]), "mode") == DeclarationMode.EXPORT
        open_ = {
            "undeclared": _gaps(papers, lambda s: s != DeclarationState.REVOKED) if foreign and not outbound else [],
            "unreleased": _gaps(papers, lambda s: s == DeclarationState.RELEASED)
            if int(c.trade[row]) not in (-1, _DOMESTIC) else [],
            "reefer": [(0, 0, "")] if np.isfinite(c.reefer_set_c[row]) else [],
            "dangerous": [(0, 0, "")] if c.dangerous_class[row] else [],
        }
        spans = []
        for cause, gaps in open_.items():
            for since, until, by in gaps:
                begin = max(limits[cause], known_at, since)
                if begin > view.now or (until and until <= begin):
                    continue
                here = next((s for s in reversed(story) if s.begin <= begin), None)
                left = next((s for s in story if s.begin > begin and not s.ashore), None)
                if here is None or not here.ashore:
                    continue
                ended = [(until, _WHY_OVER[cause], by)] if until else []
                ended += [(left.begin, "left the port", left.record)] if left is not None else []
                end, reason, record = min(ended, default=(0, "", ""))
                finding = self._finding(state, row, cause, begin, here, known_by)
                spans.append(Span(cause, finding, end, reason, (record,) if record else ()))
        return spans

    def _finding(
        self, state: State, row: int, cause: str, begin: int, here: Stay, known_by: str,
    ) -> Finding:
        c = state.containers
        arrived_at, allowed = int(c.arrived_at[row]), self._parameters[f"{cause}_days"]
        days = _days_beyond(begin - arrived_at, allowed)
        facts: dict[str, Fact] = {
            "cause": cause, "container": str(c.number[row]), "days": days, "days_allowed": allowed, "slot": here.ref}
        evidence = [known_by, here.record]
        if cause == "dangerous":
            facts["dangerous_class"] = str(c.dangerous_class[row])
        if cause in ("reefer", "dangerous"):
            evidence.append(str(c.described_id[row]))
        xyz = c.xyz[row]
        x, y = (float(xyz[0]), float(xyz[1])) if np.isfinite(xyz[0]) else (_NOWHERE, _NOWHERE)
        return Finding(
            rule=RULE.id, severity=_SEVERITY[cause], subject_kind="container", subject=str(c.number[row]), at=begin,
            incident="", x=x, y=y, zone=state.zone_name(x, y), facts=facts, evidence=tuple(dict.fromkeys(evidence)),
            limits=(Limit("stay", days, allowed, "d", f"{cause}_days"),))


def _touched(view: View) -> NDArray[np.int32]:
    """Rows of the containers of which the step's records say something."""
    containers = view.state.containers
    pieces = list(view.changes.containers)
    pieces += [containers.known_rows(exploded(b["containers"])[0]) for b in view.batches.get(Kind.DECLARATION, ())]
    for kind in (Kind.MANIFEST, Kind.MOVE, Kind.INVENTORY):
        pieces += [containers.known_rows(batch["container"]) for batch in view.batches.get(kind, ())]
    return together(pieces, containers.count)


def _known_since(state: State, row: int, arrived_at: int) -> tuple[int, str]:
    """Since when the stock says that a container arrived at `arrived_at`, and the record that said it first."""
    said = [
        (int(batch["observed_at"][i]), str(batch["id"][i])) for batch, i in state.facts.of(row, Kind.INVENTORY)
        if int(batch["arrived_at"][i]) == arrived_at]
    return min(said, default=(0, ""))


def _papers(state: State, row: int) -> list[tuple[int, str, str, str]]:
    """Every state of every declaration of a container: since when, number, state, record; in order of time. What was
    lodged before its first record known here counts from then."""
    said = []
    for batch, i in state.facts.of(row, Kind.DECLARATION):
        at, lodged_at = int(batch["observed_at"][i]), int(batch["lodged_at"][i])
        number, record = str(batch["declaration"][i]), str(batch["id"][i])
        said.append((at, number, str(batch["state"][i]), record))
        if 0 < lodged_at < at:
            said.append((lodged_at, number, str(DeclarationState.LODGED), record))
    return sorted(said)


def _gaps(
    papers: list[tuple[int, str, str, str]], settles: Callable[[str], bool],
) -> list[tuple[int, int, str]]:
    """When no declaration was in a state that settles the matter: since, until (0: still) and the record that ended
    it."""
    newest: dict[str, str] = {}
    found: list[tuple[int, int, str]] = [(0, 0, "")]
    for at, number, said, record in papers:
        before = any(map(settles, newest.values()))
        newest[number] = said
        after = any(map(settles, newest.values()))
        if after and not before:
            found[-1] = (found[-1][0], at, record)
        elif before and not after:
            found.append((at, 0, ""))
    return found


def _days_beyond(stay_ms: int, allowed: float) -> float:
    """A stay in days to a tenth, and at least the first tenth beyond what is allowed."""
    return max(math.floor(stay_ms / _DAY_MS * 10.0) / 10.0, round(allowed + 0.1, 1))
