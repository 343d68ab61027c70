"""Acts of the person at the desk that concern no single warning and are written back, so that they are on record."""

from __future__ import annotations

from panels.desk import Desk


def put_on_record(desk: Desk, subject: str, verb: str, note: str = "") -> None:
    """Tells the port who did what now; a desk in the past tells nobody."""
    desk.respond.decision(subject=subject, verb=verb, operator=desk.operator, decided_at=desk.now(), note=note)
