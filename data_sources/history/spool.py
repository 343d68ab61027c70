"""A file of fixed size that holds what the database cannot take just now. Its space is taken when it is made, so that
it can be written when the disk is full; what `append` returned from is on the disk, whatever ends this process.

Layout: a head (magic, generation), then frames (generation, length, CRC-32, bytes). A frame of another generation or
with a wrong sum ends the file: it is what was there before, or was being written when the process ended.
"""

from __future__ import annotations

import contextlib
import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from data_sources.history.errors import HistoryError

try:
    import fcntl as _fcntl

    fcntl: ModuleType | None = _fcntl
except ImportError:  # Windows: a file open for writing is not shared there
    fcntl = None

LIMIT_BYTES = 128 * 2**20
"""Some ten hours of a busy port."""

_MAGIC = b"JYSPOOL1"
_HEAD = struct.Struct("<8sI")
_FRAME = struct.Struct("<III")
_NAMES = 16
_ZEROS = bytes(1 << 20)


class SpoolFullError(HistoryError):
    """The spool holds as much as it may."""


class Spool:
    """A bounded queue of byte strings on disk. For one thread."""

    def __init__(self, file: Path, limit_bytes: int = LIMIT_BYTES) -> None:
        """Open or make the file; one that another process holds is left to it and a neighbour is taken.

        Raises:
            HistoryError: if no such file can be made.
        """
        self.limit_bytes = limit_bytes
        try:
            self.file, self._handle = _held(file)
            self._ready()
        except OSError as error:
            raise HistoryError(f"The spool {str(file)!r} cannot be made: {error.strerror}.") from error

    def _ready(self) -> None:
        head = self._read(_HEAD.size, 0)
        if len(head) < _HEAD.size or head[:8] != _MAGIC:
            _reserve(self._handle, self.limit_bytes)
            self._generation, self._end = 0, _HEAD.size
            self.clear()
            return
        self._generation = _HEAD.unpack(head)[1]
        self._end = _HEAD.size
        for frame in self.frames():
            self._end += _FRAME.size + len(frame)

    @property
    def used_bytes(self) -> int:
        """Bytes that wait."""
        return self._end - _HEAD.size

    def append(self, frame: bytes) -> None:
        """Keep a frame; on the disk when this returns. Raises SpoolFullError or OSError, then it was not kept."""
        size = _FRAME.size + len(frame)
        if self._end + size > self.limit_bytes:
            raise SpoolFullError(f"The spool {str(self.file)!r} is full.")
        head = _FRAME.pack(self._generation, len(frame), zlib.crc32(frame))
        _write_all(self._handle, head + frame, self._end)
        os.fsync(self._handle)
        self._end += size

    def frames(self) -> Iterator[bytes]:
        """What waits, oldest first."""
        at = _HEAD.size
        while True:
            head = self._read(_FRAME.size, at)
            if len(head) < _FRAME.size:
                return
            generation, length, total = _FRAME.unpack(head)
            if generation != self._generation or length > self.limit_bytes:
                return
            frame = self._read(length, at + _FRAME.size)
            if len(frame) < length or zlib.crc32(frame) != total:
                return
            yield frame
            at += _FRAME.size + length

    def clear(self) -> None:
        """Forget all frames."""
        self._generation = (self._generation + 1) & 0xFFFFFFFF or 1
        _write_all(self._handle, _HEAD.pack(_MAGIC, self._generation), 0)
        os.fsync(self._handle)
        self._end = _HEAD.size

    def _read(self, size: int, at: int) -> bytes:
        os.lseek(self._handle, at, os.SEEK_SET)
        return os.read(self._handle, size)

    def close(self) -> None:
        """Close the file; an empty one is taken away."""
        empty = not self.used_bytes
        if empty:
            with contextlib.suppress(OSError):
                self.file.unlink()
        os.close(self._handle)


def _held(file: Path) -> tuple[Path, int]:
    """The first of the neighbouring files that nobody else holds, open."""
    file.parent.mkdir(parents=True, exist_ok=True)
    for number in range(_NAMES):
        name = file if not number else file.with_name(f"{file.name}-{number}")
        handle = os.open(name, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        try:
            if fcntl is not None:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            continue
        return name, handle
    raise OSError(None, "all its neighbours are in use")


def _reserve(handle: int, size: int) -> None:
    """Take the space of a file now."""
    with contextlib.suppress(OSError, AttributeError):
        os.posix_fallocate(handle, 0, size)
        return
    for at in range(0, size, len(_ZEROS)):
        _write_all(handle, _ZEROS[:size - at], at)


def _write_all(handle: int, data: bytes, at: int) -> None:
    view = memoryview(data)
    while view:
        os.lseek(handle, at, os.SEEK_SET)
        done = os.write(handle, view)
        view, at = view[done:], at + done
