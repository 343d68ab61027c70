"""A person's bookmarks on the timeline: instants with a few words, kept in a file of theirs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from panels.notebook_file import file_for

LONGEST = 80


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An instant, ms UTC, with words and who set it."""

    at: int
    text: str
    by: str = ""


class BookmarksError(Exception):
    """The bookmarks cannot be read or kept: one sentence."""


class Bookmarks:
    """The bookmarks of a port, in order of time."""

    def __init__(self, port: str, file: Path | None = None) -> None:
        """Raises BookmarksError if there is a file that cannot be read."""
        self._file = file or file_for(port).with_name(f"bookmarks-{file_for(port).stem.removeprefix('places-')}.json")
        self.all: tuple[Bookmark, ...] = ()
        try:
            self.all = tuple(msgspec.json.decode(self._file.read_bytes(), type=list[Bookmark]))
        except FileNotFoundError:
            pass
        except (OSError, msgspec.MsgspecError) as error:
            raise BookmarksError(f"{str(self._file)!r} cannot be read ({error})") from None

    def add(self, mark: Bookmark) -> None:
        """One more; another at the same instant is replaced. Raises BookmarksError if it cannot be kept."""
        kept = (*(old for old in self.all if old.at != mark.at), Bookmark(mark.at, mark.text[:LONGEST], mark.by))
        self._keep(tuple(sorted(kept, key=lambda one: one.at)))

    def remove(self, at: int) -> None:
        """Without the one at an instant. Raises BookmarksError if that cannot be kept."""
        self._keep(tuple(old for old in self.all if old.at != at))

    def next(self, at: int, step: int) -> Bookmark | None:
        """The next one after an instant (step 1), or the last one before it (-1)."""
        found = [mark for mark in self.all if (mark.at > at if step > 0 else mark.at < at)]
        return (found[0] if step > 0 else found[-1]) if found else None

    def _keep(self, marks: tuple[Bookmark, ...]) -> None:
        self.all = marks
        fresh = self._file.with_name(f".{self._file.name}.new")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(msgspec.json.encode(marks))
            fresh.replace(self._file)
        except OSError as error:
            raise BookmarksError(f"{str(self._file)!r} cannot be written ({error.strerror})") from None
