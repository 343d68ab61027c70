"""R15 device-down 设备离线: a gate, camera, reader or crane is down, or silent beyond its interval; a source of records
falls silent as a whole; a place of the supervised area that no camera sees any more.

A device that says nothing is told from a source that says nothing: silence is measured up to the newest sign of any
device of its source, never up to the clock. So what has not arrived yet, because a feed is behind or was cut off, is no
silence of hundreds of devices.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from twin.late_mapping import changed
from twin.port_index import PortIndex
from twin.records import DeviceState, Kind
from twin.rules.base import Parameter, RuleSpec, Verdict, View
from twin.rules.spans import Settled, Span, settle
from twin.state import State
from twin.warnings import Clearing, Fact, Finding, Limit, Severity

RULE = RuleSpec(
    id="R15", zh="设备离线", en="Device down", severity=Severity.MEDIUM,
    reason="What no device watches is not supervised: networked gates and cameras stand for officers on the spot.",
    parameters=(
        Parameter("interval_s", 300.0, "s", 1.0, 86_400.0, "a device gives a sign of life this often"),
        Parameter("missed", 1.5, "1", 1.0, 100.0, "silent after this many intervals without one"),
        Parameter("source_silent_s", 600.0, "s", 10.0, 86_400.0, "a source of positions is heard at least this often"),
        Parameter("steady_min", 60.0, "min", 5.0, 600.0,
                  "a source counts as steady once it was heard in this many minutes of the last three hours"),
        Parameter("seen_from_m", 60.0, "m", 1.0, 500.0, "another camera this near sees the same place"),
    ),
    relies_on=(Kind.DEVICE_HEALTH, Kind.POSITION), version=2,
)

_KEPT_MS = 3 * 3_600_000
_MINUTE_MS = 60_000
_NOWHERE = float("nan")
_CAMERA = "camera"


@dataclass(frozen=True, slots=True)
class _Sign:
    """What a device, or somebody of it, said: up or down since when."""

    at: int
    record: str
    up: bool
    since: int


@dataclass(frozen=True, slots=True)
class _Device:
    """A device, the system that speaks of it, and its newest sign."""

    kind: str
    source: str
    last: _Sign
    told: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class _Source:
    """A source of positions: the minutes (since 1970) in which it was heard, its newest record and when."""

    minutes: frozenset[int] = frozenset()
    newest: int = 0
    record: str = ""
    told: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class _Heard:
    """When devices of a source were heard: the minutes (since 1970) of the last hours, and the newest sign, ms UTC."""

    minutes: frozenset[int] = frozenset()
    newest: int = 0


@dataclass(frozen=True, slots=True)
class _Memory:
    devices: Mapping[str, _Device] = field(default_factory=dict)
    signs: Mapping[str, tuple[_Sign, ...]] = field(default_factory=dict)  # of devices in the last hours, by time
    sources: Mapping[str, _Source] = field(default_factory=dict)
    heard: Mapping[str, _Heard] = field(default_factory=dict)  # by source of signs of devices
    wake: int = 0  # nothing can change before, ms UTC, unless something is said


class DeviceDown:
    """The rule R15. Subjects are devices, and sources of records."""

    spec = RULE

    def __init__(self, parameters: Mapping[str, float] | None = None) -> None:
        self._parameters = RULE.values(parameters)
        self._silent_ms = int(self._parameters["interval_s"] * self._parameters["missed"] * 1000.0)

    def start(self) -> _Memory:
        """Nothing seen yet."""
        return _Memory()

    def judge(self, memory: _Memory, view: View) -> Verdict:
        """Notes who was heard, and looks whether somebody was not when the time has come."""
        devices, signs, heard, spoke = _hear_devices(memory, view)
        sources = _hear_sources(memory.sources, view)
        timely = view.now >= memory.wake
        if not spoke and not timely:
            return Verdict(replace(memory, sources=sources))
        findings: list[Finding] = []
        clearings: list[Clearing] = []
        overdue = {n for n, d in devices.items() if self._may_be_silent(d, heard[d.source].newest)} if timely else set()
        for name in sorted(spoke | overdue):
            device = devices[name]
            settled = self._device(view, name, device, devices, signs[name], heard[device.source])
            devices[name] = replace(device, told=settled.told)
            findings += settled.findings
            clearings += settled.clearings
        if not timely:
            return Verdict(_Memory(devices, signs, sources, heard, memory.wake), tuple(findings), tuple(clearings))
        alive = max((s.newest for s in sources.values()), default=0)
        for name, source in sorted(sources.items()):
            settled = settle(source.told, self._silence(name, source, alive), view.now - _KEPT_MS)
            sources[name] = replace(source, told=settled.told)
            findings += settled.findings
            clearings += settled.clearings
        wake = view.now + int(self._parameters["interval_s"] * 1000.0 / 20.0)
        return Verdict(_Memory(devices, signs, sources, heard, wake), tuple(findings), tuple(clearings))

    # Devices

    def _may_be_silent(self, device: _Device, newest: int) -> bool:
        return newest - device.last.at > self._silent_ms or any(not span.end for span in device.told)

    def _device(
        self, view: View, name: str, device: _Device, devices: Mapping[str, _Device], signs: tuple[_Sign, ...],
        heard: _Heard,
    ) -> Settled:
        """When a device was down or silent, from all signs of it that are kept."""
        spans = list(self._down(view, name, device, devices, signs))
        spans += self._silent(view, name, device, devices, signs, heard)
        return settle(device.told, spans, signs[0].at)

    def _down(
        self, view: View, name: str, device: _Device, devices: Mapping[str, _Device], signs: tuple[_Sign, ...],
    ) -> Iterable[Span]:
        down: _Sign | None = None
        for sign in signs:
            if not sign.up and down is None:
                down = sign
            elif sign.up and down is not None:
                yield self._span(view, name, "down", device, devices, down, sign)
                down = None
        if down is not None:
            yield self._span(view, name, "down", device, devices, down, None)

    def _silent(
        self, view: View, name: str, device: _Device, devices: Mapping[str, _Device], signs: tuple[_Sign, ...],
        heard: _Heard,
    ) -> Iterable[Span]:
        """Silences: from when a sign was overdue while others of the source were heard, until the next sign."""
        for before, after in zip(signs, (*signs[1:], None), strict=True):
            last = heard.newest if after is None else after.at
            if last - before.at <= self._silent_ms or not before.up:
                continue
            due = (before.at + self._silent_ms // 2) // _MINUTE_MS
            if any(due <= minute < last // _MINUTE_MS for minute in heard.minutes):
                yield self._span(view, name, "silent", device, devices, before, after)

    def _span(
        self, view: View, name: str, cause: str, device: _Device, devices: Mapping[str, _Device], sign: _Sign,
        after: _Sign | None,
    ) -> Span:
        state = view.state
        at = sign.since if cause == "down" else sign.at + self._silent_ms
        place = place_of(state.index, name)
        x, y = place if place is not None else (_NOWHERE, _NOWHERE)
        blind = device.kind == _CAMERA and place is not None and not self._seen(state, name, place, devices)
        facts: dict[str, Fact] = {"cause": cause, "device": name, "device_kind": device.kind, "source": device.source}
        limit = Limit("device_state", "down", "up")
        if cause == "silent":
            missed_s = self._silent_ms / 1000.0
            limit = Limit("silence", missed_s + 1.0, missed_s, "s", "missed")
        if blind:
            facts["blind_spot"] = state.zone_name(x, y) or "outside all zones"
        finding = Finding(
            rule=RULE.id, severity=Severity.HIGH if blind else RULE.severity, subject_kind="device", subject=name,
            at=at, incident="", x=x, y=y, zone=state.zone_name(x, y), facts=facts, evidence=(sign.record,),
            limits=(limit,))
        if after is None:
            return Span(cause, finding)
        reason = "works again" if cause == "down" else "gave a sign of life again"
        return Span(cause, finding, max(after.at, at), reason, (after.record,))

    def _seen(
        self, state: State, name: str, place: tuple[float, float], devices: Mapping[str, _Device],
    ) -> bool:
        """Whether another camera that works sees the place of a camera."""
        for other, device in devices.items():
            if other != name and device.kind == _CAMERA and device.last.up and not any(
                    not span.end for span in device.told):
                there = place_of(state.index, other)
                if there is not None and np.hypot(there[0] - place[0], there[1] - place[1]) <= (
                        self._parameters["seen_from_m"]):
                    return True
        return False

    # Sources

    def _silence(self, name: str, source: _Source, alive: int) -> list[Span]:
        """Whether a steady source of positions says nothing any more while others speak."""
        minutes = sorted(source.minutes)
        if len(minutes) < self._parameters["steady_min"]:
            return []
        gaps = np.diff(minutes)
        longest_ms = int(gaps.max()) * _MINUTE_MS if len(gaps) else 0
        allowed_ms = max(int(self._parameters["source_silent_s"] * 1000.0), 2 * longest_ms)
        if alive - source.newest <= allowed_ms:
            return []
        facts: dict[str, Fact] = {"cause": "source_silent", "source": name}
        finding = Finding(
            rule=RULE.id, severity=Severity.HIGH, subject_kind="source", subject=name, at=source.newest + allowed_ms,
            incident="", facts=facts, evidence=(source.record,),
            limits=(Limit("silence", allowed_ms / 1000.0 + 1.0, allowed_ms / 1000.0, "s", "source_silent_s"),))
        return [Span("source_silent", finding)]


def place_of(index: PortIndex, device: str) -> tuple[float, float] | None:
    """Where a device stands, metres: devices bear the name of a gate, lane, building or crane, or that name after a
    letter code and a hyphen ("CAM-G1-I1"). None where the port has no such thing."""
    for name in (device, device.partition("-")[2]):
        if name in index.gate_lanes:
            return index.gate_lanes[name].stop
        if name in index.gates and index.gates[name].lanes:
            return index.gates[name].lanes[0].stop
        if name in index.buildings:
            ring = np.asarray(index.buildings[name].outline)
            return float(ring[:, 0].mean()), float(ring[:, 1].mean())
        if name in index.cranes:
            return index.cranes[name].home
    return None


def _hear_devices(
    memory: _Memory, view: View,
) -> tuple[dict[str, _Device], Mapping[str, tuple[_Sign, ...]], dict[str, _Heard], set[str]]:
    """The devices and their signs of life with those of a step, when each source was heard, and who spoke."""
    devices, heard = dict(memory.devices), dict(memory.heard)
    fresh: dict[str, list[_Sign]] = {}
    for batch in view.batches.get(Kind.DEVICE_HEALTH, ()):
        names, sources, kinds = batch["device"].tolist(), batch["source"].tolist(), batch["device_kind"].tolist()
        signs = zip(
            batch["observed_at"].tolist(), batch["id"].tolist(), (batch["state"] == DeviceState.UP).tolist(),
            batch["since"].tolist(), strict=True)
        for name, source, kind, sign in zip(names, sources, kinds, signs, strict=True):
            fresh.setdefault(name, []).append(_Sign(*sign))
            if name not in devices:
                devices[name] = _Device(kind, source, fresh[name][0])
        for source in set(sources):
            times = batch["observed_at"][batch["source"] == source]
            before = heard.get(source, _Heard())
            newest = max(before.newest, int(times.max()))
            oldest = (newest - _KEPT_MS) // _MINUTE_MS
            minutes = before.minutes | set((times // _MINUTE_MS).tolist())
            heard[source] = _Heard(frozenset(minute for minute in minutes if minute >= oldest), newest)
    told: dict[str, tuple[_Sign, ...]] = {}
    for name, signs_of in fresh.items():
        kept = sorted({*memory.signs.get(name, ()), *signs_of}, key=lambda s: (s.at, s.record))
        since = kept[-1].at - _KEPT_MS
        told[name] = tuple(sign for sign in kept if sign.at >= since)
        devices[name] = replace(devices[name], last=kept[-1])
    return devices, changed(memory.signs, told), heard, set(fresh)


def _hear_sources(known: Mapping[str, _Source], view: View) -> dict[str, _Source]:
    """The sources of positions with what the step brought."""
    sources = dict(known)
    for batch in view.batches.get(Kind.POSITION, ()):
        named = batch["source"].tolist()
        for name in set(named):
            rows = np.flatnonzero(batch["source"] == name) if named.count(name) < len(named) else np.arange(len(named))
            times = batch["observed_at"][rows]
            newest = int(np.argmax(times))
            source = sources.get(name, _Source())
            minutes = source.minutes | set(np.unique(times // _MINUTE_MS).tolist())
            if int(times[newest]) > source.newest:
                source = replace(source, newest=int(times[newest]), record=str(batch["id"][rows[newest]]))
            oldest = (source.newest - _KEPT_MS) // _MINUTE_MS
            sources[name] = replace(source, minutes=frozenset(m for m in minutes if m >= oldest))
    return sources
