"""How values are written on screen: port time, durations, container numbers, weights, speeds."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from twin.rules.base import Changed

PORT_TIME = ZoneInfo("Asia/Shanghai")


def clock_time(at_ms: int, zone: ZoneInfo = PORT_TIME) -> str:
    """14:03:27 in port time."""
    return _local(at_ms, zone).strftime("%H:%M:%S")


def date(at_ms: int, zone: ZoneInfo = PORT_TIME) -> str:
    """2026-11-21 in port time."""
    return _local(at_ms, zone).strftime("%Y-%m-%d")


def moment(at_ms: int, now_ms: int, zone: ZoneInfo = PORT_TIME) -> str:
    """Time of day for today, with the date before it for other days."""
    at, now = _local(at_ms, zone), _local(now_ms, zone)
    return at.strftime("%H:%M:%S") if at.date() == now.date() else at.strftime("%m-%d %H:%M")


def minute(at_ms: int, zone: ZoneInfo = PORT_TIME) -> str:
    """14:03 in port time."""
    return _local(at_ms, zone).strftime("%H:%M")


def duration(seconds: float) -> str:
    """2'10" below an hour, 3h 05' above, 2d 4h above a day."""
    whole = max(0, int(seconds))
    if whole < 3600:
        return f"{whole // 60}′{whole % 60:02d}″"
    if whole < 86_400:
        return f"{whole // 3600}h {whole % 3600 // 60:02d}′"
    return f"{whole // 86_400}d {whole % 86_400 // 3600}h"


def container_number(number: str) -> str:
    """FCIU 829441 0, as painted on the box (ISO 6346 clause 5.1)."""
    return f"{number[:4]} {number[4:10]} {number[10:]}" if len(number) == 11 else number


def grouped(text: str, size: int = 4) -> str:
    """A long number in groups, for reading aloud."""
    return " ".join(text[start : start + size] for start in range(0, len(text), size))


def weight(kg: float) -> str:
    """21,480 kg."""
    return f"{kg:,.0f} kg"


def speed(metres_per_second: float) -> str:
    """18 km/h."""
    return f"{metres_per_second * 3.6:.0f} km/h"


def setting(changed: Changed) -> str:
    """critical_eta_s 300 → 180 s: a parameter of a rule as shipped and as it is set."""
    unit = "" if changed.unit == "1" else f" {changed.unit}"
    return f"{changed.name} {changed.default:g} → {changed.value:g}{unit}"


def _local(at_ms: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone)
