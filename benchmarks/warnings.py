"""The warnings panel with a hundred thousand open warnings: a beat that brings one more, filters, sorting."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence

import numpy as np

from benchmarks import report
from panels.warning_columns import Order, Sieve, WarningColumns
from twin.rules.registry import RULES
from twin.warning_book import WarningBook
from twin.warnings import Finding, Severity

MANY = 100_000
ROUNDS = 60
_T0 = 1_795_219_200_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints; the exit code."""
    asked = report.parser("warnings", __doc__ or "").parse_args(arguments)
    machine = report.machine()
    book, columns = WarningBook(), WarningColumns()
    rng = np.random.default_rng(7)
    severities, rules = list(Severity), [spec.id for spec in RULES]
    rank, rule, apart = rng.integers(0, 4, MANY + ROUNDS), rng.integers(0, len(rules), MANY + ROUNDS), rng.exponential(
        20_000.0, MANY + ROUNDS).cumsum().astype(int)

    def find(n: int) -> None:
        at = _T0 + int(apart[n])
        book.found(Finding(rules[rule[n]], severities[rank[n]], "container", f"MSKU{n:07d}", at, str(at), zone="yard",
                           eta_s=float(n % 900) if n % 50 == 0 else None, facts={"vehicle": f"闽A{n % 9000:05d}"}), at)

    for n in range(MANY):
        find(n)
    begun = time.perf_counter()
    columns.refresh(book)
    first_ms = 1000.0 * (time.perf_counter() - begun)

    def beat(n: int) -> None:
        find(MANY + n)
        columns.refresh(book)
        columns.folded(columns.rows(Sieve(), "张"), set())

    figures = {"warnings": MANY, "first_listing_ms": first_ms, **_figures("refresh", beat)}
    texts = ("msku000", "闽A00", "zzz", "r0", "1234")
    figures |= _figures("filter", lambda n: columns.rows(Sieve(text=texts[n % 5], rule=rules[n % 16]), "张"))
    figures |= _figures("type_ahead", lambda n: columns.rows(Sieve(text=texts[n % 5]), "张"))
    figures |= _figures("sort", lambda n: columns.rows(Sieve(order=list(Order)[n % 3]), "张"))
    figures |= _window(book)
    report.show("warnings", machine, figures, as_json=asked.json)
    return 0


def _figures(name: str, what: Callable[[int], object]) -> dict[str, float]:
    taken = []
    for n in range(ROUNDS):
        begun = time.perf_counter()
        what(n)
        taken.append(1000.0 * (time.perf_counter() - begun))
    return {f"{name}_ms_p50": report.percentile(taken, 0.5), f"{name}_ms_p95": report.percentile(taken, 0.95)}


def _window(book: WarningBook) -> dict[str, float]:
    """The list itself, on Qt's offscreen platform: a change that reorders it, drawn."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from panels.warning_list import WarningList
    from tests.core.timeline import Story
    from tests.panels.desk_maker import Office

    application = QApplication.instance() or QApplication([])
    office = Office(application, Story(), _T0)
    office.twin.warnings.restore(book)
    column = WarningList(office.desk)
    column.resize(360, 500)
    column.show()
    column.refresh()
    waiting = office.twin.warnings.open()

    def change(n: int) -> None:
        office.twin.warnings.acknowledge(waiting[n].id, "张", _T0)
        found = Finding("R01", Severity.CRITICAL, "container", f"FCIU{n:07d}", _T0 + 10**10 + n, str(n), zone="yard")
        office.twin.warnings.found(found, _T0 + 10**10)
        column.refresh()
        application.processEvents()

    return _figures("list", change)


if __name__ == "__main__":
    sys.exit(main())
