"""R04 stock-mismatch 账实不符: the terminal's stock, the papers and what really stands there do not agree: stock
without paper, paper without stock, another slot than that of the lift or the seal, empty against full, other weight."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from twin.newest import RANKS, time_of
from twin.records import CallState, DeclarationMode, Kind, MoveEvent, PlaceKind, Trade
from twin.rules import disagreements, places
from twin.rules.base import Parameter, RuleSpec, Verdict, View
from twin.rules.cases import Case, Cases, Conclusion, Docket, among, due, grown, touched
from twin.rules.declared_weights import DeclaredWeights
from twin.rules.disagreements import Stretch
from twin.rules.seal_strays import Stray, with_seals
from twin.rules.story import (
    Paper,
    Standing,
    declared_of,
    lifts_of,
    manifested_of,
    passages_of,
    slot_at,
    standings_of,
    stated_of,
)
from twin.state import State
from twin.tables import PLACE_KINDS, TRADES
from twin.warnings import Fact, Finding, Limit, Severity

RULE = RuleSpec(
    id="R04", zh="账实不符", en="Stock mismatch", severity=Severity.HIGH,
    reason="The operator of a supervised site keeps books that agree with manifests and with what stands there "
    "(customs supervised areas, order no. 232).",
    parameters=(
        Parameter("paper_grace_min", 10.0, "min", 0.0, 1_440.0, "so long a container may stand without any paper"),
        Parameter("landing_grace_min", 30.0, "min", 0.0, 2_880.0, "so long after sailing a landing may be told"),
        Parameter("slot_settle_s", 30.0, "s", 0.0, 3_600.0, "so long stock and lift may tell of different slots"),
        Parameter("seal_apart_m", 60.0, "m", 10.0, 1_000.0, "a seal is with its container within this distance"),
        Parameter("seal_settle_min", 5.0, "min", 0.0, 240.0, "so long a seal may tell of another place"),
        Parameter("weight_share", 0.03, "1", 0.0, 1.0, "differences up to this share of the declared weight are usual"),
        Parameter("weight_least_kg", 300.0, "kg", 0.0, 20_000.0, "differences up to this are usual"),
    ),
    relies_on=(Kind.INVENTORY, Kind.MANIFEST, Kind.DECLARATION, Kind.CONTAINER, Kind.MOVE, Kind.SEAL_EVENT,
               Kind.POSITION, Kind.VESSEL_CALL),
)

_SUPERVISED = [TRADES[t] for t in (Trade.FOREIGN, Trade.TRANSIT, Trade.TRANSSHIPMENT)]
_SLOT, _VEHICLE, _VESSEL = (PLACE_KINDS[k] for k in (PlaceKind.SLOT, PlaceKind.VEHICLE, PlaceKind.VESSEL))
_COMING = (MoveEvent.GTIN, MoveEvent.DISC)
_MINUTE_MS = 60_000.0
_ABOUT_IT = (Kind.CONTAINER, Kind.MANIFEST, Kind.DECLARATION, Kind.INVENTORY, Kind.MOVE)


def _no_codes() -> NDArray[np.int64]:
    return np.zeros(0, dtype=np.int64)


def _no_rows() -> NDArray[np.int32]:
    return np.zeros(0, dtype=np.int32)


@dataclass(frozen=True, slots=True)
class _Sailing:
    """A vessel's departure: when, and the record that says so."""

    at: int
    record: str


@dataclass(frozen=True, slots=True)
class _Memory:
    """slots: where each container last stood, as a number, 0 nowhere, and since when, by row. unpapered: rows of
    containers in the yard of which no paper is known. look_at: when time alone calls a row up. berths, sailings: by
    call. lines: rows of containers announced by a call that has not yet sailed."""

    declared: DeclaredWeights = field(default_factory=DeclaredWeights)
    slots: NDArray[np.int64] = field(default_factory=_no_codes)
    since: NDArray[np.int64] = field(default_factory=_no_codes)
    unpapered: NDArray[np.int32] = field(default_factory=_no_rows)
    look_at: Mapping[int, int] = field(default_factory=dict)
    berths: Mapping[str, str] = field(default_factory=dict)
    sailings: Mapping[str, _Sailing] = field(default_factory=dict)
    lines: Mapping[str, frozenset[int]] = field(default_factory=dict)
    strays: Mapping[int, tuple[Stray, ...]] = field(default_factory=dict)
    cases: Cases = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Told:
    """What a conclusion needs beside the facts of a container."""

    now: int
    berths: Mapping[str, str]
    sailings: Mapping[str, _Sailing]
    strays: tuple[Stray, ...]


class StockMismatch:
    """The rule R04. Each finding says which source is out of line with which other, and by how much."""

    spec = RULE

    def __init__(self, parameters: Mapping[str, float] | None = None) -> None:
        self._parameters = RULE.values(parameters)

    def start(self) -> _Memory:
        """Nothing seen yet."""
        return _Memory()

    def judge(self, memory: _Memory, view: View) -> Verdict:
        """Compares what a step says of containers with what was said of them before."""
        state = view.state
        declared, news = memory.declared.with_papers(view)
        berths, sailings = _with_calls(memory, view)
        lines, announced = self._lines(memory, view, sailings)
        slots, since, misplaced = _misplaced(memory, view)
        strays, astray = with_seals(view, memory.strays, self._parameters["seal_apart_m"])
        unpapered, lacking = self._unpapered(memory, view, declared, news)
        rows = {*announced, *misplaced, *astray, *lacking, *self._unlike(view, declared, news)}
        rows.update(due(memory.look_at, view.now))
        rows.update(among(touched(view, *_ABOUT_IT), {*memory.cases, *memory.look_at}))
        look_at, docket = dict(memory.look_at), Docket(dict(memory.cases))
        for row in sorted(rows):
            told = _Told(view.now, berths, sailings, strays.get(row, ()))
            conclusion = self._conclude(state, row, told)
            docket.conclude(row, conclusion)
            look_at.pop(row, None)
            if conclusion.look_at:
                look_at[row] = conclusion.look_at
        return docket.verdict(_Memory(
            declared, slots, since, unpapered, look_at, berths, sailings, lines, strays, docket.cases))

    # Who may offend, by columns

    def _unlike(self, view: View, declared: DeclaredWeights, news: NDArray[np.int32]) -> list[int]:
        """Containers of which the terminal may say otherwise than a paper: weight, or full and empty."""
        c = view.state.containers
        rows = np.union1d(touched(view, Kind.CONTAINER), news)
        rows = rows[(c.described_version[rows] >= 0) & declared.known[rows]]
        gross, unlike = c.gross_kg[rows].astype(np.float64), np.zeros(len(rows), dtype=bool)
        least, most = declared.least[rows], declared.most[rows]
        for one, other in ((gross, least), (gross, most), (most, least)):
            measure = np.maximum(self._parameters["weight_least_kg"], self._parameters["weight_share"] * other)
            unlike |= np.abs(one - other) > measure
        unlike |= np.where(c.full[rows], declared.empty[rows], declared.laden[rows])
        found: list[int] = rows[unlike].tolist()
        return found

    def _unpapered(
        self, memory: _Memory, view: View, declared: DeclaredWeights, news: NDArray[np.int32],
    ) -> tuple[NDArray[np.int32], list[int]]:
        """The containers in the yard of which no paper is known, and those that lacked one for too long."""
        c = view.state.containers
        grace_ms = self._parameters["paper_grace_min"] * _MINUTE_MS
        heard = touched(view, Kind.INVENTORY, Kind.MOVE, Kind.CONTAINER)
        rows = np.union1d(memory.unpapered, heard).astype(np.int32)
        rows = rows[~declared.known[rows]]
        inside = (c.place_kind[rows] == _SLOT) | ((c.place_kind[rows] == _VEHICLE) & (c.lifted_at[rows] > 0))
        rows = rows[inside & np.isin(c.trade[rows], _SUPERVISED)]
        over = np.where(c.arrived_at[rows] > 0, c.arrived_at[rows], c.moved_at[rows]) + grace_ms <= view.now
        came = np.union1d(news, heard)  # papers that were there, but too late
        came = came[declared.known[came] & (c.arrived_at[came] > 0) & np.isin(c.trade[came], _SUPERVISED)]
        came = came[declared.first[came] > c.arrived_at[came] + grace_ms]
        return rows[~over], [*rows[over].tolist(), *came.tolist()]

    def _lines(
        self, memory: _Memory, view: View, sailings: Mapping[str, _Sailing],
    ) -> tuple[Mapping[str, frozenset[int]], list[int]]:
        """The containers announced by calls that lie alongside or are to come, and those that should be ashore."""
        lines = dict(memory.lines)
        for batch in view.batches.get(Kind.MANIFEST, ()):
            inwards = np.flatnonzero((batch["call"] != "") & (batch["mode"] != DeclarationMode.EXPORT))
            rows = view.state.containers.known_rows(batch["container"][inwards])
            calls = batch["call"][inwards]
            for call in set(calls.tolist()):
                lines[call] = lines.get(call, frozenset()).union(rows[calls == call].tolist())
        if not lines:
            return memory.lines, []
        grace_ms = self._parameters["landing_grace_min"] * _MINUTE_MS
        kinds, found = view.state.containers.place_kind, []
        for call in [call for call in lines if call in sailings and sailings[call].at + grace_ms <= view.now]:
            rows = np.array(sorted(lines.pop(call)), dtype=np.int32)
            found += rows[(kinds[rows] < 0) | (kinds[rows] == _VESSEL)].tolist()
        return lines, found

    # What the facts say

    def _conclude(self, state: State, row: int, told: _Told) -> Conclusion:
        if int(state.containers.trade[row]) == TRADES[Trade.DOMESTIC]:
            return Conclusion(otherwise="is of domestic trade")
        lifts, standings = lifts_of(state, row), standings_of(state, row)
        stated, manifests, declarations = stated_of(state, row), manifested_of(state, row), declared_of(state, row)
        papers = sorted((*manifests, *declarations), key=lambda p: (p.at, p.record))
        p, look_at = self._parameters, 0
        cases: list[Case] = []
        cases += [self._of_papers(state, row, "weight", stretch) for stretch in disagreements.of_weight(
            stated, papers, p["weight_least_kg"], p["weight_share"])]
        cases += [self._of_papers(state, row, "empty_against_full", stretch)
                  for stretch in disagreements.of_load(stated, papers)]
        for stretch in disagreements.of_place(lifts, standings):
            settled = stretch.begin + int(p["slot_settle_s"] * 1000.0)
            if (stretch.end or told.now) >= settled:
                cases.append(self._of_slots(state, row, stretch))
            elif not stretch.end:
                look_at = settled
        cases += [self._of_seal(state, row, stray) for stray in told.strays
                  if (stray.until or stray.last) - stray.since >= p["seal_settle_min"] * _MINUTE_MS]
        came = [(lift.at, lift.record) for lift in lifts if lift.event in _COMING]
        came += [(s.at, s.record) for s in standings if s.place_kind == PlaceKind.SLOT]
        if came and int(state.containers.trade[row]) in _SUPERVISED:
            begin, record = min(came)
            over = begin + int(p["paper_grace_min"] * _MINUTE_MS)
            if told.now < over and not papers:
                look_at = min(look_at or over, over)
            cases += self._without_paper(state, row, begin, record, papers, standings, told.now)
        landed = [lift.at for lift in lifts] + [s.at for s in standings if s.place_kind != PlaceKind.VESSEL]
        for line in {m.call: m for m in manifests if m.call in told.sailings}.values():
            cases += self._never_landed(state, row, line, min(landed, default=0), told)
        return Conclusion(tuple(cases), "the sources agree, as became known later", look_at=look_at)

    def _case(
        self, state: State, row: int, cause: str, at: int, place: places.Place, severity: Severity,
        facts: Mapping[str, Fact], records: tuple[str, ...], limit: Limit, ended: tuple[int, str, str] | None,
    ) -> Case:
        number = str(state.containers.number[row])
        finding = Finding(
            rule=RULE.id, severity=severity, subject_kind="container", subject=number, at=at, incident=f"{cause}-{at}",
            x=place[0], y=place[1], zone=state.zone_name(*place), facts={"cause": cause, "container": number, **facts},
            evidence=records, limits=(limit,))
        return Case(finding) if ended is None else Case(finding, ended[0], ended[1], (ended[2],) if ended[2] else ())

    def _of_papers(self, state: State, row: int, cause: str, stretch: Stretch) -> Case:
        """The terminal and the papers differ in weight, or in full and empty."""
        facts = _sides(stretch)
        if cause == "weight":
            facts["difference_kg"] = round(stretch.difference)
            declared = float(stretch.against_says.split()[0])
            share = self._parameters["weight_share"] * declared
            least = self._parameters["weight_least_kg"]
            limit = Limit("weight_difference", math.ceil(abs(stretch.difference)), math.floor(max(share, least)), "kg",
                          "weight_share" if share > least else "weight_least_kg")
        else:
            limit = Limit("load_state", stretch.says, stretch.against_says)
        slot = slot_at(state, row, stretch.begin)[0]
        place = places.first_known(places.of_slot(state, slot), places.of_container(state, row))
        severity = Severity.MEDIUM if cause == "weight" else RULE.severity
        ended = (stretch.end, "the sources agree again", stretch.ended_by) if stretch.end else None
        return self._case(state, row, cause, stretch.begin, place, severity, facts, stretch.records, limit, ended)

    def _of_slots(self, state: State, row: int, stretch: Stretch) -> Case:
        """The stock has it in another slot than the last lift."""
        really, said = places.of_slot(state, stretch.against_says), places.of_slot(state, stretch.says)
        facts = _sides(stretch)
        if places.known(really) and places.known(said):
            facts["difference_m"] = round(math.dist(really, said), 1)
        ended = (stretch.end, "its place is certain again", stretch.ended_by) if stretch.end else None
        return self._case(
            state, row, "other_slot", stretch.begin, really, Severity.MEDIUM, facts, stretch.records,
            Limit("slot", stretch.says, stretch.against_says), ended)

    def _of_seal(self, state: State, row: int, stray: Stray) -> Case:
        """The seal is somewhere else than the slot in which its container stands."""
        allowed = self._parameters["seal_apart_m"]
        facts: dict[str, Fact] = {
            "seal": stray.seal, "disagrees": "tos", "says": stray.slot, "against": "seal",
            "against_says": f"{stray.x:.0f}, {stray.y:.0f}", "difference_m": round(stray.apart_m)}
        ended = (stray.until, "seal and slot agree again", "") if stray.until else None
        return self._case(
            state, row, "seal_elsewhere", stray.since, (stray.x, stray.y), Severity.MEDIUM, facts, (stray.record,),
            Limit("distance_to_slot", math.ceil(stray.apart_m), allowed, "m", "seal_apart_m"), ended)

    def _without_paper(
        self, state: State, row: int, begin: int, record: str, papers: list[Paper], standings: list[Standing], now: int,
    ) -> list[Case]:
        """有货无单: it came into the port and nobody ever announced it."""
        grace_min = self._parameters["paper_grace_min"]
        left = next((s for s in standings if s.at > begin and s.place_kind == PlaceKind.OUTSIDE), None)
        first = papers[0] if papers else None
        until = min([now, *(step.at for step in (left, first) if step is not None)])
        if until < begin + grace_min * _MINUTE_MS:
            return []
        ended = None
        if first is not None and (left is None or first.at < left.at):
            ended = (first.at, "its paper came", first.record)
        gate = next((p for p in passages_of(state, row) if abs(p.at - begin) <= _MINUTE_MS), None)
        place = places.first_known(
            places.of_slot(state, slot_at(state, row, begin)[0]),
            places.of_gate(state, gate.gate, gate.lane) if gate is not None else places.NOWHERE,
            places.of_container(state, row))
        facts: dict[str, Fact] = {
            "disagrees": "tos", "says": "in the port", "against": "manifest", "against_says": "none"}
        if first is not None:
            facts["difference_min"] = round((first.at - begin) / _MINUTE_MS)
        limit = Limit("paper", "none", "manifest or declaration", "", "paper_grace_min")
        return [self._case(
            state, row, "no_manifest", begin, place, RULE.severity, facts, (record,), limit, ended)]

    def _never_landed(self, state: State, row: int, line: Paper, landed: int, told: _Told) -> list[Case]:
        """有单无货: its vessel has sailed and it never came ashore."""
        sailing = told.sailings[line.call]
        over = sailing.at + self._parameters["landing_grace_min"] * _MINUTE_MS
        if line.mode == DeclarationMode.EXPORT or 0 < landed <= over or told.now < over:
            return []
        berth = state.index.berths.get(told.berths.get(line.call, ""))
        place = places.NOWHERE if berth is None else (
            (berth.start[0] + berth.end[0]) / 2.0, (berth.start[1] + berth.end[1]) / 2.0)
        facts: dict[str, Fact] = {
            "call": line.call, "bill": line.number, "disagrees": "manifest", "says": "landed here", "against": "tos",
            "against_says": "never landed"}
        if landed:
            facts["difference_min"] = round((landed - sailing.at) / _MINUTE_MS)
        limit = Limit("landing", "none", "discharged", "", "landing_grace_min")
        return [self._case(
            state, row, "never_landed", sailing.at, place, RULE.severity, facts, (line.record, sailing.record), limit,
            (landed, "landed after all", "") if landed else None)]


def _sides(stretch: Stretch) -> dict[str, Fact]:
    return {"disagrees": stretch.odd, "says": stretch.says, "against": stretch.against,
            "against_says": stretch.against_says}


def _with_calls(memory: _Memory, view: View) -> tuple[Mapping[str, str], Mapping[str, _Sailing]]:
    """The berths and the departures of calls, with those of a step. Of several words of a departure the first holds."""
    batches = view.batches.get(Kind.VESSEL_CALL, ())
    if not batches:
        return memory.berths, memory.sailings
    berths, sailings = dict(memory.berths), dict(memory.sailings)
    for batch in batches:
        for i in range(len(batch)):
            call, at = str(batch["call"][i]), int(batch["observed_at"][i])
            if batch["berth"][i]:
                berths[call] = str(batch["berth"][i])
            if batch["state"][i] == CallState.DEPARTED and (call not in sailings or at < sailings[call].at):
                sailings[call] = _Sailing(at, str(batch["id"][i]))
    return berths, sailings


def _misplaced(memory: _Memory, view: View) -> tuple[NDArray[np.int64], NDArray[np.int64], list[int]]:
    """Where containers stand now and since when, and those that the stock moved without a lift, or whose statement
    came late."""
    c = view.state.containers
    rows = touched(view, Kind.INVENTORY, Kind.MOVE)
    if not len(rows):
        return memory.slots, memory.since, []
    slots, since = grown(memory.slots, c.count), grown(memory.since, c.count)
    in_slot = c.block[rows] >= 0
    code = np.where(in_slot, ((c.block[rows].astype(np.int64) * 1_000 + c.bay[rows]) * 1_000 + c.row[rows]) * 100
                    + c.tier[rows] + 1, 0)
    by_stock = (c.place_version[rows] % RANKS == 0) & in_slot
    lifted = c.lifted_at[rows]
    unlifted = (slots[rows] > 0) & (code != slots[rows]) & (lifted <= since[rows])
    after_lift = (lifted > 0) & (time_of(c.place_version[rows]) > lifted) & (code != slots[rows])
    found = set(rows[by_stock & (unlifted | after_lift)].tolist())
    for batch in view.batches.get(Kind.INVENTORY, ()):
        at = c.known_rows(batch["container"])
        late = (batch["place_kind"] == PlaceKind.SLOT) & (batch["observed_at"] < time_of(c.place_version[at]))
        found.update(at[late].tolist())
    slots[rows], since[rows] = code, c.moved_at[rows]
    return slots, since, sorted(found)
