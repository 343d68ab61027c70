"""Cases: warnings that belong together because they are about the same container, seal, declaration or vehicle.

A container, a seal or a declaration ties warnings for days; a truck carries another customer's box after an hour, so it
ties only what it was part of at about the same time.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from twin.warnings import RiskWarning, Severity

DAYS_MS = 3 * 86_400_000
"""How far apart warnings about one container, seal or declaration may be."""
VEHICLE_MS = 2 * 3_600_000
"""How far apart warnings about one vehicle may be: about two visits of the port."""

_REACH_MS = {"container": DAYS_MS, "seal": DAYS_MS, "declaration": DAYS_MS, "vehicle": VEHICLE_MS}

Link = tuple[str, str]
"""What ties warnings: its kind and its name, such as ("container", "MSKU0000011")."""


@dataclass(frozen=True, slots=True)
class Case:
    """Warnings that belong together, oldest first. `id`: of the oldest one. `links`: what ties them."""

    id: str
    warnings: tuple[RiskWarning, ...]
    links: frozenset[Link]

    @property
    def open(self) -> bool:
        """Whether one of its warnings is."""
        return any(w.open for w in self.warnings)

    @property
    def severity(self) -> Severity:
        """That of its gravest open warning; of the gravest of all once none is open."""
        live = [w for w in self.warnings if w.open] or list(self.warnings)
        return min((w.severity for w in live), key=lambda s: s.rank)

    @property
    def owners(self) -> tuple[str, ...]:
        """Who works on it, in the order in which they came."""
        return tuple(dict.fromkeys(w.owner for w in self.warnings if w.owner is not None))


def links_of(warning: RiskWarning) -> frozenset[Link]:
    """What a warning is about: its subject and the things its facts name."""
    named = {kind: str(warning.facts.get(kind, "")) for kind in _REACH_MS}
    if warning.subject_kind in named:
        named[warning.subject_kind] += f" {warning.subject}"
    return frozenset((kind, name) for kind, names in named.items() for name in names.split())


@dataclass(slots=True)
class CaseBook:
    """The cases of a session, kept up with the warnings that change: each costs what it is tied to."""

    _parent: dict[str, str] = field(default_factory=dict)
    _warning: dict[str, RiskWarning] = field(default_factory=dict)
    _members: dict[str, list[str]] = field(default_factory=dict)  # root to the warnings of its case
    _at: dict[Link, list[tuple[int, str]]] = field(default_factory=dict)  # when which warnings were raised about it

    def take(self, warnings: Iterable[RiskWarning]) -> None:
        """Takes in new and changed warnings."""
        for warning in warnings:
            known = self._warning.get(warning.id)
            self._warning[warning.id] = warning
            if known is None:
                self._parent[warning.id] = warning.id
                self._members[warning.id] = [warning.id]
            old = links_of(known) if known is not None else frozenset()
            for link in sorted(links_of(warning) - old):
                self._tie(link, warning)

    def of(self, warning_id: str) -> Case:
        """The case a warning belongs to. Raises KeyError for an unknown one."""
        return self._case(self._root(warning_id))

    def all(self) -> Iterator[Case]:
        """Every case, those with a single warning too."""
        return (self._case(root) for root in self._members)

    def _tie(self, link: Link, warning: RiskWarning) -> None:
        moments = self._at.setdefault(link, [])
        moment = (warning.raised_at, warning.id)
        place = bisect.bisect(moments, moment)
        moments.insert(place, moment)
        for neighbour in (place - 1, place + 1):
            if 0 <= neighbour < len(moments) and abs(moments[neighbour][0] - moment[0]) <= _REACH_MS[link[0]]:
                self._join(warning.id, moments[neighbour][1])

    def _join(self, one: str, other: str) -> None:
        a, b = self._root(one), self._root(other)
        if a == b:
            return
        if len(self._members[a]) < len(self._members[b]):
            a, b = b, a
        self._parent[b] = a
        self._members[a] += self._members.pop(b)

    def _root(self, warning_id: str) -> str:
        while self._parent[warning_id] != warning_id:
            self._parent[warning_id] = self._parent[self._parent[warning_id]]
            warning_id = self._parent[warning_id]
        return warning_id

    def _case(self, root: str) -> Case:
        members = sorted((self._warning[i] for i in self._members[root]), key=lambda w: (w.noticed_at, w.id))
        return Case(members[0].id, tuple(members), frozenset(link for w in members for link in links_of(w)))
