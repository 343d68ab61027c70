"""What each field of a record means, its unit and its useful decimals: the words of the API description."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from twin.records import Kind

_TIME: Final = "ms since 1970-01-01T00:00:00Z, UTC"


@dataclass(frozen=True, slots=True)
class FieldNote:
    """`decimals`: how many a float is sent with; None for anything but floats."""

    text: str
    unit: str | None = None
    decimals: int | None = None


KIND_NOTES: Final[dict[Kind, str]] = {
    Kind.VEHICLE: "A vehicle known to the port, with the trade it may serve.",
    Kind.VESSEL_CALL: "A vessel's call at a berth; each change of state is a new record of the same call.",
    Kind.CONTAINER: "Master data of a container.",
    Kind.MANIFEST: "A line of a manifest (舱单).",
    Kind.DECLARATION: "A declaration (报关单) as it stands from observed_at on; each change of state is a new record.",
    Kind.INSPECTION: "An inspection order and its progress.",
    Kind.TRANSIT_TRIP: "A trip of customs transit (转关) under seal.",
    Kind.APPOINTMENT: "A truck's appointment at a gate.",
    Kind.DEVICE_HEALTH: "Whether a device is up or down, and since when.",
    Kind.TASK: "Something a person or a gate is asked to do, and its result.",
    Kind.CONSULTATION: "A remote consultation of an expert about an inspection.",
    Kind.ACTION: "What an operator did, as the port keeps it.",
    Kind.INVENTORY: "The terminal's statement of where a container stands.",
    Kind.SEAL_EVENT: "What an electronic seal (关锁) reports.",
    Kind.MOVE: "A move of a container; event codes are a superset of DCSA Track & Trace.",
    Kind.GATE_PASSAGE: "A vehicle at a gate lane as readers and weighbridge saw it, and what the barrier did.",
    Kind.POSITION: "A position fix of a vehicle, seal, vessel, crane or officer.",
    Kind.CRANE_TELEMETRY: "The state of a crane as its own control system reports it.",
}

_NOTES: Final[dict[str, FieldNote]] = {
    "id": FieldNote("Identifies the record within its source; a record sent again has the same id."),
    "source": FieldNote("The system that said it."),
    "observed_at": FieldNote("When it happened, by the device's clock.", _TIME),
    "vehicle": FieldNote("Number plate or fleet number."),
    "vehicle_kind": FieldNote("Kind of vehicle."),
    "trade": FieldNote("Kind of trade."),
    "operator": FieldNote("Who runs it or did it."),
    "call": FieldNote("The vessel call."),
    "vessel": FieldNote("Name of the vessel."),
    "imo": FieldNote("IMO number."),
    "mmsi": FieldNote("MMSI, 9 digits."),
    "voyage": FieldNote("Voyage number."),
    "length_m": FieldNote("Length over all.", "m", 2),
    "beam_m": FieldNote("Beam.", "m", 2),
    "berth": FieldNote("The berth, null while none is assigned."),
    "state": FieldNote("State from observed_at on."),
    "arrival_at": FieldNote("Arrival, planned while expected.", _TIME),
    "departure_at": FieldNote("Departure, planned while alongside.", _TIME),
    "container": FieldNote("Container number (ISO 6346), 11 characters."),
    "type_code": FieldNote("Size and type (ISO 6346)."),
    "full": FieldNote("Loaded (true) or empty (false)."),
    "gross_kg": FieldNote("Gross weight.", "kg", 1),
    "owner": FieldNote("Owner or operator of the container."),
    "dangerous_class": FieldNote("IMDG class, null if not dangerous."),
    "un_number": FieldNote("UN number of dangerous goods."),
    "reefer_set_c": FieldNote("Set point of a reefer, null if none.", "degrees Celsius", 2),
    "entity": FieldNote("What was located: plate, fleet number, seal, call, crane or officer."),
    "entity_kind": FieldNote("Kind of the entity."),
    "lon": FieldNote("Longitude in `datum`, positive east.", "degrees", 7),
    "lat": FieldNote("Latitude in `datum`, positive north.", "degrees", 7),
    "datum": FieldNote("Coordinate system of lon and lat."),
    "height_m": FieldNote("Height above the port's ground.", "m", 2),
    "speed_mps": FieldNote("Speed over ground.", "m/s", 3),
    "course_deg": FieldNote("Direction of the nose, clockwise from north.", "degrees", 2),
    "status": FieldNote("The source's status bits."),
    "accuracy_m": FieldNote("Radius within which the true position lies with 95 %.", "m", 2),
    "crane": FieldNote("The crane."),
    "trolley_m": FieldNote(
        "Trolley along the beam: from the landside rail, positive towards the water; yard cranes from the row-1 leg.",
        "m", 2,
    ),
    "hoist_m": FieldNote("Spreader above ground.", "m", 2),
    "locked": FieldNote("The spreader holds a container."),
    "event": FieldNote("What happened."),
    "classifier": FieldNote("PLN planned, EST estimated, ACT actual: only ACT is a fact."),
    "purpose": FieldNote("Why, from the terminal's order."),
    "from_kind": FieldNote("Kind of place it came from."),
    "from_ref": FieldNote("Place it came from: slot block-bay-row-tier, vehicle, VESSEL/bbrrtt (ISO 9711) or wagon."),
    "to_kind": FieldNote("Kind of place it went to."),
    "to_ref": FieldNote("Place it went to, as from_ref."),
    "equipment": FieldNote("Crane or vehicle that moved it."),
    "order": FieldNote("Number of the order."),
    "driver": FieldNote("Who drove the equipment."),
    "place_kind": FieldNote("Kind of place."),
    "place_ref": FieldNote("The place: slot block-bay-row-tier, vehicle, VESSEL/bbrrtt (ISO 9711) or wagon."),
    "present": FieldNote("False when it left."),
    "arrived_at": FieldNote("When it came into the port.", _TIME),
    "gate": FieldNote("The gate."),
    "lane": FieldNote("The lane."),
    "direction": FieldNote("In or out."),
    "plate": FieldNote("Number plate."),
    "plate_confidence": FieldNote("Confidence of the plate reading, 0 to 1.", "1", 3),
    "containers": FieldNote("Container numbers (ISO 6346)."),
    "container_confidence": FieldNote("Confidence of the container reading, 0 to 1.", "1", 3),
    "seals": FieldNote("Seal numbers as read."),
    "weight_kg": FieldNote("Weighbridge, whole vehicle.", "kg", 1),
    "pictures": FieldNote("Names of the pictures taken."),
    "decision": FieldNote("What the barrier did."),
    "seal": FieldNote("Number of the electronic seal."),
    "by": FieldNote("Who acted, empty for the device itself."),
    "authority": FieldNote("Permit or declaration that allows it, null if none."),
    "clock_offset_s": FieldNote("The seal's clock less true time, as its platform estimates it.", "s", 3),
    "manifest": FieldNote("Number of the manifest."),
    "line": FieldNote("Line within the manifest."),
    "bill": FieldNote("Bill of lading."),
    "mode": FieldNote("Customs mode."),
    "goods": FieldNote("Description of the goods."),
    "packages": FieldNote("Number of packages."),
    "declaration": FieldNote("Declaration number, 18 digits."),
    "hs_code": FieldNote("HS code of the goods."),
    "consignor": FieldNote("Consignor."),
    "consignee": FieldNote("Consignee."),
    "lodged_at": FieldNote("When it was lodged.", _TIME),
    "reason": FieldNote("Reason of a hold or revocation, else null."),
    "inspection_kind": FieldNote("Kind of inspection."),
    "result": FieldNote("Result, null until done."),
    "images": FieldNote("Names of the images."),
    "officer": FieldNote("The officer in charge."),
    "trip": FieldNote("Number of the trip."),
    "origin": FieldNote("Where it set out."),
    "destination": FieldNote("Where it goes."),
    "corridor": FieldNote("The permitted way, an id in the port definition."),
    "departed_at": FieldNote("Departure.", _TIME),
    "due_at": FieldNote("Latest permitted arrival.", _TIME),
    "device": FieldNote("The device."),
    "device_kind": FieldNote("gate, camera, reader, seal or crane."),
    "since": FieldNote("Since when it is so.", _TIME),
    "appointment": FieldNote("Number of the appointment."),
    "window_from": FieldNote("Start of the time window.", _TIME),
    "window_to": FieldNote("End of the time window.", _TIME),
    "task": FieldNote("The id its poster gave it."),
    "task_kind": FieldNote("patrol or gate_hold."),
    "subject": FieldNote("What it is about."),
    "assignee": FieldNote("Who is to do it."),
    "note": FieldNote("Words of the operator."),
    "consultation": FieldNote("Number of the consultation."),
    "inspection": FieldNote("The inspection order it is about."),
    "participants": FieldNote("Who takes part."),
    "conclusion": FieldNote("What they concluded, null until done."),
    "action": FieldNote("Verb: acknowledge, take, dispatch, confirm, reject, close, hold_gate, ..."),
    "warning": FieldNote("Id of the warning acted on, null if none."),
}

_SPECIAL: Final[dict[tuple[Kind, str], FieldNote]] = {
    (Kind.VEHICLE, "trade"): FieldNote("The trade it may serve."),
    (Kind.GATE_PASSAGE, "order"): FieldNote("Number of the order shown, null if none."),
    (Kind.INSPECTION, "order"): FieldNote("Number of the inspection order."),
    (Kind.MANIFEST, "gross_kg"): FieldNote("Gross weight of the line.", "kg", 1),
    (Kind.DECLARATION, "gross_kg"): FieldNote("Declared gross weight of all its containers.", "kg", 1),
    (Kind.TASK, "result"): FieldNote("What came of it, null until done."),
    (Kind.VEHICLE, "operator"): FieldNote("The company that runs it."),
    (Kind.ACTION, "operator"): FieldNote("The person who acted."),
}


def note_of(kind: Kind, name: str) -> FieldNote:
    """The note of a field. Raises KeyError if it has none (a test makes sure each has)."""
    return _SPECIAL.get((kind, name)) or _NOTES[name]
