"""The bell that long polls wait for: rung in the appending thread, heard in the event loops of waiting requests."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Bell:
    """Wakes whoever listens. Once closed it wakes everybody at once, so that a stopping server waits for no poll."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}
        self._closed = False

    def ring(self) -> None:
        """Wake all listeners. Any thread may call it."""
        if not self._listeners:
            return
        with self._lock:
            for event, loop in self._listeners.items():
                if not loop.is_closed():
                    loop.call_soon_threadsafe(event.set)

    def close(self) -> None:
        """Wake all listeners, now and from now on."""
        self._closed = True
        self.ring()

    @property
    def closed(self) -> bool:
        """Whether nobody should wait any more."""
        return self._closed

    @contextmanager
    def listening(self) -> Iterator[asyncio.Event]:
        """An event that is set by every ring from now on. Listen first, then look, then wait: nothing is missed."""
        event = asyncio.Event()
        with self._lock:
            self._listeners[event] = asyncio.get_running_loop()
        try:
            yield event
        finally:
            with self._lock:
                del self._listeners[event]
