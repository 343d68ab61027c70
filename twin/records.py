"""What a backend says, one frozen class a record kind: the single definition behind wire, batches and API description.

Every record has `id` (unique within its source), `source` (the system that said it) and `observed_at` (device time).
`received_at` (our clock) is a column of the batch, added at intake. All times are milliseconds since
1970-01-01T00:00:00Z, UTC. Field types map to columns as `twin.batch` says.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The record kinds, in the order in which records of one answer are applied: reference data before movement."""

    VEHICLE = "vehicle"
    VESSEL_CALL = "vessel_call"
    CONTAINER = "container"
    MANIFEST = "manifest"
    DECLARATION = "declaration"
    INSPECTION = "inspection"
    TRANSIT_TRIP = "transit_trip"
    APPOINTMENT = "appointment"
    DEVICE_HEALTH = "device_health"
    TASK = "task"
    CONSULTATION = "consultation"
    ACTION = "action"
    INVENTORY = "inventory"
    SEAL_EVENT = "seal_event"
    MOVE = "move"
    GATE_PASSAGE = "gate_passage"
    POSITION = "position"
    CRANE_TELEMETRY = "crane_telemetry"


class EntityKind(StrEnum):
    VEHICLE = "vehicle"
    SEAL = "seal"
    VESSEL = "vessel"
    CRANE = "crane"
    OFFICER = "officer"


class PlaceKind(StrEnum):
    """Where a container is. The `ref` beside it: slot "C3-12-04-3", vehicle, "VESSEL/bbrrtt" (ISO 9711), wagon."""

    SLOT = "slot"
    VEHICLE = "vehicle"
    VESSEL = "vessel"
    RAIL = "rail"
    OUTSIDE = "outside"


class Datum(StrEnum):
    WGS84 = "WGS-84"
    CGCS2000 = "CGCS2000"
    GCJ02 = "GCJ-02"


class Trade(StrEnum):
    FOREIGN = "foreign"
    DOMESTIC = "domestic"
    TRANSIT = "transit"
    TRANSSHIPMENT = "transshipment"


class VehicleKind(StrEnum):
    ROAD_TRUCK = "road_truck"
    TERMINAL_TRACTOR = "terminal_tractor"
    AGV = "agv"
    PATROL = "patrol"


class MoveEvent(StrEnum):
    """Event codes, a superset of DCSA Track & Trace. PICK and DROP are lifts from and onto a slot inside the port."""

    LOAD = "LOAD"
    DISC = "DISC"
    GTIN = "GTIN"
    GTOT = "GTOT"
    STUF = "STUF"
    STRP = "STRP"
    PICK = "PICK"
    DROP = "DROP"
    AVPU = "AVPU"
    AVDO = "AVDO"
    INSP = "INSP"
    RSEA = "RSEA"
    RMVD = "RMVD"
    CROS = "CROS"
    CUSS = "CUSS"
    CUSI = "CUSI"
    CUSR = "CUSR"


class Classifier(StrEnum):
    PLANNED = "PLN"
    ESTIMATED = "EST"
    ACTUAL = "ACT"


class Purpose(StrEnum):
    """Why a move is made, from the terminal's order."""

    PICKUP = "pickup"          # onto a road truck, to leave by the gate
    DELIVERY = "delivery"      # from a road truck that came by the gate
    DISCHARGE = "discharge"    # vessel to yard
    LOADING = "loading"        # yard to vessel
    INSPECTION = "inspection"  # to or from the inspection site
    RESTOW = "restow"          # within the yard
    RAIL = "rail"


class DeclarationState(StrEnum):
    LODGED = "lodged"
    ACCEPTED = "accepted"
    HELD = "held"
    INSPECTED = "inspected"
    RELEASED = "released"
    REVOKED = "revoked"


class DeclarationMode(StrEnum):
    IMPORT = "import"
    EXPORT = "export"
    TRANSIT = "transit"
    EMPTY = "empty"


class SealEventKind(StrEnum):
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    TAMPERED = "tampered"
    CUT = "cut"
    LOW_BATTERY = "low_battery"
    HEARTBEAT = "heartbeat"


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


class GateDecision(StrEnum):
    RAISE = "raise"
    HOLD = "hold"


class InspectionKind(StrEnum):
    H986 = "h986"
    MANUAL = "manual"
    ULTRASONIC = "ultrasonic"
    QUARANTINE = "quarantine"
    SAMPLING = "sampling"


class InspectionState(StrEnum):
    ORDERED = "ordered"
    STARTED = "started"
    DONE = "done"


class InspectionResult(StrEnum):
    CLEAR = "clear"
    DIFFERS = "differs"
    SUSPECT = "suspect"
    EMPTY = "empty"
    LOADED = "loaded"


class TripState(StrEnum):
    UNDERWAY = "underway"
    ARRIVED = "arrived"
    WRITTEN_OFF = "written_off"


class DeviceState(StrEnum):
    UP = "up"
    DOWN = "down"


class CallState(StrEnum):
    EXPECTED = "expected"
    ALONGSIDE = "alongside"
    DEPARTED = "departed"


class TaskState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Vehicle:
    id: str
    source: str
    observed_at: int
    vehicle: str  # number plate or fleet number
    vehicle_kind: VehicleKind
    trade: Trade  # the trade it may serve
    operator: str


@dataclass(frozen=True, slots=True)
class VesselCall:
    id: str
    source: str
    observed_at: int
    call: str
    vessel: str  # name
    imo: str
    mmsi: str
    voyage: str
    length_m: float
    beam_m: float
    berth: str | None
    state: CallState
    arrival_at: int
    departure_at: int  # planned while alongside


@dataclass(frozen=True, slots=True)
class Container:
    id: str
    source: str
    observed_at: int
    container: str  # ISO 6346 number, 11 characters
    type_code: str  # ISO 6346 size and type
    full: bool
    gross_kg: float
    trade: Trade
    owner: str
    dangerous_class: str | None
    un_number: str | None
    reefer_set_c: float | None  # degrees Celsius


@dataclass(frozen=True, slots=True)
class Position:
    id: str
    source: str
    observed_at: int
    entity: str
    entity_kind: EntityKind
    lon: float  # degrees
    lat: float  # degrees
    datum: Datum
    height_m: float
    speed_mps: float
    course_deg: float  # clockwise from north: direction of the vehicle's nose
    status: int  # source's status bits
    accuracy_m: float


@dataclass(frozen=True, slots=True)
class CraneTelemetry:
    """A crane's own control system. `trolley_m` along the beam from the landside rail, positive towards the water
    (yard cranes: from the row-1 leg); `hoist_m` spreader above ground."""

    id: str
    source: str
    observed_at: int
    crane: str
    trolley_m: float
    hoist_m: float
    locked: bool  # spreader holds a container
    container: str | None


@dataclass(frozen=True, slots=True)
class Move:
    id: str
    source: str
    observed_at: int
    container: str
    event: MoveEvent
    classifier: Classifier
    purpose: Purpose
    from_kind: PlaceKind
    from_ref: str
    to_kind: PlaceKind
    to_ref: str
    equipment: str
    order: str
    driver: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """The terminal's statement of where a container stands; `present` False when it left."""

    id: str
    source: str
    observed_at: int
    container: str
    place_kind: PlaceKind
    place_ref: str
    present: bool
    arrived_at: int


@dataclass(frozen=True, slots=True)
class GatePassage:
    id: str
    source: str
    observed_at: int
    gate: str
    lane: str
    direction: Direction
    plate: str
    plate_confidence: float  # 0..1
    containers: tuple[str, ...]
    container_confidence: float
    seals: tuple[str, ...]
    weight_kg: float  # weighbridge, whole vehicle
    pictures: tuple[str, ...]
    order: str | None
    decision: GateDecision


@dataclass(frozen=True, slots=True)
class SealEvent:
    id: str
    source: str
    observed_at: int
    seal: str
    container: str
    event: SealEventKind
    by: str  # who acted, empty for the device itself
    authority: str | None  # permit or declaration that allows it
    lon: float
    lat: float
    datum: Datum
    clock_offset_s: float  # the seal's clock less true time, as the platform estimates it


@dataclass(frozen=True, slots=True)
class Manifest:
    id: str
    source: str
    observed_at: int
    manifest: str
    line: int
    bill: str  # bill of lading
    call: str
    container: str
    mode: DeclarationMode
    goods: str
    packages: int
    gross_kg: float


@dataclass(frozen=True, slots=True)
class Declaration:
    """A declaration as it stands from `observed_at` on; each change of state is a new record of the same number."""

    id: str
    source: str
    observed_at: int
    declaration: str  # 18 digits
    mode: DeclarationMode
    state: DeclarationState
    containers: tuple[str, ...]
    hs_code: str
    goods: str
    packages: int
    gross_kg: float
    consignor: str
    consignee: str
    lodged_at: int
    reason: str | None  # of a hold or revocation


@dataclass(frozen=True, slots=True)
class Inspection:
    id: str
    source: str
    observed_at: int
    order: str
    inspection_kind: InspectionKind
    container: str
    state: InspectionState
    result: InspectionResult | None
    images: tuple[str, ...]
    officer: str


@dataclass(frozen=True, slots=True)
class TransitTrip:
    id: str
    source: str
    observed_at: int
    trip: str
    declaration: str
    container: str
    seal: str
    vehicle: str
    origin: str
    destination: str
    corridor: str  # id of a corridor in the port definition
    state: TripState
    departed_at: int
    due_at: int


@dataclass(frozen=True, slots=True)
class DeviceHealth:
    id: str
    source: str
    observed_at: int
    device: str
    device_kind: str  # gate, camera, reader, seal, crane
    state: DeviceState
    since: int


@dataclass(frozen=True, slots=True)
class Appointment:
    id: str
    source: str
    observed_at: int
    appointment: str
    plate: str
    container: str
    purpose: Purpose
    gate: str
    window_from: int
    window_to: int


@dataclass(frozen=True, slots=True)
class Task:
    id: str
    source: str
    observed_at: int
    task: str
    task_kind: str  # patrol, gate_hold
    subject: str
    assignee: str
    state: TaskState
    result: str | None
    note: str


@dataclass(frozen=True, slots=True)
class Consultation:
    id: str
    source: str
    observed_at: int
    consultation: str
    inspection: str
    state: TaskState
    participants: tuple[str, ...]
    conclusion: str | None


@dataclass(frozen=True, slots=True)
class Action:
    """What an operator did, as the backend keeps it."""

    id: str
    source: str
    observed_at: int
    action: str  # verb: acknowledge, take, dispatch, close, hold_gate
    subject: str
    warning: str | None
    operator: str
    note: str


Record = (
    Vehicle | VesselCall | Container | Manifest | Declaration | Inspection | TransitTrip | Appointment | DeviceHealth
    | Task | Consultation | Action | Inventory | SealEvent | Move | GatePassage | Position | CraneTelemetry
)

RECORD_CLASSES: dict[Kind, type[Record]] = {
    Kind.VEHICLE: Vehicle,
    Kind.VESSEL_CALL: VesselCall,
    Kind.CONTAINER: Container,
    Kind.MANIFEST: Manifest,
    Kind.DECLARATION: Declaration,
    Kind.INSPECTION: Inspection,
    Kind.TRANSIT_TRIP: TransitTrip,
    Kind.APPOINTMENT: Appointment,
    Kind.DEVICE_HEALTH: DeviceHealth,
    Kind.TASK: Task,
    Kind.CONSULTATION: Consultation,
    Kind.ACTION: Action,
    Kind.INVENTORY: Inventory,
    Kind.SEAL_EVENT: SealEvent,
    Kind.MOVE: Move,
    Kind.GATE_PASSAGE: GatePassage,
    Kind.POSITION: Position,
    Kind.CRANE_TELEMETRY: CraneTelemetry,
}

SUBJECT_FIELD: dict[Kind, str] = {
    Kind.VEHICLE: "vehicle",
    Kind.VESSEL_CALL: "call",
    Kind.CONTAINER: "container",
    Kind.MANIFEST: "container",
    Kind.DECLARATION: "declaration",
    Kind.INSPECTION: "order",
    Kind.TRANSIT_TRIP: "trip",
    Kind.APPOINTMENT: "appointment",
    Kind.DEVICE_HEALTH: "device",
    Kind.TASK: "task",
    Kind.CONSULTATION: "consultation",
    Kind.ACTION: "id",
    Kind.INVENTORY: "container",
    Kind.SEAL_EVENT: "seal",
    Kind.MOVE: "container",
    Kind.GATE_PASSAGE: "id",
    Kind.POSITION: "entity",
    Kind.CRANE_TELEMETRY: "crane",
}
"""The field that names what a record is about: a snapshot holds the latest record of each subject."""
