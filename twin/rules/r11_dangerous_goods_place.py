"""R11 dangerous-goods-place 危险品错放: a class on ground not licensed for it, or too near to another class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from twin.port_layout import BlockKind
from twin.records import Kind, PlaceKind
from twin.rules.base import Parameter, RuleSpec, Verdict, View
from twin.rules.segregation import apart, class_of, degree, licensed
from twin.rules.spans import Span, settle
from twin.rules.stays import stays_of
from twin.state import State, together
from twin.warnings import Clearing, Fact, Finding, Limit, Severity

RULE = RuleSpec(
    id="R11", zh="危险品错放", en="Dangerous goods misplaced", severity=Severity.HIGH,
    reason="Dangerous goods stand only where their class is licensed, and apart from classes they react with (Rules on "
           "the safety of dangerous goods in ports; IMDG Code, 7.2.4).",
    parameters=(
        Parameter("least_degree", 2.0, "1", 1.0, 4.0,
                  "degrees of segregation below this are not looked at: the first asks nothing of closed containers"),
    ),
    relies_on=(Kind.CONTAINER, Kind.INVENTORY, Kind.MOVE),
)

_FREE = (BlockKind.INSPECTION, BlockKind.RAIL)  # no storage: there an officer or a train decides
_REACH = 5  # twenty-foot spaces along beyond which no degree asks anything
_ENDLESS = 1 << 62


@dataclass(frozen=True, slots=True)
class _Stood:
    """Dangerous goods in a slot for a time. first, last: twenty-foot places along the block, from 0. Times: ms UTC,
    end 0 while it goes on."""

    kind: str
    block: int
    first: int
    last: int
    line: int
    slot: str
    begin: int
    end: int
    record: str
    ended_by: str


@dataclass(frozen=True, slots=True)
class _Memory:
    stood: Mapping[int, tuple[_Stood, ...]] = field(default_factory=dict)  # by container row
    told: Mapping[int, tuple[Span, ...]] = field(default_factory=dict)  # by container row


class DangerousGoodsPlace:
    """The rule R11. Subject is the container; of two that stand too near, the one that came later."""

    spec = RULE

    def __init__(self, parameters: Mapping[str, float] | None = None) -> None:
        self._parameters = RULE.values(parameters)

    def start(self) -> _Memory:
        """Nothing seen yet."""
        return _Memory()

    def judge(self, memory: _Memory, view: View) -> Verdict:
        """Looks again at dangerous goods of which the step says something, and at those near them."""
        state = view.state
        touched = self._touched(view, memory)
        if not touched:
            return Verdict(memory)
        stood = dict(memory.stood)
        changed: list[_Stood] = []
        for row in touched:
            changed += stood.pop(row, ())
            after = tuple(self._stood(state, row))
            if after:
                stood[row] = after
                changed += after
        concerned = set(touched)
        around = _by_block(stood, {stay.block for stay in changed})
        for stay in changed:
            concerned.update(row for row, other in around[stay.block] if row not in concerned and _near(stay, other))
        told = dict(memory.told)
        near = _by_block(stood, {stay.block for row in concerned for stay in stood.get(row, ())})
        findings: list[Finding] = []
        clearings: list[Clearing] = []
        for row in sorted(concerned):
            settled = settle(told.pop(row, ()), list(self._conclude(view, row, stood.get(row, ()), near)))
            findings += settled.findings
            clearings += settled.clearings
            if settled.told:
                told[row] = settled.told
        return Verdict(_Memory(stood, told), tuple(findings), tuple(clearings))

    def _touched(self, view: View, memory: _Memory) -> list[int]:
        """Rows of the containers with dangerous goods of which the step's records say something."""
        c = view.state.containers
        pieces = list(view.changes.containers)
        for kind in (Kind.MOVE, Kind.INVENTORY, Kind.CONTAINER):
            pieces += [c.known_rows(batch["container"]) for batch in view.batches.get(kind, ())]
        rows = together(pieces, c.count)
        return [
            row for row, stated in zip(rows.tolist(), c.dangerous_class[rows].tolist(), strict=True)
            if stated or row in memory.stood]

    def _stood(self, state: State, row: int) -> Iterator[_Stood]:
        """Where dangerous goods stood and stand, from all facts."""
        kind = class_of(state.containers.dangerous_class[row])
        stays = [s for s in stays_of(state, row) if s.kind == PlaceKind.SLOT] if kind else []
        slots = state.yard.parse([stay.ref for stay in stays]).tolist()
        for stay, (block, bay, line, _) in zip(stays, slots, strict=True):
            if block >= 0:
                first = bay // 2 - 1 if bay % 2 == 0 else (bay - 1) // 2
                yield _Stood(kind, block, first, first + (bay % 2 == 0), line, stay.ref, stay.begin, stay.end,
                             stay.record, stay.ended_by)

    def _conclude(
        self, view: View, row: int, own: tuple[_Stood, ...], stood: Mapping[int, list[tuple[int, _Stood]]],
    ) -> Iterator[Span]:
        """When a container stood on ground not licensed for it, or too near to one that was there before it."""
        state = view.state
        blocks = state.index.layout.blocks
        for stay in own:
            block = blocks[stay.block]
            if block.kind in _FREE:
                continue
            if not licensed(stay.kind, block.dangerous_classes):
                facts: dict[str, Fact] = {"licensed": " ".join(block.dangerous_classes) or "none"}
                limit = Limit("dangerous_class", stay.kind, ", ".join(block.dangerous_classes) or "none")
                yield from self._span(view, row, "licence", stay, stay.begin, stay.end, facts, (), (limit,))
            for other, near in stood[stay.block]:
                if other != row and _near(stay, near):
                    yield from self._pair(view, row, other, stay, near)

    def _pair(self, view: View, row: int, other: int, stay: _Stood, near: _Stood) -> Iterator[Span]:
        """The time in which two containers stood too near to each other, told of the one that came later."""
        numbers = view.state.containers.number
        if (stay.begin, str(numbers[row])) < (near.begin, str(numbers[other])):
            return
        needed = degree(stay.kind, near.kind)
        asked = apart(needed)
        along = max(near.first - stay.last, stay.first - near.last) - 1
        across = abs(stay.line - near.line) - 1
        stacked = along < 0 and across < 0
        if asked is None or needed < self._parameters["least_degree"] or (stacked and asked.stacked):
            return
        if not stacked and (along >= asked.bays or across >= asked.rows):
            return
        end = min(stay.end or _ENDLESS, near.end or _ENDLESS)
        facts: dict[str, Fact] = {
            "neighbour": str(numbers[other]), "neighbour_class": near.kind, "neighbour_slot": near.slot,
            "degree": float(needed), "how": "stacked" if stacked else "beside"}
        limits = [
            Limit("spaces_along", float(max(along, 0)), float(asked.bays), "1"),
            Limit("spaces_across", float(max(across, 0)), float(asked.rows), "1")]
        limits.sort(key=lambda limit: limit.excess or 0.0)
        yield from self._span(
            view, row, f"segregation-{numbers[other]}", stay, stay.begin, 0 if end == _ENDLESS else end, facts,
            (near.record, str(view.state.containers.described_id[other])), tuple(limits),
            near.ended_by if end == near.end else stay.ended_by)

    def _span(
        self, view: View, row: int, key: str, stay: _Stood, begin: int, end: int, facts: Mapping[str, Fact],
        evidence: tuple[str, ...], limits: tuple[Limit, ...], ended_by: str | None = None,
    ) -> Iterator[Span]:
        state, c = view.state, view.state.containers
        number = str(c.number[row])
        x, y, _ = state.index.slot_xyz(*state.yard.parse([stay.slot]).T)[0]
        cause = key.partition("-")[0]
        told: dict[str, Fact] = {
            "cause": cause, "container": number, "dangerous_class": stay.kind, "slot": stay.slot,
            "block": state.index.layout.blocks[stay.block].id, **facts}
        if c.un_number[row]:
            told["un_number"] = str(c.un_number[row])
        finding = Finding(
            rule=RULE.id, severity=RULE.severity, subject_kind="container", subject=number, at=begin, incident="",
            x=float(x), y=float(y), zone=state.zone_name(float(x), float(y)), facts=told,
            evidence=tuple(dict.fromkeys((stay.record, str(c.described_id[row]), *evidence))), limits=limits)
        last = stay.ended_by if ended_by is None else ended_by
        yield Span(key, finding, end, "no longer stands there", (last,) if last and end else ())


def _by_block(stood: Mapping[int, tuple[_Stood, ...]], blocks: set[int]) -> dict[int, list[tuple[int, _Stood]]]:
    """Who stood in each of some blocks, with the container's row."""
    found: dict[int, list[tuple[int, _Stood]]] = {block: [] for block in blocks}
    for row, stays in stood.items():
        for stay in stays:
            if stay.block in found:
                found[stay.block].append((row, stay))
    return found


def _near(one: _Stood, other: _Stood) -> bool:
    """Whether two stood in one block at one time, within reach of any degree of segregation."""
    return (
        one.block == other.block and one.first - other.last <= _REACH and other.first - one.last <= _REACH
        and one.begin < (other.end or _ENDLESS) and other.begin < (one.end or _ENDLESS))
