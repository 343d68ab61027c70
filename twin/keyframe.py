"""Keyframes: a whole twin at an instant, kept so that one can begin again there: state, registers and rule memory.

What was ever said is not repeated in them: papers and facts are fetched from the past when they are asked for. A
restored twin goes on exactly as the saved one would, if no record reaches it that the saved one had heard already (a
history keeps each record once).
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from twin.past import Past
from twin.plain_values import Plain, PlainError, read, written
from twin.records import Kind

if TYPE_CHECKING:
    from twin.rules.base import RuleSpec
    from twin.state import State
    from twin.twin import Twin

FORMAT = 1
TABLES = ("containers", "movers", "vessels", "cranes", "seals", "orders")
REGISTERS = (
    "manifests", "inspections", "trips", "appointments", "devices", "tasks", "consultations", "actions",
)

Columns = Mapping[str, NDArray[Any]]


class KeyframeError(ValueError):
    """A keyframe that cannot be restored here: of another version, damaged or incomplete. One sentence."""


@dataclass(frozen=True, slots=True, eq=False)
class Keyframe:
    """A twin at an instant.

    at: event clock, ms UTC; everything received up to then is in it. columns: by part, columns of equal length whose
    rows only ever change or are added. values: by name, everything else, never changed by anybody.
    """

    at: int
    version: int
    columns: Mapping[str, Columns]
    values: Mapping[str, Any]


def version_of(state: State, specs: Sequence[RuleSpec]) -> int:
    """What must be the same for a keyframe to fit: the columns of the tables, the rules and their versions."""
    columns = [(name, state.table(name).described()) for name in TABLES]
    rules = [(spec.id, spec.version) for spec in specs]
    return zlib.crc32(repr((FORMAT, columns, rules)).encode())


def save(twin: Twin) -> Keyframe:
    """The twin as it stands, in a few milliseconds: columns are copied, memories are held as they are."""
    state = twin.state
    declarations, log = state.declarations.save()
    columns: dict[str, Columns] = {name: state.table(name).save() for name in TABLES}
    columns |= {name: state.register(name).save() for name in REGISTERS}
    columns |= {"declarations": declarations, "declaration_log": log, "activity": twin.activity.save()}
    memories, status = twin.save_rules()
    values = {f"rule {rule}": memory for rule, memory in memories.items()}
    values |= {"rules": status, "warnings": twin.warnings.copy()}
    return Keyframe(twin.now, twin.version, columns, values)


def restore(twin: Twin, frame: Keyframe, past: Past) -> None:
    """Makes a twin of the same port and rules go on from a keyframe, in another epoch.

    Raises KeyframeError if it was saved by another version; the twin is then as before.
    """
    if frame.version != twin.version:
        raise KeyframeError(f"the keyframe is of version {frame.version}, this program makes {twin.version}")
    missing = {*TABLES, *REGISTERS, "declarations", "declaration_log", "activity"} - set(frame.columns)
    if missing or not {"rules", "warnings"} <= set(frame.values):
        raise KeyframeError(f"the keyframe lacks {', '.join(sorted(missing)) or 'rules or warnings'}")
    state = twin.state
    for name in TABLES:
        state.table(name).restore(frame.columns[name])
    for name in REGISTERS:
        state.register(name).restore(functools.partial(frame.columns.__getitem__, name), past)
    newest, log = (
        functools.partial(frame.columns.__getitem__, name) for name in ("declarations", "declaration_log"))
    state.declarations.restore(newest, log, past)
    state.yard.restore(state.containers.cells)
    state.gate_passages.restore(Kind.GATE_PASSAGE, past, frame.at)
    state.facts.restore(past, frame.at, state.containers.number)
    twin.activity.restore(frame.columns["activity"])
    memories = {name.removeprefix("rule "): v for name, v in frame.values.items() if name.startswith("rule ")}
    twin.begin_again(frame.at, memories, frame.values["rules"], frame.values["warnings"])


def plain(frame: Keyframe, known: Mapping[str, Plain] | None = None) -> dict[str, Plain]:
    """The values of a keyframe written down, by name. `known`: those of an earlier one, to be compared with.

    Raises KeyframeError for what cannot be.
    """
    before = known or {}
    try:
        return {
            name: written(value, before[name].classes if name in before else ())
            for name, value in frame.values.items()}
    except PlainError as unknown:
        raise KeyframeError(str(unknown)) from unknown


def from_plain(values: Mapping[str, Plain]) -> dict[str, Any]:
    """Values of a keyframe from what `plain` wrote. Raises KeyframeError."""
    try:
        return {name: read(value) for name, value in values.items()}
    except PlainError as broken:
        raise KeyframeError(str(broken)) from broken
