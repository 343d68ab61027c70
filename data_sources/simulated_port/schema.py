"""JSON schemas of the record kinds on the wire, generated from the record classes, for the OpenAPI description."""

from __future__ import annotations

import typing
from enum import StrEnum
from typing import Any

from data_sources.simulated_port.field_notes import KIND_NOTES, note_of
from twin.batch import Field, fields_of
from twin.records import SUBJECT_FIELD, Kind

Schema = dict[str, Any]

_STATUS = "starting: records of the time before the clock's start still come; failed: the simulation has died."

_PLAIN: dict[type, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer", "format": "int64"},
    float: {"type": "number", "format": "double"},
}


def reference(name: str) -> Schema:
    """A reference to a schema of this description."""
    return {"$ref": f"#/components/schemas/{name}"}


def batch_name(kind: Kind) -> str:
    """Name of the schema of a batch."""
    return _camel(kind) + "Batch"


def record_name(kind: Kind) -> str:
    """Name of the schema of a single record."""
    return _camel(kind) + "Record"


def components() -> dict[str, Schema]:
    """All schemas by name: for each kind a batch of columns, then the answers made of them."""
    found: dict[str, Schema] = {batch_name(kind): _batch(kind) for kind in Kind}
    found |= {record_name(kind): _record(kind) for kind in (Kind.TASK, Kind.ACTION)}
    found["Batch"] = {
        "description": "Records of one kind as columns of equal length. A row has the same index in every column.",
        "oneOf": [reference(batch_name(kind)) for kind in Kind],
        "discriminator": {
            "propertyName": "kind",
            "mapping": {kind.value: reference(batch_name(kind))["$ref"] for kind in Kind},
        },
    }
    cursor = {
        "type": "string",
        "description": "Opaque; pass it back as `cursor` to read on.",
        "examples": ["5f2c9a31d07b.81234"],
    }
    now = {"type": "integer", "format": "int64", "description": "The port's clock. Unit: ms UTC."}
    shared: Schema = {
        "run": {"type": "string", "description": "This run of the port; another one after a restart."},
        "cursor": cursor,
        "now": now,
        "batches": {
            "type": "array",
            "items": reference("Batch"),
            "description": "At most one batch a kind, reference data before movements, rows in log order.",
        },
    }
    found["Snapshot"] = _object(
        "The latest record of each subject as of `cursor`.",
        shared | {"earliest": cursor | {"description": "The oldest cursor from which one can still read everything."}},
    )
    found["Records"] = _object(
        "Records after the cursor, in order.",
        shared | {"more": {"type": "boolean", "description": "Further records are there already: ask again at once."}},
    )
    found["Health"] = _object(
        "Whether the port is alive.",
        {
            "status": {"type": "string", "enum": ["starting", "ok", "failed"], "description": _STATUS},
            "run": shared["run"],
            "now": now,
            "rate": {"type": "number", "description": "Simulated seconds a second."},
            "records": {"type": "integer", "description": "Records logged in this run."},
        },
    )
    found["Port"] = _object(
        "What a client needs to know before it reads.",
        {
            "code": {"type": "string", "description": "UN/LOCODE."},
            "name_zh": {"type": "string"},
            "name_en": {"type": "string"},
            "datum": {"type": "string", "description": "Coordinate system of the port's origin."},
            "origin_lon": {"type": "number", "x-unit": "degrees"},
            "origin_lat": {"type": "number", "x-unit": "degrees"},
            "seed": {"type": "integer", "format": "int64"},
            "date": {"type": ["string", "null"], "description": "The simulated day asked for, null if today."},
            "rate": {"type": "number", "description": "Simulated seconds a second."},
            "time_zone": {"type": "string", "description": "IANA name of the port's time zone."},
            "now": now,
            "run": shared["run"],
        },
    )
    return found


def _batch(kind: Kind) -> Schema:
    columns = {field.name: {"type": "array", "items": _value(kind, field)} for field in fields_of(kind)}
    return _object(
        f"{KIND_NOTES[kind]} Subject: `{SUBJECT_FIELD[kind]}`.",
        {
            "kind": {"type": "string", "const": kind.value},
            "columns": _object("One array a field, all of equal length.", columns),
        },
    )


def _record(kind: Kind) -> Schema:
    return _object(KIND_NOTES[kind], {field.name: _value(kind, field) for field in fields_of(kind)})


def _object(description: str, properties: dict[str, Schema]) -> Schema:
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _value(kind: Kind, field: Field) -> Schema:
    note = note_of(kind, field.name)
    base = field.annotation
    if field.optional:
        base = next(part for part in typing.get_args(base) if part is not type(None))
    schema = _of_type(base)
    if field.optional:
        schema["type"] = [schema["type"], "null"]
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
    schema["description"] = note.text if note.unit is None else f"{note.text} Unit: {note.unit}."
    if note.unit is not None:
        schema["x-unit"] = note.unit
    return schema


def _of_type(annotation: Any) -> Schema:
    if typing.get_origin(annotation) is tuple:
        return {"type": "array", "items": {"type": "string"}}
    if issubclass(annotation, StrEnum):
        return {"type": "string", "enum": [member.value for member in annotation]}
    return dict(_PLAIN[annotation])


def _camel(kind: Kind) -> str:
    return "".join(word.capitalize() for word in kind.value.split("_"))
