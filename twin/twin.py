"""The twin: takes batches of records, keeps the picture of the port, and says what each step changed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from twin import descriptions, filing, fixes, placing, sealing
from twin.activity import Activity
from twin.batch import Batch
from twin.cases import CaseBook
from twin.declarations import Declarations
from twin.events import Counts, Delta, Event, EventKind
from twin.facts import DossierEntry
from twin.feed_health import FeedHealth
from twin.keyframe import version_of
from twin.legal_state import LegalState, derive
from twin.paperwork import Recent, Register, Seen
from twin.port_index import PortIndex
from twin.records import EntityKind, Kind, PlaceKind
from twin.rules.base import Changed, Rule, RuleFault, RuleSpec, RuleStatus, View
from twin.rules.engine import Engine
from twin.seal_state import SealState
from twin.state import Changes, State, together
from twin.tables import ENTITY_KINDS, PLACE_KINDS, Containers, Cranes, Movers, Orders, Seals, Vessels
from twin.warning_book import WarningBook

Handler = Callable[[State, Batch, Changes], None]
_Step = tuple[dict[Kind, list[Batch]], Changes]
"""The new records of a step by kind, and what they changed."""

# The order in which the records of one step are applied: what things are, what is said of them, where they are.
HANDLERS: tuple[tuple[Kind, Handler], ...] = (
    (Kind.VEHICLE, descriptions.take_vehicles),
    (Kind.VESSEL_CALL, descriptions.take_vessel_calls),
    (Kind.CONTAINER, descriptions.take_containers),
    (Kind.MANIFEST, filing.take_manifests),
    (Kind.DECLARATION, filing.take_declarations),
    (Kind.INSPECTION, filing.take_inspections),
    (Kind.TRANSIT_TRIP, filing.take_trips),
    (Kind.APPOINTMENT, filing.take_appointments),
    (Kind.DEVICE_HEALTH, filing.take_device_health),
    (Kind.TASK, filing.take_tasks),
    (Kind.CONSULTATION, filing.take_consultations),
    (Kind.ACTION, filing.take_actions),
    (Kind.INVENTORY, placing.take_inventory),
    (Kind.SEAL_EVENT, sealing.take_seal_events),
    (Kind.MOVE, placing.take_moves),
    (Kind.GATE_PASSAGE, filing.take_gate_passages),
    (Kind.POSITION, fixes.take_positions),
    (Kind.CRANE_TELEMETRY, fixes.take_crane_telemetry),
)

_VEHICLE = ENTITY_KINDS[EntityKind.VEHICLE]

_HELD_AT_ONCE = 2
"""Steps that waited and are judged in one: twice as many as come, so that the end is reached."""
_HELD_ROWS = 4_000
"""Rows up to which steps that wait are judged as one."""

# Kinds whose newest word alone matters: a repeated record changes nothing by itself.
_STREAMS = frozenset({Kind.POSITION, Kind.CRANE_TELEMETRY})


class Twin:
    """One picture of one port. `rules` come in the order in which they are to judge. `on_fault` is called with each
    rule that fails and with the records at which it did. `changed`: the parameters with which the rules were made, as
    far as they are not the shipped ones.
    """

    def __init__(
        self, index: PortIndex, rules: Sequence[Rule] = (), on_fault: Callable[[RuleFault], None] | None = None,
        changed: Sequence[Changed] = (),
    ) -> None:
        self.index = index
        self.now = 0
        self.epoch = 0
        self.warnings = WarningBook()
        self.cases = CaseBook()
        self.activity = Activity()
        self._state = State(index)
        self.version = version_of(self._state)
        self.changed_settings = tuple(changed)
        self.rule_versions = {rule.spec.id: self._version(rule.spec) for rule in rules}
        self._seen = Seen()
        self._engine = Engine(rules)
        self._on_fault = on_fault
        self._feeds: tuple[FeedHealth, ...] = ()
        self._zone = ZoneInfo(index.layout.time_zone)
        self.at_a_glance = False
        """Only what a picture shows is here (`keyframe.show`): nothing can be heard until it is whole again."""
        self._hold = False
        self._held: deque[_Step] = deque()
        self._held_rows = 0  # of the last of them

    def _version(self, spec: RuleSpec) -> int | str:
        """By what a rule judges: its version, and the parameters that are not as shipped."""
        values = [f"{c.name}={c.value}" for c in self.changed_settings if c.rule == spec.id]
        return " ".join((str(spec.version), *values)) if values else spec.version

    @property
    def containers(self) -> Containers:
        """All containers ever heard of."""
        return self._state.containers

    @property
    def movers(self) -> Movers:
        """Vehicles, vessels, cranes and officers."""
        return self._state.movers

    @property
    def vessels(self) -> Vessels:
        """Vessels with their calls."""
        return self._state.vessels

    @property
    def cranes(self) -> Cranes:
        """Cranes; row i is layout.cranes[i]."""
        return self._state.cranes

    @property
    def seals(self) -> Seals:
        """Electronic seals."""
        return self._state.seals

    @property
    def orders(self) -> Orders:
        """Inspection orders."""
        return self._state.orders

    @property
    def declarations(self) -> Declarations:
        """Declarations by number and by container."""
        return self._state.declarations

    @property
    def manifests(self) -> Register:
        """Manifest lines by container."""
        return self._state.manifests

    @property
    def inspections(self) -> Register:
        """Inspections by order."""
        return self._state.inspections

    @property
    def trips(self) -> Register:
        """Transit trips by number."""
        return self._state.trips

    @property
    def appointments(self) -> Register:
        """Truck appointments by number."""
        return self._state.appointments

    @property
    def devices(self) -> Register:
        """Health of devices by name."""
        return self._state.devices

    @property
    def tasks(self) -> Register:
        """Patrol tasks and gate holds by number."""
        return self._state.tasks

    @property
    def consultations(self) -> Register:
        """Remote sessions by number."""
        return self._state.consultations

    @property
    def actions(self) -> Register:
        """What operators did, by record id."""
        return self._state.actions

    @property
    def gate_passages(self) -> Recent:
        """The last gate passages, newest first."""
        return self._state.gate_passages

    @property
    def rule_status(self) -> Mapping[str, RuleStatus]:
        """Which rules are on, and why others are not, by rule id."""
        return MappingProxyType(self._engine.status)

    @property
    def state(self) -> State:
        """Everything the twin knows; to be read only."""
        return self._state

    def save_rules(self) -> tuple[dict[str, Any], dict[str, RuleStatus]]:
        """The memories of the rules that are on, by rule id, and the status of all rules."""
        return self._engine.save()

    def begin_again(
        self, at: int, memories: Mapping[str, Any], status: Mapping[str, RuleStatus], warnings: WarningBook,
    ) -> None:
        """What `keyframe.restore` leaves to the twin: clock, rules, warnings, and that the picture has jumped."""
        self.now = at
        self.epoch += 1
        self.at_a_glance = False
        self._seen = Seen()
        self._held.clear()
        self._engine.restore(memories, status)
        self.warnings.restore(warnings)
        self.cases = CaseBook()
        self.cases.take(self.warnings.all())

    def show(self, at: int, warnings: WarningBook) -> None:
        """What `keyframe.show` leaves to the twin: clock and warnings, and that the picture has jumped."""
        self.now = at
        self.epoch += 1
        self.at_a_glance = True
        self.warnings.restore(warnings)

    def use_rules(self, rules: Sequence[Rule]) -> None:
        """Other rules from now on, which know nothing yet; the warnings of those before are gone."""
        self._engine = Engine(rules)
        self.warnings, self.cases = WarningBook(), CaseBook()

    def feeds(self, healths: Sequence[FeedHealth]) -> None:
        """Takes the present health of the feeds; warnings raised from now on name it."""
        self._feeds = tuple(healths)

    def apply(self, batches: Sequence[Batch], now: int) -> Delta:
        """Takes in records and lets time pass to `now` (event clock, ms UTC). Every record reaches the rules.

        Raises RuntimeError while it is there `at_a_glance` only.
        """
        if self.at_a_glance:
            raise RuntimeError("a twin that is there at a glance only cannot hear anything")
        self.now = max(self.now, now)
        changes = Changes()
        fresh: dict[Kind, list[Batch]] = {}
        for batch in batches:
            new = batch if batch.kind in _STREAMS else self._seen.fresh(batch)
            if len(new):
                fresh.setdefault(batch.kind, []).append(new)
        for kind, handler in HANDLERS:
            for batch in fresh.get(kind, ()):
                handler(self._state, batch, changes)
                filing.file_facts(self._state, batch)
        placing.settle_loads(self._state, changes)
        self._settle_legal_states(changes)
        for moments in (Kind.MOVE, Kind.GATE_PASSAGE):
            self.activity.take(fresh.get(moments, ()))
        self.warnings.pass_time(self.now)
        steps = self._to_judge(fresh, changes)
        for number, (found, changed_by) in enumerate(steps, start=1):
            view, catching_up = View(self._state, found, changed_by, self.now), bool(self._held) or number < len(steps)
            for fault in self._engine.judge(view, self.warnings, self._feeds, catching_up):
                off = fault.status
                changes.say(Event(EventKind.RULE_OFF, self.now, "rule", off.rule, facts={"reason": off.reason}))
                if self._on_fault is not None:
                    self._on_fault(fault)
        s, changed = self._state, self.warnings.take_changes()
        self.cases.take(changed)
        return Delta(
            self.now, self.epoch, together(changes.containers, s.containers.count),
            together(changes.movers, s.movers.count), together(changes.seals, s.seals.count),
            together(changes.vessels, s.vessels.count), together(changes.cranes, s.cranes.count), tuple(changes.events),
            changed, self._feeds)

    @property
    def judging(self) -> bool:
        """Whether the rules have seen all that came: none of it is held back from them."""
        return not (self._hold or self._held)

    def hold_rules(self, hold: bool) -> None:
        """While it lasts, rules do not judge: the port is still being told, papers come after boxes. What they were not
        shown is shown to them afterwards, in order, a few steps at a time; nothing is left out."""
        self._hold = hold

    def _keep_back(self, fresh: dict[Kind, list[Batch]], changes: Changes) -> None:
        """Puts a step to those that wait; small ones go together, since every judgement has its own price."""
        rows = sum(len(batch) for batches in fresh.values() for batch in batches)
        if self._held and self._held_rows + rows <= _HELD_ROWS:
            found, changed_by = self._held[-1]
            for kind, batches in fresh.items():
                found.setdefault(kind, []).extend(batches)
            changed_by.take(changes)
            self._held_rows += rows
        else:
            self._held.append((fresh, changes))
            self._held_rows = rows

    def _to_judge(self, fresh: dict[Kind, list[Batch]], changes: Changes) -> list[_Step]:
        """The steps to be judged now: this one, unless earlier ones wait or rules are held."""
        if not (self._hold or self._held):
            return [(fresh, changes)]
        if fresh:
            self._keep_back(fresh, changes)
        return [] if self._hold else [self._held.popleft() for _ in range(min(_HELD_AT_ONCE, len(self._held)))]

    def _settle_legal_states(self, changes: Changes) -> None:
        rows = together(changes.legal, self._state.containers.count)
        if not len(rows):
            return
        c = self._state.containers
        state = derive(
            c.trade[rows], c.full[rows], c.declaration_state[rows], c.inspection[rows], c.place_kind[rows],
            c.purpose[rows])
        changes.containers.append(rows[state != c.legal_state[rows]])
        c.put(rows, legal_state=state)

    def dossier(self, container: str) -> tuple[DossierEntry, ...]:
        """Everything said about a container, in order of device time; empty for an unknown one."""
        row = self._state.containers.row_of.get(container)
        return () if row is None else self._state.facts.dossier(row)

    def counts(self) -> Counts:
        """The figures of the header, as of `now`."""
        c, s = self._state.containers, self._state.seals
        bound = s.container >= 0
        in_use = bound & (s.state != SealState.UNKNOWN)
        in_use[in_use] = c.present[s.container[in_use]]
        return Counts(
            containers_in_yard=int(self.in_yard().sum()),
            vehicles=int(self.vehicles_present().sum()),
            seals=int(in_use.sum()),
            inspecting=int((c.legal_state == LegalState.INSPECTION).sum()),
            warnings_open=len(self.warnings.open()),
            warnings_today=self.warnings.raised_since(self.midnight()),
        )

    def in_yard(self) -> NDArray[np.bool_]:
        """Which containers stand in a slot of the yard. Shape (containers.count,)."""
        c = self._state.containers
        stand: NDArray[np.bool_] = c.present & (c.place_kind == PLACE_KINDS[PlaceKind.SLOT])
        return stand

    def vehicles_present(self) -> NDArray[np.bool_]:
        """Which movers are vehicles that report from here and have not left. Shape (movers.count,)."""
        m = self._state.movers
        present: NDArray[np.bool_] = (m.kind == _VEHICLE) & (m.observed_at > 0) & ~m.gone(self.now)
        return present

    def midnight(self) -> int:
        """The last midnight of the port's time zone, ms UTC."""
        local = datetime.fromtimestamp(self.now / 1000.0, UTC).astimezone(self._zone)
        return int(local.replace(hour=0, minute=0, second=0, microsecond=0).timestamp() * 1000.0)
