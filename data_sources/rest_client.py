"""Questions to a port's API over HTTP: one session, token, verified TLS, bounded times and sizes, plain errors.

Whatever goes wrong becomes an `ExchangeError` with a code for the screens and a sentence for the log. Redirects are not
followed: the token must not travel to another host. gzip is asked for except on the loopback, where it only costs time.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec
import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from twin.feed_health import FeedErrorCode, Value

CONNECT_TIMEOUT_S = 3.0
ANSWER_TIMEOUT_S = 15.0
ANSWER_LIMIT_BYTES = 64 * 1024 * 1024
_ERROR_LIMIT_BYTES = 64 * 1024
_CHUNK_BYTES = 128 * 1024
_TEXT_CHARACTERS = 200


class AddressError(ValueError):
    """The backend's address or token cannot be used; one sentence."""


class ExchangeError(Exception):
    """A question was not answered as it should. `status` is None if there was no answer at all."""

    def __init__(self, code: FeedErrorCode, text: str, values: Mapping[str, Value] | None = None,
                 status: int | None = None, told: ApiError | None = None) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.values = dict(values or {})
        self.status = status
        self.told = told


class StoppedError(Exception):
    """The client was stopped while or before it asked."""


class ApiError(msgspec.Struct, frozen=True):
    """What the API itself says about a question it could not answer."""

    code: str
    message: str = ""
    field: str | None = None
    value: Any = None


class _ErrorBody(msgspec.Struct, frozen=True):
    error: ApiError


def checked_address(url: str) -> str:
    """The address without a closing slash. Raises AddressError naming the part that is wrong."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressError(f"backend address {url!r}: {error}") from error
    if parts.scheme not in ("http", "https"):
        raise AddressError(f"backend address {url!r}: it must begin with http:// or https://")
    if not parts.hostname or port == 0:
        raise AddressError(f"backend address {url!r}: the host or port is missing")
    if parts.username is not None or parts.password is not None:
        raise AddressError(f"backend address of {parts.hostname!r}: a user or password does not belong in the address")
    if parts.query or parts.fragment or any(c.isspace() for c in url):
        raise AddressError(f"backend address {url!r}: nothing may follow the path, and no spaces")
    return url.rstrip("/")


def is_loopback(url: str) -> bool:
    """Whether an address means this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


class RestClient:
    """One session with one backend. For one thread; `stop` may be called from any other."""

    def __init__(self, url: str, token: str, *, answer_timeout_s: float = ANSWER_TIMEOUT_S, ca_file: str | None = None,
                 elapsed_s: Callable[[], float] = time.monotonic, limit_bytes: int = ANSWER_LIMIT_BYTES) -> None:
        """`url`: base address, e.g. "https://port.example"; `ca_file`: certificates to trust instead of the system's.

        Raises AddressError if address or token cannot be used.
        """
        self.url = checked_address(url)
        if not (token.isascii() and token.isprintable()) or " " in token:
            raise AddressError("backend token: it may hold only printable ASCII characters without spaces")
        self._timeout_s = answer_timeout_s
        self._limit_bytes = limit_bytes
        self._elapsed_s = elapsed_s
        self._sockets = _Sockets()
        near = is_loopback(self.url)
        self._session = requests.Session()
        self._session.trust_env = not near  # an office proxy must not come between the desk and its own port
        self._session.auth = _Bearer(token)  # set here, a .netrc of the user's cannot replace it
        self._session.verify = ca_file or True
        self._session.headers["Accept"] = "application/json"
        self._session.headers["Accept-Encoding"] = "identity" if near else "gzip"
        adapter = _StoppableAdapter(self._sockets)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    def get(self, path: str, question: Mapping[str, str | int | float] | None = None, wait_s: float = 0.0) -> bytes:
        """The JSON that answers a question. `wait_s`: how long the backend was asked to wait before it answers.

        Raises ExchangeError, and StoppedError after `stop`.
        """
        return self._exchange("GET", path, question, None, wait_s)

    def post(self, path: str, body: bytes) -> bytes:
        """The JSON that answers a JSON body. Raises as `get`."""
        return self._exchange("POST", path, None, body, 0.0)

    def stop(self) -> None:
        """End the exchange under way at once, from any thread; later ones are refused."""
        self._sockets.stop()

    def close(self) -> None:
        """Give the connections back. Call from the thread that asks, or after it ended."""
        self._session.close()

    def _exchange(self, method: str, path: str, question: Mapping[str, str | int | float] | None, body: bytes | None,
                  wait_s: float) -> bytes:
        if self._sockets.stopped:
            raise StoppedError
        until_s = self._elapsed_s() + wait_s + self._timeout_s
        headers = {"Content-Type": "application/json"} if body is not None else None
        try:
            with self._session.request(
                method, self.url + path, params=dict(question) if question else None, data=body, headers=headers,
                timeout=(CONNECT_TIMEOUT_S, wait_s + self._timeout_s), allow_redirects=False, stream=True,
            ) as response:
                return self._read(response, until_s)
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            if self._sockets.stopped:
                raise StoppedError from None
            raise _plain(error, self.url, self._timeout_s) from error

    def _read(self, response: requests.Response, until_s: float) -> bytes:
        status = response.status_code
        if status in (301, 302, 303, 307, 308):
            target = response.headers.get("Location", "")[:_TEXT_CHARACTERS]
            raise ExchangeError(FeedErrorCode.REDIRECTED, f"the backend points to {target!r}, which is not followed",
                                {"location": target}, status)
        if status not in (200, 201):
            raise _refusal(status, _told(self._body(response, until_s, _ERROR_LIMIT_BYTES)))
        kind = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
        if kind != "application/json":
            raise ExchangeError(FeedErrorCode.WRONG_CONTENT, f"the answer is {kind or 'nothing known'}, not JSON",
                                {"content_type": kind[:_TEXT_CHARACTERS]}, status)
        return self._body(response, until_s, self._limit_bytes)

    def _body(self, response: requests.Response, until_s: float, limit_bytes: int) -> bytes:
        parts, size = [], 0
        while part := response.raw.read1(_CHUNK_BYTES, decode_content=True):
            parts.append(part)
            size += len(part)
            if size > limit_bytes:
                raise ExchangeError(FeedErrorCode.TOO_LARGE, f"the answer is larger than {limit_bytes} bytes",
                                    {"limit_bytes": limit_bytes}, response.status_code)
            if self._elapsed_s() > until_s:  # of an answer that trickles in, every single read is in time
                raise _timed_out(self._timeout_s)
        return b"".join(parts)


class _Bearer(AuthBase):
    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class _Sockets:
    """The sockets in use, so that a thread that waits in one can be woken by shutting it down."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self.stopped = False

    def add(self, opened: socket.socket) -> None:
        with self._lock:
            self._open.add(opened)
            if self.stopped:
                _shut(opened)

    def stop(self) -> None:
        with self._lock:
            self.stopped = True
            for opened in list(self._open):
                _shut(opened)


def _shut(opened: socket.socket) -> None:
    try:
        socket.socket.shutdown(opened, socket.SHUT_RDWR)  # not SSLSocket's own, which would unwrap under the reader
    except OSError:
        return  # closed already


class _StoppableAdapter(HTTPAdapter):
    """Opens connections that tell `sockets` of themselves."""

    def __init__(self, sockets: _Sockets) -> None:
        self._sockets = sockets
        super().__init__(pool_connections=2, pool_maxsize=2, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        sockets = self._sockets

        class Plain(urllib3.connection.HTTPConnection):
            def connect(self) -> None:
                super().connect()
                if self.sock is not None:
                    sockets.add(self.sock)

        class Secure(urllib3.connection.HTTPSConnection):
            def connect(self) -> None:
                super().connect()
                if self.sock is not None:
                    sockets.add(self.sock)

        class PlainPool(urllib3.HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(urllib3.HTTPSConnectionPool):
            ConnectionCls = Secure

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}


def _told(body: bytes) -> ApiError | None:
    try:
        return msgspec.json.decode(body, type=_ErrorBody).error
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None


def _refusal(status: int, told: ApiError | None) -> ExchangeError:
    detail = (told.message if told else "")[:_TEXT_CHARACTERS]
    if status == 401:
        text = "the backend does not accept the token"
        return ExchangeError(FeedErrorCode.UNAUTHORISED, text, {"status": 401}, 401, told)
    if status == 403:
        return ExchangeError(FeedErrorCode.FORBIDDEN, "the token may not read this", {"status": 403}, 403, told)
    code = FeedErrorCode.SERVER_ERROR if status >= 500 else FeedErrorCode.UNEXPECTED_STATUS
    text = f"the backend answered {status}{': ' + detail if detail else ''}"
    return ExchangeError(code, text, {"status": status, "detail": detail}, status, told)


def _timed_out(timeout_s: float) -> ExchangeError:
    text = f"no complete answer within {timeout_s:g} s"
    return ExchangeError(FeedErrorCode.TIMED_OUT, text, {"timeout_s": timeout_s})


def _plain(error: Exception, url: str, timeout_s: float) -> ExchangeError:
    """What a library's error means to people."""
    host = urlsplit(url).netloc
    chain = _causes(error)
    if isinstance(error, requests.exceptions.SSLError):
        detail = str(chain[-1])[:_TEXT_CHARACTERS]
        text = f"the identity of {host} cannot be verified: {detail}"
        return ExchangeError(FeedErrorCode.TLS, text, {"detail": detail})
    if any(isinstance(cause, urllib3.exceptions.NameResolutionError) for cause in chain):
        return ExchangeError(FeedErrorCode.HOST_UNKNOWN, f"the name {host} has no address", {"host": host})
    if any(isinstance(cause, urllib3.exceptions.NewConnectionError) for cause in chain):  # in urllib3 a time-out too
        return ExchangeError(FeedErrorCode.REFUSED, f"nobody answers at {host}", {"host": host})
    timeouts = (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)
    if any(isinstance(cause, timeouts) for cause in chain):
        return _timed_out(CONNECT_TIMEOUT_S if isinstance(error, requests.ConnectTimeout) else timeout_s)
    if isinstance(error, urllib3.exceptions.DecodeError):
        return ExchangeError(FeedErrorCode.GARBAGE, "the answer cannot be unpacked", {"detail": "gzip"})
    if isinstance(error, (requests.ConnectionError, urllib3.exceptions.ProtocolError)):
        return ExchangeError(FeedErrorCode.CUT_OFF, "the connection ended before the answer was complete")
    detail = str(error)[:_TEXT_CHARACTERS]
    return ExchangeError(FeedErrorCode.GARBAGE, f"the answer is no HTTP: {detail}", {"detail": detail})


def _causes(error: BaseException) -> list[BaseException]:
    """An error and what lies behind it: requests and urllib3 wrap by argument, `reason` and cause."""
    found: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        cause = waiting.pop(0)
        if isinstance(cause, BaseException) and cause not in found:
            found.append(cause)
            waiting += [getattr(cause, "reason", None), cause.__cause__, cause.__context__, *cause.args]
    return found
