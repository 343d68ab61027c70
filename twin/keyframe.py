"""Keyframes: a whole twin at an instant, kept so that one can begin again there: state, registers and rule memory.

What was ever said is not repeated in them: papers and facts are fetched from the past when they are asked for. A
restored twin goes on exactly as the saved one would, if no record reaches it that the saved one had heard already (a
history keeps each record once).
"""

from __future__ import annotations

import contextlib
import functools
import zlib
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twin.kept_columns import Columns
from twin.past import Past
from twin.plain_values import Plain, PlainError, Writing
from twin.records import Kind

if TYPE_CHECKING:
    from twin.state import State
    from twin.twin import Twin

FORMAT = 3
_RULE = "rule R"
TABLES = ("containers", "movers", "vessels", "cranes", "seals", "orders")
REGISTERS = (
    "manifests", "inspections", "trips", "appointments", "devices", "tasks", "consultations", "actions",
)


class KeyframeError(ValueError):
    """A keyframe that cannot be restored here: of another version, damaged or incomplete. One sentence."""


@dataclass(frozen=True, slots=True, eq=False)
class Keyframe:
    """A twin at an instant.

    at: event clock, ms UTC; everything received up to then is in it. columns: by part, columns of equal length whose
    rows only ever change or are added. values: by name, everything else, never changed by anybody; what cannot be read
    any more raises KeyframeError, or KeyError where it is a rule's memory.
    """

    at: int
    version: int
    columns: Mapping[str, Columns]
    values: Mapping[str, Any]


def version_of(state: State) -> int:
    """What must be the same for a keyframe to fit: the columns of the tables. Rules have versions of their own."""
    columns = [(name, state.table(name).described()) for name in TABLES]
    return zlib.crc32(repr((FORMAT, columns)).encode())


def save(twin: Twin) -> Keyframe:
    """The twin as it stands, in a few milliseconds: columns are copied, memories are held as they are."""
    state = twin.state
    declarations, log = state.declarations.save()
    columns: dict[str, Columns] = {name: state.table(name).save() for name in TABLES}
    columns |= {name: state.register(name).save() for name in REGISTERS}
    columns |= {"declarations": declarations, "declaration_log": log, "activity": twin.activity.save()}
    memories, status = twin.save_rules()
    values = {f"rule {rule}": memory for rule, memory in memories.items()}
    values |= {"rules": status, "rule versions": twin.rule_versions, "warnings": twin.warnings.copy()}
    return Keyframe(twin.now, twin.version, columns, values)


def restore(twin: Twin, frame: Keyframe, past: Past) -> None:
    """Makes a twin of the same port and rules go on from a keyframe, in another epoch.

    A rule that judges otherwise now than it did then, or was not there, starts anew. Raises KeyframeError if the frame
    was saved by another version or cannot be read; the twin is then as before.
    """
    if frame.version != twin.version:
        raise KeyframeError(f"the keyframe is of version {frame.version}, this program makes {twin.version}")
    missing = {*TABLES, *REGISTERS, "declarations", "declaration_log", "activity"} - set(frame.columns)
    if missing or not {"rules", "rule versions", "warnings"} <= set(frame.values):
        raise KeyframeError(f"the keyframe lacks {', '.join(sorted(missing)) or 'rules or warnings'}")
    versions, status, warnings = (frame.values[name] for name in ("rule versions", "rules", "warnings"))
    memories = {}
    for rule, version in twin.rule_versions.items():
        if versions.get(rule) == version:
            with contextlib.suppress(KeyError):
                memories[rule] = frame.values[f"rule {rule}"]
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
    containers, movers = state.containers, state.movers
    state.facts.restore(past, frame.at, containers.count, lambda row: str(containers.number[row]))
    state.earlier_fixes.restore(past, frame.at, movers.count, lambda row: str(movers.id[row]))
    twin.activity.restore(frame.columns["activity"])
    twin.begin_again(frame.at, memories, status, warnings)


def show(twin: Twin, frame: Keyframe) -> None:
    """Makes a twin hold what a picture shows of a keyframe: its tables and warnings. Rules, papers and facts stay those
    of another time, so it hears nothing until a keyframe is restored. Raises KeyframeError as `restore` does."""
    if frame.version != twin.version:
        raise KeyframeError(f"the keyframe is of version {frame.version}, this program makes {twin.version}")
    if not set(TABLES) <= set(frame.columns) or "warnings" not in frame.values:
        raise KeyframeError("the keyframe lacks what a picture shows")
    warnings = frame.values["warnings"]
    for name in TABLES:
        twin.state.table(name).restore(frame.columns[name])
    twin.show(frame.at, warnings)


def plain(frame: Keyframe, writing: MutableMapping[str, Writing]) -> dict[str, Plain]:
    """The values of a keyframe written down, by name. `writing`: what wrote those of earlier ones, if these are to be
    compared.

    Raises KeyframeError for what cannot be.
    """
    try:
        return {name: writing.setdefault(name, Writing()).plain(value) for name, value in frame.values.items()}
    except PlainError as unknown:
        raise KeyframeError(str(unknown)) from unknown


def is_rule(name: str) -> bool:
    """Whether a value is the memory of a rule: of those, one that cannot be read may be left out."""
    return name.startswith(_RULE)
