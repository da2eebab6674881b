"""An HTTP request and its answer within one deadline, whatever goes wrong named by a type and a few plain words.

A connection is taken again only while it is fresh: a server closes those that nobody uses. Nothing is repeated but a
request that may be, and only when a kept connection turns out to be closed. Redirections are never followed.
"""

import atexit
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO
from urllib.parse import urlsplit

CONNECT_SECONDS = 5.0
PIECE = 1 << 20
_FRESH_SECONDS = 2.0
_CLOSED = (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError)
_BROKEN_OFF = (http.client.RemoteDisconnected, http.client.IncompleteRead)

Use = Callable[[bytes], object]


class HttpFailure(Exception):
    """There is no whole answer; its text is words that follow the server's name."""


class TimedOut(HttpFailure):
    """The whole answer was not there by the deadline."""


class Unreachable(HttpFailure):
    """There is no connection to the server, or it ended before an answer."""


class BrokenOff(HttpFailure):
    """The connection ended within the answer."""


class NotHttp(HttpFailure):
    """The answer is no HTTP that can be read, or larger than it may be."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server by its address; `authorities` is a file of certificates to trust instead of the system's."""

    url: str
    authorities: str | None = None


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request; `body` is bytes or an open file of `length` bytes.

    `is_repeatable`: sent twice it does the same as sent once. `keep_alive`: its connection may serve other requests.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes | IO[bytes] | None = None
    length: int = 0
    is_repeatable: bool = True
    keep_alive: bool = True


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Status, headers (names in lower case) and body."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(slots=True)
class _Kept(threading.local):
    connections: dict[Endpoint, tuple[http.client.HTTPConnection, float]] = field(default_factory=dict)


_kept = _Kept()


@atexit.register
def _close() -> None:
    for connection, _ in _kept.connections.values():
        connection.close()


def fetch(endpoint: Endpoint, request: HttpRequest, seconds: float, limit: int) -> HttpAnswer:
    """Return the answer with its body of up to `limit` bytes; HttpFailure when there is no whole answer."""
    body = bytearray()
    head = exchange(endpoint, request, seconds, lambda _status: collect(body, limit))
    return HttpAnswer(head.status, head.headers, bytes(body))


def exchange(
    endpoint: Endpoint, request: HttpRequest, seconds: float, use: Callable[[int], Use]
) -> HttpAnswer:
    """Hand the answer's body piece by piece to what `use` gives for its status; return the answer without it.

    HttpFailure when there is no whole answer within `seconds`.
    """
    deadline = time.monotonic() + seconds
    with _failures(seconds):
        may_reuse = request.is_repeatable and request.keep_alive
        if may_reuse and (kept := _take(endpoint)) is not None:
            try:
                return _exchange(endpoint, kept, request, deadline, use)
            except _Unanswered:
                pass  # closed meanwhile: the server never got the request, or getting it twice does no harm
        return _exchange(endpoint, _connect(endpoint, deadline), request, deadline, use)


def collect(body: bytearray, limit: int) -> Use:
    """Return a use for pieces that appends them to `body`; ValueError beyond `limit` bytes."""

    def append(piece: bytes) -> None:
        body.extend(piece)
        if len(body) > limit:
            raise ValueError("too much")

    return append


class _Unanswered(ConnectionError):
    """The connection was closed before a first byte of the answer."""


@contextmanager
def _failures(seconds: float) -> Iterator[None]:
    try:
        yield
    except TimeoutError:
        raise TimedOut(f"gave no answer within {seconds:g} s") from None
    except _BROKEN_OFF:
        raise BrokenOff("ended the connection in its answer") from None
    except (http.client.HTTPException, ValueError, ConnectionAbortedError) as error:
        raise NotHttp(f"does not answer in HTTP ({type(error).__name__})") from None
    except OSError as error:
        reason = (error.strerror or str(error) or type(error).__name__).lower()
        raise Unreachable(f"does not answer ({reason})") from None


def _exchange(
    endpoint: Endpoint,
    connection: http.client.HTTPConnection,
    request: HttpRequest,
    deadline: float,
    use: Callable[[int], Use],
) -> HttpAnswer:
    sock = connection.sock  # the connection lets go of it where the answer ends with it
    try:
        try:
            response = _send(connection, request, deadline)
        except _CLOSED as closed:
            raise _Unanswered(*(closed.args or ("the connection was closed",))) from closed
        take_piece = use(response.status)
        for piece in _pieces(sock, response, deadline):
            take_piece(piece)
    except BaseException:
        connection.close()
        raise
    if response.will_close or not request.keep_alive:
        connection.close()
    else:
        _kept.connections[endpoint] = connection, time.monotonic()
    return HttpAnswer(response.status, {name.lower(): value for name, value in response.getheaders()})


def _send(
    connection: http.client.HTTPConnection, request: HttpRequest, deadline: float
) -> http.client.HTTPResponse:
    connection.sock.settimeout(_left(deadline))
    headers = dict(request.headers)
    if request.body is None or isinstance(request.body, bytes):
        connection.request(request.method, request.target, request.body, headers)
    else:
        body = _read(request.body, connection, deadline)
        headers["Content-Length"] = str(request.length)
        connection.request(request.method, request.target, body, headers)
    connection.sock.settimeout(_left(deadline))
    return connection.getresponse()


def _read(file: IO[bytes], connection: http.client.HTTPConnection, deadline: float) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(PIECE):
        connection.sock.settimeout(_left(deadline))
        yield piece


def _pieces(sock: socket.socket, response: http.client.HTTPResponse, deadline: float) -> Iterator[bytes]:
    while not response.isclosed() and response.length != 0:
        sock.settimeout(_left(deadline))
        piece = response.read1(PIECE)
        if not piece:
            break
        yield piece
    if response.length:
        raise http.client.IncompleteRead(b"", response.length)
    response.read()  # nothing is left, and only so the connection may be used again


def _take(endpoint: Endpoint) -> http.client.HTTPConnection | None:
    connection, used = _kept.connections.pop(endpoint, (None, 0.0))
    if connection is not None and time.monotonic() - used > _FRESH_SECONDS:
        connection.close()
        return None
    return connection


def _connect(endpoint: Endpoint, deadline: float) -> http.client.HTTPConnection:
    parts = urlsplit(endpoint.url)
    seconds = min(CONNECT_SECONDS, _left(deadline))
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        trusted = ssl.create_default_context(cafile=endpoint.authorities)
        connection = http.client.HTTPSConnection(
            str(parts.hostname), parts.port, timeout=seconds, context=trusted
        )
    else:
        connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=seconds)
    try:
        connection.connect()
    except TimeoutError:
        raise ConnectionError(f"no connection within {seconds:.3g} s") from None
    return connection


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
