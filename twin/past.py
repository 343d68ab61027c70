"""The past: what was said before a twin began to listen, asked of whoever keeps it when somebody wants to know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from numpy.typing import NDArray

from twin.batch import Batch
from twin.records import Kind


class Past(Protocol):
    """Keeps records. A twin that was restored asks it instead of holding every paper of the last months itself."""

    def records(self, kind: Kind, subjects: Sequence[str], observed_at: Sequence[int]) -> Sequence[Batch]:
        """The records that say something of each subject at its device time (ms UTC), in any order."""
        ...

    def about(self, container: str, until: int) -> Sequence[Batch]:
        """What `twin.filing` files under a container, received up to `until` (ms UTC), in order of receipt."""
        ...

    def recent(self, kind: Kind, until: int, limit: int) -> Sequence[Batch]:
        """The last `limit` records received up to `until` (ms UTC), the newest last."""
        ...

    def fixes(self, entity: str, begin: int, end: int, until: int) -> Mapping[str, NDArray[Any]] | None:
        """The columns `observed_at`, `lon`, `lat` and `speed_mps` of the positions of an entity from `begin` to before
        `end` of device time, of what was received up to `until` (ms UTC) and not long before. None: nothing.
        """
        ...


class NoPast:
    """Nothing was said before."""

    def records(  # as the protocol wants it
        self, kind: Kind, subjects: Sequence[str], observed_at: Sequence[int],  # noqa: ARG002
    ) -> Sequence[Batch]:
        """None."""
        return ()

    def about(self, container: str, until: int) -> Sequence[Batch]:  # noqa: ARG002
        """None."""
        return ()

    def recent(self, kind: Kind, until: int, limit: int) -> Sequence[Batch]:  # noqa: ARG002
        """None."""
        return ()

    def fixes(
        self, entity: str, begin: int, end: int, until: int,  # noqa: ARG002
    ) -> Mapping[str, NDArray[Any]] | None:
        """None."""
        return None
