"""R13 position-implausible 定位异常: a position that cannot be: a leap no vehicle makes, outside the world, or the same
place while moving; and an area in which several receivers are disturbed at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from twin.records import EntityKind, Kind
from twin.rules.base import Parameter, RuleSpec, Verdict, View
from twin.rules.recent_fixes import RecentFixes
from twin.rules.spans import Span, settle
from twin.state import Fixes, State
from twin.tables import ENTITY_KINDS
from twin.warnings import Clearing, Fact, Finding, Limit, Severity

RULE = RuleSpec(
    id="R13", zh="定位异常", en="Implausible position", severity=Severity.MEDIUM,
    reason="Supervision by position rests on positions that are true: a shifted or frozen one hides where goods are.",
    parameters=(
        Parameter("max_speed_mps", 45.0, "m/s", 5.0, 150.0, "nothing that is watched moves faster"),
        Parameter("least_leap_m", 150.0, "m", 10.0, 10_000.0, "shorter leaps are noise of the receiver"),
        Parameter("world_km", 300.0, "km", 10.0, 5_000.0, "the port's world ends this far from it"),
        Parameter("frozen_s", 60.0, "s", 10.0, 3_600.0, "the same place this long while moving is a frozen position"),
        Parameter("moving_mps", 3.0, "m/s", 0.5, 30.0, "what reports this speed is moving"),
        Parameter("quiet_s", 60.0, "s", 5.0, 3_600.0, "plausible again after this long without an implausible fix"),
        Parameter("jammed", 5.0, "1", 2.0, 100.0, "this many vehicles disturbed in one zone at once: it is jammed"),
    ),
    relies_on=(Kind.POSITION,),
)

_CRANE, _VESSEL = ENTITY_KINDS[EntityKind.CRANE], ENTITY_KINDS[EntityKind.VESSEL]
_KINDS = tuple(EntityKind)
_KEPT_MS = 30 * 60_000
_FROZEN_M = 0.5
_NOWHERE = float("nan")


@dataclass(frozen=True, slots=True)
class _Bad:
    """An implausible fix. to_x, to_y: where it is; x, y: the place before it, metres, NaN unknown. observed: what the
    limit is about: m/s, km or s. ids: of records."""

    at: int
    cause: str
    to_x: float
    to_y: float
    x: float
    y: float
    observed: float
    leap_m: float
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Memory:
    recent: RecentFixes = field(default_factory=RecentFixes)
    bad: Mapping[int, tuple[_Bad, ...]] = field(default_factory=dict)  # by mover row
    told: Mapping[int, tuple[Span, ...]] = field(default_factory=dict)  # by mover row
    jams: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)  # by zone


class PositionImplausible:
    """The rule R13. Subjects are whoever reports positions, cranes apart, and jammed zones."""

    spec = RULE

    def __init__(self, parameters: Mapping[str, float] | None = None) -> None:
        self._parameters = RULE.values(parameters)

    def start(self) -> _Memory:
        """Nothing seen yet."""
        return _Memory()

    def judge(self, memory: _Memory, view: View) -> Verdict:
        """Judges the step's fixes against those before and after them, then whether the disturbed are so still."""
        recent, bad = memory.recent, dict(memory.bad)
        for fixes in view.changes.fixes:
            found = list(self._leaps(view.state, fixes))
            if fixes.late.any():
                found += self._late(view.state, fixes, recent)
            recent = recent.with_fixes(fixes.rows, fixes.at, fixes.x, fixes.y, fixes.speed)
            found += self._frozen(view.state, fixes, recent)
            for row, one in found:
                known = bad.get(row, ())
                if not any(b.at == one.at and b.cause == one.cause for b in known):
                    bad[row] = tuple(sorted((*known, one), key=lambda b: (b.at, b.cause)))
        if not bad and not memory.told:
            return Verdict(_Memory(recent))
        return self._settle(_Memory(recent, bad, memory.told, memory.jams), view)

    def _settle(self, memory: _Memory, view: View) -> Verdict:
        told: dict[int, tuple[Span, ...]] = {}
        kept: dict[int, tuple[_Bad, ...]] = {}
        findings: list[Finding] = []
        clearings: list[Clearing] = []
        history = view.now - _KEPT_MS
        for row in sorted({*memory.bad, *memory.told}):
            bad = self._without_returns(memory.bad.get(row, ()))
            settled = settle(memory.told.get(row, ()), list(self._conclude(view, row, bad)), history)
            findings += settled.findings
            clearings += settled.clearings
            active = [span for span in settled.told if not span.end or span.end > history]
            if active:
                told[row] = tuple(active)
                since = min(span.finding.at for span in active)
                kept[row] = tuple(b for b in memory.bad.get(row, ()) if b.at >= since)
        jams: dict[str, tuple[Span, ...]] = {}
        by_zone = self._by_zone(view.state, {row: self._without_returns(bad) for row, bad in kept.items()})
        for zone in sorted({*by_zone, *memory.jams}):
            settled = settle(memory.jams.get(zone, ()), self._jammed(view, zone, by_zone.get(zone, [])), history)
            findings += settled.findings
            clearings += settled.clearings
            if settled.told and any(not span.end or span.end > history for span in settled.told):
                jams[zone] = settled.told
        return Verdict(_Memory(memory.recent, kept, told, jams), tuple(findings), tuple(clearings))

    # Which fixes are implausible

    def _leaps(self, state: State, fixes: Fixes) -> Iterator[tuple[int, _Bad]]:
        """Fixes that cannot be reached from the one before, and those beyond the port's world."""
        p = self._parameters
        leap = np.hypot(fixes.x - fixes.from_x, fixes.y - fixes.from_y)
        seconds = (fixes.at - fixes.from_at) / 1000.0
        far = np.hypot(fixes.x, fixes.y) > p["world_km"] * 1000.0
        wrong = (leap - fixes.accuracy > p["least_leap_m"]) & (leap > p["max_speed_mps"] * seconds)
        wrong &= fixes.from_at > 0
        kind = state.movers.kind[fixes.rows]
        far &= kind != _VESSEL  # a vessel may be heard from anywhere
        for i in np.flatnonzero((wrong | far) & (kind != _CRANE)).tolist():
            row, at, record = int(fixes.rows[i]), int(fixes.at[i]), str(fixes.ids[i])
            x, y, to = float(fixes.from_x[i]), float(fixes.from_y[i]), (float(fixes.x[i]), float(fixes.y[i]))
            if wrong[i]:
                speed = float(leap[i] / seconds[i])
                yield row, _Bad(at, "leap", *to, x, y, round(speed, 1), round(float(leap[i])), (record,))
            else:
                yield row, _Bad(at, "outside_world", *to, x, y, round(math.hypot(*to) / 1000.0, 1), 0.0, (record,))

    def _late(self, state: State, fixes: Fixes, recent: RecentFixes) -> Iterator[tuple[int, _Bad]]:
        """Of fixes that came late: they against the ones kept from around their time."""
        p = self._parameters
        for i in np.flatnonzero(fixes.late & (state.movers.kind[fixes.rows] != _CRANE)).tolist():
            row, at = int(fixes.rows[i]), int(fixes.at[i])
            here = (at, float(fixes.x[i]), float(fixes.y[i]))
            for other in recent.around(row, at, state.earlier_fixes):
                first, then = sorted((here, other))
                leap = math.hypot(then[1] - first[1], then[2] - first[2])
                seconds = (then[0] - first[0]) / 1000.0
                if leap - float(fixes.accuracy[i]) > p["least_leap_m"] and leap > p["max_speed_mps"] * seconds:
                    speed = round(leap / max(seconds, 0.001), 1)
                    yield row, _Bad(then[0], "leap", *then[1:], *first[1:], speed, round(leap), (str(fixes.ids[i]),))

    def _frozen(self, state: State, fixes: Fixes, recent: RecentFixes) -> Iterator[tuple[int, _Bad]]:
        """Vehicles that report speed and the very same place again and again."""
        p = self._parameters
        same = (np.abs(fixes.x - fixes.from_x) < _FROZEN_M) & (np.abs(fixes.y - fixes.from_y) < _FROZEN_M)
        same &= (fixes.speed >= p["moving_mps"]) & (state.movers.kind[fixes.rows] != _CRANE)
        last_of_each = np.append(fixes.rows[1:] != fixes.rows[:-1], True)
        for row in fixes.rows[same & last_of_each].tolist():
            at, x, y, speed = recent.of(row, state.earlier_fixes)
            still = np.flatnonzero((np.hypot(x - x[-1], y - y[-1]) >= _FROZEN_M) | (speed < p["moving_mps"]))
            first = int(still[-1]) + 1 if len(still) else 0
            lasted = (at[-1] - at[first]) / 1000.0 if first < len(at) else 0.0
            if lasted >= p["frozen_s"]:
                last = np.flatnonzero(fixes.rows == row)[-1]
                place = (float(x[first]), float(y[first]))
                yield row, _Bad(
                    int(at[first]), "frozen", *place, *place, p["frozen_s"] + 1.0, 0.0, (str(fixes.ids[last]),))
                yield row, _Bad(int(fixes.at[last]), "frozen", *place, *place, 0.0, 0.0, ())

    # What it means

    def _conclude(self, view: View, row: int, bad: tuple[_Bad, ...]) -> Iterator[Span]:
        """Implausible fixes not further apart than the quiet time are one disturbance."""
        heard = int(view.state.movers.observed_at[row])
        for group in self._groups(bad):
            over = group[-1].at + int(self._parameters["quiet_s"] * 1000.0)
            end = over if heard > over or view.now - over > _KEPT_MS else 0
            yield Span("implausible", self._finding(view.state, row, group[0], group[:3]), end, "plausible again")

    def _without_returns(self, bad: tuple[_Bad, ...]) -> tuple[_Bad, ...]:
        """Implausible fixes without the leaps that lead back to where the vehicle was before it leapt away."""
        p = self._parameters
        kept: list[_Bad] = []
        for one in bad:
            away = kept[-1] if kept else None
            if away is not None and one.cause == away.cause == "leap":
                reach = p["least_leap_m"] + p["max_speed_mps"] * (one.at - away.at) / 1000.0
                if math.hypot(one.to_x - away.x, one.to_y - away.y) <= reach:
                    continue
            kept.append(one)
        return tuple(kept)

    def _groups(self, bad: tuple[_Bad, ...]) -> list[list[_Bad]]:
        quiet_ms = self._parameters["quiet_s"] * 1000.0
        groups: list[list[_Bad]] = []
        for one in bad:
            if groups and one.at - groups[-1][-1].at <= quiet_ms:
                groups[-1].append(one)
            else:
                groups.append([one])
        return groups

    def _finding(self, state: State, row: int, first: _Bad, group: list[_Bad]) -> Finding:
        p, name = self._parameters, str(state.movers.id[row])
        kind = int(state.movers.kind[row])
        limit = {
            "leap": Limit("speed", first.observed, p["max_speed_mps"], "m/s", "max_speed_mps"),
            "outside_world": Limit("distance_from_port", first.observed, p["world_km"], "km", "world_km"),
            "frozen": Limit("frozen", first.observed, p["frozen_s"], "s", "frozen_s"),
        }[first.cause]
        facts: dict[str, Fact] = {"cause": first.cause, "entity": name}
        if first.leap_m:
            facts["leap_m"] = first.leap_m
        return Finding(
            rule=RULE.id, severity=RULE.severity, subject_kind=str(_KINDS[kind]) if kind >= 0 else "vehicle",
            subject=name, at=first.at, incident="", x=first.x if first.x == first.x else _NOWHERE,
            y=first.y if first.y == first.y else _NOWHERE, zone=state.zone_name(first.x, first.y), facts=facts,
            evidence=tuple(dict.fromkeys(i for b in group for i in b.ids)), limits=(limit,))

    # Jammed areas

    def _by_zone(self, state: State, bad: Mapping[int, tuple[_Bad, ...]]) -> dict[str, list[tuple[int, int, _Bad]]]:
        """Implausible fixes by the zone of the last plausible place: time, mover row, fix."""
        found: dict[str, list[tuple[int, int, _Bad]]] = {}
        if len(bad) >= self._parameters["jammed"]:
            for row, every in bad.items():
                for one in every:
                    zone = state.zone_name(one.x, one.y)
                    if zone:
                        found.setdefault(zone, []).append((one.at, row, one))
        return {zone: sorted(ones, key=lambda o: o[:2]) for zone, ones in found.items()}

    def _jammed(self, view: View, zone: str, ones: list[tuple[int, int, _Bad]]) -> list[Span]:
        """Times in which so many of a zone are disturbed at once that it is the zone that is jammed."""
        quiet_ms, least = int(self._parameters["quiet_s"] * 1000.0), int(self._parameters["jammed"])
        spans: list[Span] = []
        chain: list[tuple[int, int, _Bad]] = []
        for one in [*ones, None]:
            if one is not None and (not chain or one[0] - chain[-1][0] <= quiet_ms):
                chain.append(one)
                continue
            movers = list(dict.fromkeys(row for _, row, _ in chain))
            if len(movers) >= least:
                at, _, bad = next(o for o in chain if o[1] == movers[least - 1])
                over = chain[-1][0] + quiet_ms
                facts: dict[str, Fact] = {"cause": "jammed", "zone": zone, "vehicles": float(least)}
                finding = Finding(
                    rule=RULE.id, severity=Severity.HIGH, subject_kind="zone", subject=zone, at=at, incident="",
                    x=bad.x, y=bad.y, zone=zone, facts=facts,
                    evidence=tuple(dict.fromkeys(i for _, _, b in chain[:2 * least] for i in b.ids)),
                    limits=(Limit("jammed_vehicles", float(least), float(least - 1), "1", "jammed"),))
                spans.append(Span("jammed", finding, over if view.now > over else 0, "nobody is disturbed any more"))
            chain = [one] if one is not None else []
        return spans
