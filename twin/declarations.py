"""Declarations: their newest states, what they say about each container, and whether a release was valid at an
instant.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.batch import Batch
from twin.interner import Interner, Texts
from twin.kept_columns import LateColumn, rows_of
from twin.legal_state import DECLARATION_MODES, DECLARATION_STATES
from twin.newest import time_of, version
from twin.paperwork import Register
from twin.past import Past
from twin.records import Declaration, DeclarationMode, DeclarationState, Kind

_RELEASED = DECLARATION_STATES[DeclarationState.RELEASED]
_BLOCKING = (DECLARATION_STATES[DeclarationState.HELD], DECLARATION_STATES[DeclarationState.REVOKED])
_EXPORT = DECLARATION_MODES[DeclarationMode.EXPORT]


Saved = Callable[[], Mapping[str, NDArray[Any]]]


def exploded(tuples: Texts) -> tuple[list[str], NDArray[np.intp]]:
    """The texts in a column of tuples of texts, one after the other, and the row each came from."""
    listed = tuples.tolist()
    lengths = np.fromiter(map(len, listed), dtype=np.intp, count=len(listed))
    return list(chain.from_iterable(listed)), np.repeat(np.arange(len(listed)), lengths)


class Declarations:
    """All declarations by number, and every state of each for each of its containers."""

    def __init__(self) -> None:
        self._register = Register(Kind.DECLARATION)
        self._numbers = Interner()
        self._count = 0
        self._log = np.empty(1024, dtype=[
            ("container", np.int32), ("number", np.int32), ("version", np.int64), ("state", np.int8), ("mode", np.int8),
        ])
        self._ids = LateColumn(np.dtype(object), "", capacity=1024)
        self._saved: tuple[Saved, Saved] | None = None

    def __len__(self) -> int:
        return len(self._register)

    def save(self) -> tuple[dict[str, NDArray[Any]], dict[str, NDArray[Any]]]:
        """Copies of the newest records by number, and of every state of each for each of its containers."""
        self._open()
        log = self._log[: self._count]
        columns = {name: log[name].copy() for name in log.dtype.names or ()}
        return self._register.save(), columns | {"id": self._all_ids().copy()}

    def restore(self, newest: Saved, log: Saved, past: Past) -> None:
        """Knows of declarations what was known when they were saved, as soon as somebody asks."""
        self._register.restore(newest, past)
        self._saved = newest, log

    def _open(self) -> None:
        if self._saved is None:
            return
        (newest, log), self._saved = (saved() for saved in self._saved), None
        self._numbers.restore(newest, "subject")
        self._count = rows_of(log)
        self._log = np.empty(max(1024, self._count), dtype=self._log.dtype)
        for name in self._log.dtype.names or ():
            self._log[name][: self._count] = log[name]
        self._ids.restore(functools.partial(log.__getitem__, "id"))

    def take(
        self, batch: Batch, containers: NDArray[np.int32], rows: NDArray[np.intp],
    ) -> tuple[NDArray[np.int64], ...]:
        """Takes records in, `rows` of the batch naming `containers` (table rows), shapes (N,).

        Returns version, state and mode of each of these pairs, shapes (N,).
        """
        self._open()
        self._register.take(batch, DECLARATION_STATES.of(batch["state"]))
        states = DECLARATION_STATES.of(batch["state"])[rows]
        modes = DECLARATION_MODES.of(batch["mode"])[rows]
        versions = version(batch["observed_at"][rows], np.maximum(states, 0))
        count = self._count + len(rows)
        if count > len(self._log):
            room = max(count, 2 * len(self._log))
            self._log = np.resize(self._log, room)
            if self._ids.is_own:
                self._ids.own(room)
        at = slice(self._count, count)
        numbers = self._numbers.rows(batch["declaration"])[rows]
        columns = (containers, numbers, versions, states, modes)
        for name, values in zip(self._log.dtype.names or (), columns, strict=True):
            self._log[name][at] = values
        self._ids.put(at, batch["id"][rows], len(self._log))
        self._count = count
        return versions, states.astype(np.int64), modes.astype(np.int64)

    def _all_ids(self) -> Texts:
        return self._ids.read(self._count, len(self._log))

    def get(self, number: str) -> Declaration | None:
        """The newest record of a declaration, None if there is none."""
        found = self._register.get(number)
        return found if isinstance(found, Declaration) else None

    def of(self, container: int) -> tuple[Declaration, ...]:
        """The newest record of each declaration that names a container (table row), the newest first."""
        self._open()
        log = self._log[: self._count]
        numbers = np.unique(log["number"][log["container"] == container])
        found = [d for row in numbers.tolist() if (d := self.get(self._numbers.texts[row])) is not None]
        return tuple(sorted(found, key=lambda d: (-d.observed_at, d.declaration)))

    def containers_of(self, number: str) -> tuple[str, ...]:
        """The containers a declaration names, empty for an unknown one."""
        found = self.get(number)
        return () if found is None else found.containers

    def numbers(self) -> tuple[str, ...]:
        """All declaration numbers, in the order in which they were first seen."""
        self._open()
        return tuple(self._numbers.texts)

    def release_valid(self, container: int, at: int) -> bool:
        """Whether a container (table row) might leave the port at device time `at` (ms UTC).

        So it may when some declaration of it other than for export then stood released, and the newest word on it was
        no hold or revocation. What was said later, or dated later, does not count; what arrived late does.
        """
        return self.release_evidence(container, at)[0]

    def release_evidence(self, container: int, at: int) -> tuple[bool, str, str]:
        """As release_valid, with the name of the state that decided and the id of its record ("none" and ""
        without).
        """
        self._open()
        log = self._log[: self._count]
        about = np.flatnonzero((log["container"] == container) & (time_of(log["version"]) <= at))
        if not len(about):
            return False, "none", ""
        ids = self._all_ids()
        ordered = sorted(about.tolist(), key=lambda i: (int(log["version"][i]), str(ids[i])))
        newest = {int(log["number"][i]): i for i in ordered}
        last = ordered[-1]
        released = [i for i in newest.values() if log["state"][i] == _RELEASED and log["mode"][i] != _EXPORT]
        blocked = int(log["state"][last]) in _BLOCKING
        decided = released[-1] if released and not blocked else last
        state = tuple(DeclarationState)[int(log["state"][decided])]
        return bool(released) and not blocked, state.value, str(ids[decided])

    def first_release_after(self, container: int, at: int) -> int | None:
        """Device time of the first release of a container dated after `at`, None if there is none."""
        self._open()
        log = self._log[: self._count]
        times = time_of(log["version"])
        later = (log["container"] == container) & (times > at) & (log["state"] == _RELEASED) & (log["mode"] != _EXPORT)
        return int(times[later].min()) if later.any() else None
