"""What rules find while they catch up with steps that waited: kept aside until they have seen the last of them.

Steps that waited reach the rules faster than they came, and a source tells its latest state before what led to it. What
one of them raises another may overturn a moment later: nobody should see that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from twin.rules.base import Verdict
from twin.warning_book import WarningBook
from twin.warnings import Clearing, FeedRelied, Finding

Known = Callable[[str, str, str], bool]
"""Whether somebody has been told of an incident: rule, subject, incident."""


@dataclass(frozen=True, slots=True)
class _Told:
    """A finding or clearing; when (event clock, ms UTC), by which version of its rule and on which feeds."""

    what: Finding | Clearing
    now: int
    version: int
    relied: tuple[FeedRelied, ...]

    @property
    def incident(self) -> tuple[str, str, str]:
        return self.what.rule, self.what.subject, self.what.incident


class Aside:
    """Findings and clearings in their order."""

    def __init__(self) -> None:
        self._told: list[_Told] = []

    def take(self, verdict: Verdict, now: int, version: int, relied: tuple[FeedRelied, ...], known: Known) -> None:
        """Keep what a rule came to; what it overturns of that is gone, unless somebody was told of it before."""
        self._told += [_Told(finding, now, version, relied) for finding in verdict.findings]
        for clearing in verdict.clearings:
            told = _Told(clearing, now, version, relied)
            if clearing.overturned and not known(*told.incident):
                self._told = [other for other in self._told if other.incident != told.incident]
            else:
                self._told.append(told)

    def tell(self, book: WarningBook) -> None:
        """Take everything that is left to the book."""
        told, self._told = self._told, []
        for one in told:
            if isinstance(one.what, Finding):
                book.found(one.what, one.now, one.relied, one.version)
            else:
                book.cleared(one.what, one.now)
