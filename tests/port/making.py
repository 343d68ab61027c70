"""Records and ports for the tests of the log and the API: a small producer instead of a whole simulation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from data_sources.simulated_port.api import Port, PortInfo
from data_sources.simulated_port.intake import Intake
from data_sources.simulated_port.record_log import RecordLog
from twin.batch import Column
from twin.records import (
    Classifier,
    Container,
    Datum,
    Declaration,
    DeclarationMode,
    DeclarationState,
    EntityKind,
    Inspection,
    InspectionKind,
    InspectionResult,
    InspectionState,
    Inventory,
    Manifest,
    Move,
    MoveEvent,
    PlaceKind,
    Position,
    Purpose,
    SealEvent,
    SealEventKind,
    Trade,
)

MORNING = 1_772_323_200_000  # 2026-03-01T00:00:00Z
TOKEN = "a-token-for-tests"


def position(number: int, truck: str = "闽A12345", at: int = MORNING, **changed: object) -> Position:
    values: dict[str, object] = {
        "id": f"P-{number}", "source": "gnss", "observed_at": at, "entity": truck, "entity_kind": EntityKind.VEHICLE,
        "lon": 119.2917 + number * 1e-6, "lat": 25.4133, "datum": Datum.WGS84, "height_m": 0.0, "speed_mps": 5.5,
        "course_deg": 90.0, "status": 3, "accuracy_m": 2.5,
    }
    return Position(**(values | changed))  # type: ignore[arg-type]


def seal_event(number: int, event: SealEventKind = SealEventKind.HEARTBEAT, at: int = MORNING) -> SealEvent:
    return SealEvent(
        f"S-{number}", "seals", at, f"JY-{number % 5:06d}", "MSKU1234565", event, "", None, 119.29, 25.41,
        Datum.CGCS2000, 0.25,
    )


def move(number: int, container: str = "MSKU1234565", at: int = MORNING) -> Move:
    return Move(
        f"M-{number}", "tos", at, container, MoveEvent.DROP, Classifier.ACTUAL, Purpose.DISCHARGE, PlaceKind.VEHICLE,
        "T12", PlaceKind.SLOT, "C3-12-04-3", "RTG-07", f"O-{number}", "陈",
    )


def container(number: str, at: int = MORNING, reefer_set_c: float | None = None) -> Container:
    return Container(
        f"C-{number}-{at}", "tos", at, number, "22G1", True, 21_400.0, Trade.FOREIGN, "COSCO", None, None, reefer_set_c
    )


def declaration(number: int, state: DeclarationState, at: int = MORNING) -> Declaration:
    return Declaration(
        f"D-{number}-{state.value}", "customs", at, f"{number:018d}", DeclarationMode.IMPORT, state,
        ("MSKU1234565", "TGHU7654321"), "84713000", "便携式电脑", 420, 18_200.0, "Acme", "福州某公司", at, None,
    )


def inspection(number: int, result: InspectionResult | None, at: int = MORNING) -> Inspection:
    state = InspectionState.DONE if result else InspectionState.ORDERED
    return Inspection(
        f"I-{number}", "h986", at, f"IO-{number}", InspectionKind.H986, "MSKU1234565", state, result, (), "林"
    )


def a_bit_of_everything() -> list[object]:
    """Records that between them hold texts, codes, nulls, empty and filled tuples."""
    return [
        container("MSKU1234565"), container("TGHU7654321", reefer_set_c=-18.0),
        declaration(7, DeclarationState.LODGED), declaration(7, DeclarationState.RELEASED),
        inspection(1, None), inspection(2, InspectionResult.CLEAR), seal_event(1), move(1), position(1), position(2),
        Manifest("MF-1", "customs", MORNING, "M1", 1, "BL1", "CALL-1", "MSKU1234565", DeclarationMode.IMPORT, "鞋", 9,
                 1.0),
        Inventory("INV-1", "tos", MORNING, "MSKU1234565", PlaceKind.SLOT, "C3-12-04-3", True, MORNING),
    ]


def position_columns(count: int, first: int = 0, trucks: int = 100, at: int = MORNING) -> dict[str, Column]:
    """`count` fixes of `trucks` trucks in turn."""
    numbers = np.arange(first, first + count)
    texts = {
        "id": [f"P-{n}" for n in numbers], "source": ["gnss"] * count,
        "entity": [f"闽A{n % trucks:05d}" for n in numbers], "entity_kind": ["vehicle"] * count,
        "datum": ["WGS-84"] * count,
    }
    columns: dict[str, Column] = {name: np.array(values, dtype=object) for name, values in texts.items()}
    return columns | {
        "observed_at": np.full(count, at, dtype=np.int64), "lon": 119.29 + numbers * 1e-7,
        "lat": 25.41 + numbers * 1e-7,
        "height_m": np.zeros(count), "speed_mps": np.full(count, 5.0), "course_deg": np.full(count, 90.0),
        "status": np.full(count, 3), "accuracy_m": np.full(count, 2.5),
    }


class Gate:
    """A gate that remembers what it was asked to hold."""

    def __init__(self) -> None:
        self.held: list[tuple[str, int]] = []

    def hold(self, subject: str, until: int) -> None:
        self.held.append((subject, until))


class Clock:
    def __init__(self, now: int = MORNING) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


def port_with(records: Sequence[object] = (), log: RecordLog | None = None, gate: Gate | None = None,
              clock: Clock | None = None) -> Port:
    """A port that serves these records."""
    log = log or RecordLog()
    log.append(records)  # type: ignore[arg-type]
    clock = clock or Clock()
    gate = gate or Gate()
    intake = Intake(log, clock, gate.hold, lambda subject: "XC-01", lambda subject, at: "nothing_found")
    info = PortInfo(
        "CNJGY", "江阴港区", "Jiangyin port", "WGS-84", 119.2917, 25.4133, 7, "2026-03-01", 1.0, "Asia/Shanghai"
    )
    return Port(info, log, intake, clock, lambda: "ok")
