"""A history: everything the port said, on SQLite or PostgreSQL, read back as it became known or as it happened."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from types import MappingProxyType, TracebackType
from typing import Self

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from data_sources.history import database, schema, statements
from data_sources.history.bodies import name_hash
from data_sources.history.days import DAY_MS, day_of, span_of
from data_sources.history.errors import HistoryError
from data_sources.history.keyframe_questions import KeyframeQuestions
from data_sources.history.reader import Reader
from data_sources.history.values import Axis, DayInfo, GapRow, KeyframeRow, WarningStep, Written
from data_sources.history.writer import Writer
from twin.batch import Batch
from twin.records import Kind


class History:
    """The history of one port. Every method may be called from every thread; all raise HistoryError."""

    def __init__(self, engine: Engine, port: int, code: str) -> None:
        """For `open` alone."""
        self.engine = engine
        self.port = port
        self.code = code
        self.reader = Reader(engine, port)
        self._writer = Writer(engine, port)
        self._keyframes = KeyframeQuestions(port)
        c = schema.warning_step.c
        self._warnings = sa.select(c.warning, c.rule, c.subject, c.at, c.step, c.operator, c.note, c.detail).where(
            c.port == port, c.at > sa.bindparam("after"), c.at <= sa.bindparam("until"),
        ).order_by(c.at, c.warning, c.key)

    @classmethod
    def open(cls, url: str, port: str, *, create: bool = True) -> History:
        """Open the history of a port, bring an older schema to ours.

        Args:
            url: `sqlite:///FILE` or `postgresql://USER@HOST/NAME`.
            port: code of the port, as in its definition.
            create: make the tables, and the port's entry, where there are none.

        Raises:
            HistoryError: with one sentence; nothing was changed then.
        """
        engine = database.connect(database.url_of(url), create=create)
        try:
            return cls(engine, _port_number(engine, port, create=create), port)
        except BaseException:
            engine.dispose()
            raise

    def close(self) -> None:
        """Close the connections."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None,
                 _trace: TracebackType | None) -> None:
        self.close()

    @property
    def where(self) -> str:
        """The URL as it may be shown."""
        return database.shown(self.engine.url)

    def write(self, batches: Sequence[Batch]) -> Written:
        """Add batches in one transaction: when this returns they are on disk; if it raises, nothing of them is.

        What was said before in the same words is counted and left out; a correction becomes a row of its own.
        """
        return self._writer.write(batches)

    def batches(self, after: int, until: int, kinds: Collection[Kind] | None = None, *, by: Axis = Axis.RECEIVED,
                grain_ms: int = 1) -> Iterator[Batch]:
        """Records with `after` < time <= `until`, in order of that time.

        Args:
            after: ms UTC.
            until: ms UTC.
            kinds: the kinds wanted; None for all.
            by: RECEIVED gives them as they became known, those of one instant kind by kind in the order of `Kind`,
                those of a kind as they came (positions entity kind by entity kind). OBSERVED gives them by device
                time, in an order that does not depend on how they came.
            grain_ms: what falls into one such stretch of time is given kind by kind: coarser means fewer, larger
                batches.
        """
        return self.reader.batches(after, until, kinds, by, grain_ms)

    def write_keyframe(self, frame: KeyframeRow) -> None:
        """Keep a keyframe; one that is there for this instant stays."""
        with database.writing(self.engine) as connection:
            statements.insert_new(connection, schema.keyframe, [
                (self.port, day_of(frame.at), frame.at, frame.base_at, frame.version, frame.blob)])

    def keyframes_before(self, at: int, known: Collection[int] = ()) -> tuple[KeyframeRow, ...]:
        """The newest whole chain at or before an instant: a base, and what rests on it step by step; () if none. Those
        of instants in `known` come without their bytes.
        """
        with database.reading(self.engine) as connection:
            return self._keyframes.before(connection, at, known)

    def keyframe_at(self, at: int) -> KeyframeRow | None:
        """The keyframe of exactly this instant."""
        c = schema.keyframe.c
        with database.reading(self.engine) as connection:
            row = connection.execute(sa.select(c.at, c.base_at, c.version, c.body).where(
                c.port == self.port, c.day == day_of(at), c.at == at)).first()
        return None if row is None else KeyframeRow(row[0], row[1], row[2], bytes(row[3]))

    def keyframe_times(self, after: int, until: int) -> tuple[int, ...]:
        """Instants of the keyframes with `after` < at <= `until`, in order."""
        c = schema.keyframe.c
        with database.reading(self.engine) as connection:
            return tuple(connection.execute(sa.select(c.at).where(
                c.port == self.port, c.day.between(day_of(after), day_of(until)), c.at > after, c.at <= until,
            ).order_by(c.at)).scalars())

    def write_warnings(self, steps: Sequence[WarningStep]) -> int:
        """Add steps of warnings; those that are there are left out. Returns how many were new."""
        rows = [(self.port, day_of(step.at), name_hash(repr(step)), step.at, step.id, step.rule, step.subject,
                 step.step, step.by, step.note, step.detail) for step in steps]
        with database.writing(self.engine) as connection:
            return statements.insert_new(connection, schema.warning_step, rows)

    def warnings(self, after: int, until: int) -> tuple[WarningStep, ...]:
        """The steps of warnings with `after` < at <= `until`, in order."""
        with database.reading(self.engine) as connection:
            found = connection.execute(self._warnings, {"after": after, "until": until})
            return tuple(WarningStep(*row) for row in found)

    def write_gap(self, gap: GapRow) -> None:
        """Note that records of a stretch may be missing; one that reaches over midnight is cut there."""
        rows = []
        at = gap.from_at
        while at < gap.until_at:
            day = day_of(at)
            end = min(gap.until_at, span_of(day)[1])
            rows.append((self.port, day, at, end, gap.why, ",".join(gap.kinds)))
            at = end
        with database.writing(self.engine) as connection:
            statements.insert_new(connection, schema.gap, rows)

    def gap_rows(self, after: int, until: int) -> tuple[GapRow, ...]:
        """The gaps that touch (after, until], in order."""
        c = schema.gap.c
        asked = sa.select(c.from_at, c.until_at, c.why, c.kinds).where(
            c.port == self.port, c.day.between(day_of(after), day_of(until)), c.from_at < until, c.until_at > after,
        ).order_by(c.from_at, c.until_at)
        with database.reading(self.engine) as connection:
            return tuple(GapRow(row[0], row[1], row[2], tuple(Kind(k) for k in row[3].split(",") if k))
                         for row in connection.execute(asked))

    def gaps(self, after: int, until: int) -> tuple[tuple[int, int], ...]:
        """Stretches of (after, until] of which records may be missing: in order, apart from each other."""
        merged: list[tuple[int, int]] = []
        for gap in self.gap_rows(after, until):
            start, end = max(gap.from_at, after), min(gap.until_at, until)
            if merged and start <= merged[-1][1]:
                merged[-1] = merged[-1][0], max(end, merged[-1][1])
            else:
                merged.append((start, end))
        return tuple(merged)

    def days(self) -> tuple[DayInfo, ...]:
        """The recorded days, by receipt time, in order."""
        c = schema.day_count.c
        counts: dict[int, dict[Kind, tuple[int, int, int]]] = {}
        with database.reading(self.engine) as connection:
            asked = sa.select(c.day, c.kind, c.row_count, c.first_at, c.last_at).where(c.port == self.port)
            for day, number, rows, first, last in connection.execute(asked.order_by(c.day, c.kind)):
                kind = schema.KIND_OF.get(number)
                if kind is not None and rows:
                    counts.setdefault(day, {})[kind] = rows, first, last
        return tuple(self._day_info(day, kinds) for day, kinds in counts.items())

    def _day_info(self, day: int, kinds: dict[Kind, tuple[int, int, int]]) -> DayInfo:
        first = min(row[1] for row in kinds.values())
        last = max(row[2] for row in kinds.values())
        gaps = self.gaps(*span_of(day))
        missing = sum(max(0, min(end, last) - max(start, first)) for start, end in gaps)
        records = {kind: row[0] for kind, row in kinds.items()}
        fixes = records.get(Kind.POSITION, 0) + records.get(Kind.CRANE_TELEMETRY, 0)
        return DayInfo(day, first, last, MappingProxyType(records), fixes, gaps, (last - first - missing) / DAY_MS)

    def last_received(self) -> int | None:
        """The receipt time of the newest record; None of an empty history."""
        c = schema.day_count.c
        with database.reading(self.engine) as connection:
            last: int | None = connection.scalar(sa.select(sa.func.max(c.last_at)).where(c.port == self.port))
            return last


def _port_number(engine: Engine, code: str, *, create: bool) -> int:
    """The short number of a port; a new port gets the next."""
    c = schema.port.c
    with database.reading(engine) as connection:
        known: dict[str, int] = {row[0]: row[1] for row in connection.execute(sa.select(c.code, c.id))}
    if code in known:
        return known[code]
    if not create:
        others = ", ".join(sorted(known)) or "no port"
        where = database.shown(engine.url)
        raise HistoryError(f"The history at {where} has nothing of port {code!r}, but of {others}.")
    with database.writing(engine) as connection:
        statements.one_writer(connection, 0)
        connection.execute(sa.insert(schema.port).from_select(
            ["id", "code"], sa.select(sa.func.coalesce(sa.func.max(c.id), 0) + 1, sa.literal(code))
            .where(~sa.exists().where(c.code == code))))
        found = connection.scalar(sa.select(c.id).where(c.code == code))
    return int(found or 0)
