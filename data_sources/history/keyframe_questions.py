"""The questions for keyframes, put together once: they are asked at every seek."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from data_sources.history import schema
from data_sources.history.days import DAY_MS, day_of
from data_sources.history.values import KeyframeRow

_MOST_BROKEN = 64
"""So many of the newest keyframes may lack what they rest on."""


class KeyframeQuestions:
    """Finds the keyframes of one port."""

    def __init__(self, port: int) -> None:
        c, below = schema.keyframe.c, schema.keyframe.alias().c
        at, day, earlier = (sa.bindparam(name, type_=sa.BigInteger) for name in ("until", "today", "yesterday"))
        self._newest = sa.select(c.at).where(c.port == port, c.day.in_([day, earlier]), c.at <= at).order_by(
            c.day.desc(), c.at.desc()).limit(_MOST_BROKEN)
        self._last_day = sa.select(sa.func.max(c.day)).where(c.port == port, c.day < day)
        chain = sa.select(c.at, c.base_at, c.version).where(
            c.port == port, c.day == day, c.at == at).cte("chain", recursive=True)
        chain = chain.union_all(sa.select(below.at, below.base_at, below.version).where(
            below.port == port, below.day.in_([day, earlier]), below.at == chain.c.base_at,
            chain.c.base_at < chain.c.at))
        self._chain = sa.select(chain)
        self._body = sa.select(c.body).where(c.port == port, c.day == day, c.at == at)

    def before(self, connection: Connection, at: int, known: Collection[int]) -> tuple[KeyframeRow, ...]:
        """See `store.History.keyframes_before`."""
        for newest in self._starts(connection, at):
            chain = self.chain(connection, newest, known)
            if chain:
                return chain
        return ()

    def _starts(self, connection: Connection, at: int) -> Iterator[int]:
        """The newest keyframes up to an instant: of its day and the last ones before, the newest first."""
        day = day_of(at)
        for _ in range(2):
            earlier = connection.scalar(self._last_day, {"today": day})
            found = {"today": day, "yesterday": earlier or 0, "until": at}
            yield from connection.execute(self._newest, found).scalars().all()
            if not earlier:
                return
            day = earlier

    def chain(self, connection: Connection, at: int, known: Collection[int]) -> tuple[KeyframeRow, ...]:
        """From a base to the keyframe of `at`; () if a link is missing. None reaches back beyond the day before."""
        asked = {"today": day_of(at), "yesterday": day_of(at - DAY_MS), "until": at}
        links = sorted((row[0], row[1], row[2]) for row in connection.execute(self._chain, asked))
        if not links or links[0][0] != links[0][1]:
            return ()
        return tuple(KeyframeRow(*link, b"" if link[0] in known else self.body(connection, link[0])) for link in links)

    def body(self, connection: Connection, at: int) -> bytes:
        """The bytes of the keyframe of exactly this instant, none if there is none."""
        return bytes(connection.scalar(self._body, {"today": day_of(at), "until": at}) or b"")
