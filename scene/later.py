"""Work put off: fine detail of the port is computed in a thread beside the start, so the first picture comes soon.

Only numpy arrays come out of the thread; actors are made of them on the GUI thread, a few at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

_T = TypeVar("_T")


class Later:
    """One thread that does things in the order they were asked for."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="port-detail")
        self.closed = False

    def run(self, work: Callable[[], _T]) -> Future[_T]:
        """Start `work` when its turn comes."""
        return self._thread.submit(work)

    def close(self) -> None:
        """Forget what has not begun and wait for what has."""
        self.closed = True
        self._thread.shutdown(wait=True, cancel_futures=True)
