"""Discrete records as rows: their body, their key, and the names they mention."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np

from data_sources.history.schema import KIND_NUMBER
from twin.batch import RECEIVED_AT, Batch, Column, column, fields_of
from twin.records import Kind, PlaceKind

SAMPLED = (Kind.POSITION, Kind.CRANE_TELEMETRY)
"""The kinds that are kept in chunks; all others are rows."""
DISCRETE = tuple(kind for kind in Kind if kind not in SAMPLED)

NAMED_BY: dict[Kind, tuple[str, ...]] = {
    Kind.VEHICLE: ("vehicle",),
    Kind.VESSEL_CALL: ("call", "mmsi", "vessel"),
    Kind.CONTAINER: ("container",),
    Kind.MANIFEST: ("container", "manifest", "bill"),
    Kind.DECLARATION: ("declaration", "containers"),
    Kind.INSPECTION: ("container", "order"),
    Kind.TRANSIT_TRIP: ("trip", "declaration", "container", "seal", "vehicle"),
    Kind.APPOINTMENT: ("appointment", "plate", "container"),
    Kind.DEVICE_HEALTH: ("device",),
    Kind.TASK: ("task", "subject"),
    Kind.CONSULTATION: ("consultation", "inspection"),
    Kind.ACTION: ("subject", "warning"),
    Kind.INVENTORY: ("container", "place_ref"),
    Kind.SEAL_EVENT: ("seal", "container"),
    Kind.MOVE: ("container", "from_ref", "to_ref"),
    Kind.GATE_PASSAGE: ("plate", "containers", "seals"),
}
"""Fields whose values a question may ask for. Of places, slots and vehicles count, not cells of a vessel."""

_PLACE_OF = {"place_ref": "place_kind", "from_ref": "from_kind", "to_ref": "to_kind"}
_ASKED_PLACES = frozenset((PlaceKind.SLOT, PlaceKind.VEHICLE))
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


def body_fields(kind: Kind) -> tuple[str, ...]:
    """The fields in a body, in order: all of the kind but the device time, which has a column of its own."""
    return tuple(field.name for field in fields_of(kind) if field.name != "observed_at")


def bodies_of(batch: Batch) -> list[str]:
    """The bodies of a batch's rows: JSON arrays. Floats that are not finite are null."""
    lists = [batch[name].tolist() for name in body_fields(batch.kind)]
    return [_encode(row).decode() for row in zip(*lists, strict=True)]


def keys_of(kind: Kind, observed_at: Sequence[int], bodies: Sequence[str]) -> list[int]:
    """64-bit hashes of what each record says: a repeat has the key of its first copy, a correction another."""
    start = f"{KIND_NUMBER[kind]}|"
    return [_hash64(f"{start}{at}|{body}") for at, body in zip(observed_at, bodies, strict=True)]


def mentions_of(batch: Batch) -> list[set[int]]:
    """For each row the hashes of the names it mentions."""
    found: list[set[int]] = [set() for _ in range(len(batch))]
    for field in NAMED_BY[batch.kind]:
        values = batch[field].tolist()
        if field in _PLACE_OF:
            asked = (kind in _ASKED_PLACES for kind in batch[_PLACE_OF[field]].tolist())
            values = [value if wanted else "" for value, wanted in zip(values, asked, strict=True)]
        for names, value in zip(found, values, strict=True):
            if isinstance(value, tuple):
                names.update(name_hash(name) for name in value if name)
            elif value:
                names.add(name_hash(value))
    return found


@lru_cache(maxsize=1 << 17)
def name_hash(name: str) -> int:
    """The hash under which a name is mentioned: 64 bits, signed, the same on every machine."""
    return _hash64(name)


def who_hashes(names: Iterable[str]) -> np.ndarray[Any, np.dtype[np.uint32]]:
    """Sorted 32-bit hashes of names: which entities are in a chunk. Shape (N,)."""
    return np.sort(np.fromiter((name_hash(name) & 0xFFFFFFFF for name in set(names)), dtype=np.uint32))


def batch_from(kind: Kind, fields: Sequence[str], bodies: Sequence[str], observed_at: Column,
               received_at: Column) -> Batch:
    """Rows of one form as a batch.

    Args:
        kind: the record kind.
        fields: what stands in the bodies, in order; of fields we know and they lack, text is empty or None, numbers are
            NaN or 0. Fields we do not know are left out.
        bodies: as made by `bodies_of`.
        observed_at: device times, ms UTC, shape (N,).
        received_at: receipt times, ms UTC, shape (N,).

    Raises:
        msgspec.MsgspecError, ValueError: if a body cannot be read.
    """
    rows: list[list[Any]] = _decode("[" + ",".join(bodies) + "]")
    by_name = dict(zip(fields, zip(*rows, strict=True), strict=True)) if rows else {}
    columns: dict[str, Column] = {}
    for field in fields_of(kind):
        if field.name == "observed_at":
            columns[field.name] = observed_at
            continue
        filler = {"f": np.nan, "i": 0, "b": False}.get(field.dtype.kind, None if field.optional else "")
        values = list(by_name.get(field.name, (filler,) * len(bodies)))
        if field.dtype == np.object_ and any(isinstance(value, list) for value in values):
            values = [tuple(value) if isinstance(value, list) else value for value in values]
        columns[field.name] = column(field.dtype, values)
    columns[RECEIVED_AT] = received_at
    return Batch(kind, columns)


def _hash64(text: str) -> int:
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)
