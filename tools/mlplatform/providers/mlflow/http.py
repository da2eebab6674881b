"""One HTTP request and its answer, within a deadline, on a connection that is kept for the next one.

A connection is taken again only while it is fresh: a server closes those that nobody uses. Nothing is repeated but a
request that may be, and only when a kept connection turns out to be closed. Redirections are never followed.
"""

import atexit
import http.client
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO
from urllib.parse import urlsplit

CONNECT_SECONDS = 5.0
PIECE = 1 << 20
_FRESH_SECONDS = 2.0
_CLOSED = (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError)

Use = Callable[[bytes], object]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked; `body` is bytes or an open file of `length` bytes. `is_repeatable`: twice is the same as once."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes | IO[bytes] | None = None
    length: int = 0
    is_repeatable: bool = True


@dataclass(slots=True)
class _Kept(threading.local):
    connections: dict[str, tuple[http.client.HTTPConnection, float]] = field(default_factory=dict)


_kept = _Kept()


@atexit.register
def _close() -> None:
    for connection, _ in _kept.connections.values():
        connection.close()


def exchange(url: str, request: Request, seconds: float, use: Callable[[int], Use]) -> int:
    """The answer's status; its body goes piece by piece to what `use` gives for that status.

    TimeoutError once `seconds` are over; OSError, HTTPException or ValueError when there is no whole answer.
    """
    deadline = time.monotonic() + seconds
    kept = _take(url) if request.is_repeatable else None
    if kept is not None:
        try:
            return _exchange(url, kept, request, deadline, use)
        except _Unanswered:
            pass  # closed meanwhile: nobody has heard the request, or hearing it twice does no harm
    return _exchange(url, _connect(url, deadline), request, deadline, use)


class _Unanswered(ConnectionError):
    """The connection was closed before a first byte of the answer."""


def _exchange(
    url: str,
    connection: http.client.HTTPConnection,
    request: Request,
    deadline: float,
    use: Callable[[int], Use],
) -> int:
    sock = connection.sock  # the connection lets go of it where the answer ends with it
    try:
        try:
            response = _send(connection, request, deadline)
        except _CLOSED as closed:
            raise _Unanswered(*(closed.args or ("the connection was closed",))) from closed
        heard = use(response.status)
        for piece in _pieces(sock, response, deadline):
            heard(piece)
    except BaseException:
        connection.close()
        raise
    if response.will_close:
        connection.close()
    else:
        _kept.connections[url] = connection, time.monotonic()
    return response.status


def _send(
    connection: http.client.HTTPConnection, request: Request, deadline: float
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


def _take(url: str) -> http.client.HTTPConnection | None:
    connection, used = _kept.connections.pop(url, (None, 0.0))
    if connection is not None and time.monotonic() - used > _FRESH_SECONDS:
        connection.close()
        return None
    return connection


def _connect(url: str, deadline: float) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    seconds = min(CONNECT_SECONDS, _left(deadline))
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        trusted = ssl.create_default_context(cafile=os.environ.get("MLFLOW_TRACKING_SERVER_CERT_PATH"))
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
