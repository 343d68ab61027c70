"""What is known of a feed: is it up, since when, what went wrong last, how much came and how much was refused.

Frozen values, made by the feeds and read by the twin, the rules and the screens. They carry codes and values, no screen
texts: panels translate `FeedState` and `FeedErrorCode`, and put `FeedError.values` into the sentence. All instants are
milliseconds since 1970-01-01T00:00:00Z on the session's clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class FeedState(StrEnum):
    """CONNECTING: nothing heard yet. UP: the last exchange went well and nothing waits. LATE: the source answers, but
    behind its time, slowly, or an exchange just failed and is being retried. DOWN: nothing gets through."""

    CONNECTING = "connecting"
    UP = "up"
    LATE = "late"
    DOWN = "down"


class FeedErrorCode(StrEnum):
    """What went wrong, and in brackets the names in `FeedError.values` that a sentence may use."""

    REFUSED = "refused"  # nobody listens at the address (host)
    HOST_UNKNOWN = "host_unknown"  # the name has no address (host)
    TIMED_OUT = "timed_out"  # no answer, or not the whole of it, in time (timeout_s)
    SLOW = "slow"  # an answer is overdue and still awaited (waited_s)
    CUT_OFF = "cut_off"  # the connection ended inside an answer ()
    TLS = "tls"  # the certificate or the handshake is wrong (detail)
    UNAUTHORISED = "unauthorised"  # the token is missing or wrong (status)
    FORBIDDEN = "forbidden"  # the token may not do this (status)
    SERVER_ERROR = "server_error"  # the source reports a fault of its own (status, detail)
    UNEXPECTED_STATUS = "unexpected_status"  # an answer nobody asked for (status, detail)
    REDIRECTED = "redirected"  # the source points elsewhere; not followed (location)
    WRONG_CONTENT = "wrong_content"  # not JSON, often a proxy's page (content_type)
    TOO_LARGE = "too_large"  # an answer beyond the limit (limit_bytes)
    GARBAGE = "garbage"  # not readable as what was agreed (detail)
    OVERRUN = "overrun"  # the source drops records faster than they can be read, or was restarted meanwhile ()
    BEHIND = "behind"  # the source answers, but we are behind it (behind_s)
    NO_DATA = "no_data"  # a file or stream that ended or says nothing (detail)
    HISTORY = "history"  # the history does not take what is to be recorded (detail)
    INTERNAL = "internal"  # a fault of this program (detail)


Value = str | int | float


@dataclass(frozen=True, slots=True)
class FeedError:
    """An error as the operator should hear of it. `text` is a plain English sentence for logs and reports."""

    code: FeedErrorCode
    at: int
    text: str
    values: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of the source's time of which records may be missing for good: it no longer kept them when asked."""

    from_at: int  # last instant the feed had heard everything up to
    to_at: int  # observation time of the oldest record the source still had
    kinds: tuple[str, ...] = ()  # record kinds concerned; empty: all


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """One feed at one instant."""

    name: str
    state: FeedState
    since: int  # when the present state began; after a failure: when the trouble began
    last_success_at: int | None = None
    last_error: FeedError | None = None  # stays after recovery, with its time
    records: int = 0  # taken into the inbox since the start
    rate_per_s: float = 0.0  # of those, in a wall second, over the last ten
    lag_s: float | None = None  # seconds of the source from its newest record to its clock; None before any
    rejected: int = 0  # rows in quarantine
    gaps: int = 0  # stretches lost, the latest of them in `recent_gaps`
    recent_gaps: tuple[Gap, ...] = ()
    repeated: int = 0  # rows dropped because they had come before
    flagged: int = 0  # rows kept although a container number in them fails its check digit
    ignored: int = 0  # rows of kinds this program does not know
    run: str | None = None  # the source's run
    filling: bool = False  # the source is still saying what there is: what is missing may just not have been said yet
