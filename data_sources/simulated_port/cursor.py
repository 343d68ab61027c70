"""Cursors: places in the log of one run, as the opaque text "RUN.SEQUENCE" that clients carry."""

from __future__ import annotations

import re

CURSOR_PATTERN = r"^[0-9a-f]{12}\.[0-9]{1,18}$"
_CURSOR = re.compile(r"([0-9a-f]{12})\.([0-9]{1,18})")


def cursor_of(run: str, sequence: int) -> str:
    """The text for the place after record `sequence`."""
    return f"{run}.{sequence}"


def parse_cursor(text: str) -> tuple[str, int]:
    """Run and sequence number. Raises ValueError if the text is no cursor."""
    found = _CURSOR.fullmatch(text)
    if found is None or not text.isascii():
        raise ValueError(f"{text!r} is not a cursor")
    return found[1], int(found[2])
