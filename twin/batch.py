"""A batch: many records of one kind as columns, the unit in which records move through the program."""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.records import RECORD_CLASSES, Kind, Record

Column = NDArray[Any]
RECEIVED_AT = "received_at"


@dataclasses.dataclass(frozen=True, slots=True)
class Field:
    """A column of a record kind. `dtype`: float64 (None as NaN), int64, bool, or object for text and tuples of text."""

    name: str
    dtype: np.dtype[Any]
    optional: bool
    annotation: Any


@functools.cache
def fields_of(kind: Kind) -> tuple[Field, ...]:
    """The columns of a record kind, in the order of its class."""
    hints = typing.get_type_hints(RECORD_CLASSES[kind])
    found = []
    for field in dataclasses.fields(RECORD_CLASSES[kind]):
        hint = hints[field.name]
        optional = isinstance(hint, types.UnionType) and type(None) in typing.get_args(hint)
        base = next(a for a in typing.get_args(hint) if a is not type(None)) if optional else hint
        number = {float: np.float64, int: np.int64, bool: np.bool_}.get(base, np.object_)
        found.append(Field(field.name, np.dtype(number), optional, hint))
    return tuple(found)


def column(dtype: np.dtype[Any], values: Sequence[Any]) -> Column:
    """One column from plain values. Shape (N,)."""
    if dtype == np.object_:
        plain = (tuple(v) for v in values) if values and isinstance(values[0], list) else values
        return np.fromiter(plain, dtype=object, count=len(values))
    if dtype == np.float64 and None in values:
        values = [np.nan if v is None else v for v in values]
    return np.array(values, dtype=dtype)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Columns of equal length, one for each field of the kind's record class, plus `received_at` (int64, ms UTC).

    The arrays are frozen on construction: nobody writes them any more, so a batch may cross threads.
    """

    kind: Kind
    columns: Mapping[str, Column]

    def __post_init__(self) -> None:
        expected = [field.name for field in fields_of(self.kind)] + [RECEIVED_AT]
        missing = [name for name in expected if name not in self.columns]
        if missing:
            raise ValueError(f"batch of {self.kind}: columns missing: {', '.join(missing)}")
        if len({len(self.columns[name]) for name in expected}) != 1:
            raise ValueError(f"batch of {self.kind}: columns differ in length")
        for values in self.columns.values():
            values.flags.writeable = False

    def __len__(self) -> int:
        return len(self.columns["id"])

    def __getitem__(self, name: str) -> Column:
        return self.columns[name]

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Batch:
        """The batch of the given rows, in their order (index array or mask)."""
        return Batch(self.kind, {name: values[rows] for name, values in self.columns.items()})

    def record(self, row: int) -> Record:
        """Row `row` as a record object (for evidence and tests, not for loops)."""
        made: dict[str, Any] = {}
        for field in fields_of(self.kind):
            value = self.columns[field.name][row]
            if field.dtype != np.object_:
                value = value.item()
                if field.optional and value != value:
                    value = None
            made[field.name] = value
        return RECORD_CLASSES[self.kind](**made)

    def records(self) -> list[Record]:
        """All rows as record objects, in order; for many rows cheaper than one `record` after the other."""
        columns = []
        for field in fields_of(self.kind):
            values = self.columns[field.name].tolist()
            if field.optional and field.dtype != np.object_:
                values = [None if value != value else value for value in values]
            columns.append(values)
        made = RECORD_CLASSES[self.kind]
        return [made(*values) for values in zip(*columns, strict=True)]


def batch_of(kind: Kind, records: Iterable[Record], received_at: int) -> Batch:
    """Records of one kind as a batch received at `received_at` (ms UTC)."""
    rows = list(records)
    columns = {f.name: column(f.dtype, [getattr(r, f.name) for r in rows]) for f in fields_of(kind)}
    columns[RECEIVED_AT] = np.full(len(rows), received_at, dtype=np.int64)
    return Batch(kind, columns)
