"""What can go wrong with a history, as one sentence for the person who asked."""

from __future__ import annotations


class HistoryError(Exception):
    """The history cannot do what was asked. Its text is one sentence for the person; nothing was lost by it."""


class UnavailableError(HistoryError):
    """The database cannot take or give anything just now (locked, full, out of reach); trying again may help."""
