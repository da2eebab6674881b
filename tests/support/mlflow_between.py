"""A proxy before a real MLflow server: it counts what goes through, and breaks what it is told to break."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.waiting import DEADLINE_SECONDS

SKIPPED = ("connection", "server", "date", "transfer-encoding", "content-length")
Asked = Callable[[str, str], bool]  # by method and path


def anything(method: str, path: str) -> bool:
    return True


def a_write(method: str, path: str) -> bool:
    """Whether a call changes something: MLflow searches runs by POST."""
    return method != "GET" and not path.endswith("/runs/search")


class Between:
    """The proxy; `fault` breaks the calls that `breaks` says, and `calls` holds what was asked, in order."""

    def __init__(self, port: int) -> None:
        self.behind = port
        self.calls: list[tuple[str, str]] = []
        self.authorizations: set[str] = set()
        self.fault: Callable[[Call, bytes], None] = Call.hand_on
        self.breaks: Asked = anything
        self.is_over = threading.Event()
        self.late = Late()
        self._server: _Server | None = None
        self._place = _reserved()
        self.port = int(self._place.getsockname()[1])
        self.up()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def writes(self) -> list[tuple[str, str]]:
        return [call for call in self.calls if a_write(*call)]

    def up(self) -> None:
        """Listen, on the same port as ever."""
        self._server = _Server(self)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def down(self) -> None:
        """Listen no longer, and end every connection."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server.end_connections()
            self._server = None

    @contextmanager
    def broken(self, fault: str, breaks: Asked = anything) -> Iterator[None]:
        """Break calls while the body runs, by one of FAULTS."""
        self.fault, self.breaks = FAULTS[fault], breaks
        try:
            if fault == "down" and breaks is anything:
                self.down()
            yield
        finally:
            if self._server is None:
                self.up()
            self.fault = Call.hand_on
            self.late.let_through()

    def close(self) -> None:
        self.is_over.set()
        self.down()
        self._place.close()


def _reserved() -> socket.socket:
    """A port of our own, on which nobody listens yet: while we do not either, no other program can get it."""
    place = socket.socket()
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    place.bind(("127.0.0.1", 0))
    return place


class Late:
    """Calls that the server hears of once the fault is over, one by one as they came."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._came = self._heard = 0
        self._is_held = True

    def wait_for_turn(self) -> None:
        with self._changed:
            mine, self._came = self._came, self._came + 1
            self._changed.wait_for(lambda: not self._is_held and self._heard == mine)

    def end_turn(self) -> None:
        with self._changed:
            self._heard += 1
            self._changed.notify_all()

    def let_through(self) -> None:
        """Return once the server has heard of all that came."""
        with self._changed:
            self._is_held = False
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._heard == self._came)
            self._is_held = True


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_port = True
    block_on_close = False

    def __init__(self, between: Between) -> None:
        self.between = between
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", between.port), Call)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that gave up waiting is what some tests are about."""

    def end_connections(self) -> None:
        for one in list(self._open):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


class Call(BaseHTTPRequestHandler):
    """One call. The faults are its methods."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.behind = HTTPConnection("127.0.0.1", self.server.between.behind, timeout=DEADLINE_SECONDS)

    def finish(self) -> None:
        self.behind.close()
        super().finish()

    def log_message(self, *_: Any) -> None:
        pass

    def _any(self) -> None:
        between = self.server.between
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = self.path.partition("?")[0]
        between.calls.append((self.command, path))
        if said := self.headers.get("Authorization"):
            between.authorizations.add(said)
        (between.fault if between.breaks(self.command, path) else Call.hand_on)(self, body)

    do_GET = do_PUT = do_POST = do_DELETE = do_PATCH = _any

    def hand_on(self, body: bytes) -> None:
        self.say(*self._of_server(body))

    def error(self, body: bytes) -> None:
        self.say(500, b'{"error_code": "INTERNAL_ERROR", "message": "the database is gone"}')

    def garbage(self, body: bytes) -> None:
        self.say(200, b"<html><body>Please log in</body></html>")

    def unauthorized(self, body: bytes) -> None:
        self.say(401, b"You are not authenticated. Please see the documentation.")

    def trickle(self, body: bytes) -> None:
        """A byte now and then, for much longer than anybody should wait."""
        self.send_response(200)
        self.end_headers()
        for _ in range(3000):
            if self.server.between.is_over.wait(0.1):
                break
            self.wfile.write(b" ")
        self.close_connection = True

    def noise(self, body: bytes) -> None:
        self.wfile.write(b"\x16\x03\x01 this is no HTTP\n\n")
        self._end()

    def slow(self, body: bytes) -> None:
        """The server does it when the fault is over: whoever asked has gone by then."""
        late = self.server.between.late
        late.wait_for_turn()
        try:
            self._of_server(body)
        finally:
            late.end_turn()
        self._end()

    def cut(self, body: bytes) -> None:
        """The server does it, and of its answer half arrives."""
        status, answer = self._of_server(body)
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer) + 1))
        self.end_headers()
        self.wfile.write(answer[: len(answer) // 2])
        self._end()

    def lost(self, body: bytes) -> None:
        """The server never hears of it."""
        self._end()

    def say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _of_server(self, body: bytes) -> tuple[int, bytes]:
        headers = {name: value for name, value in self.headers.items() if name.lower() not in SKIPPED}
        self.behind.request(self.command, self.path, body or None, headers)
        answer = self.behind.getresponse()
        return answer.status, answer.read()

    def _end(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


FAULTS = {
    "down": Call.lost,
    "slow": Call.slow,
    "error": Call.error,
    "garbage": Call.garbage,
    "noise": Call.noise,
    "trickle": Call.trickle,
    "unauthorized": Call.unauthorized,
    "cut": Call.cut,
    "lost": Call.lost,
}


@contextmanager
def between(port: int) -> Iterator[Between]:
    """A proxy before the server at a port of this machine."""
    made = Between(port)
    try:
        yield made
    finally:
        made.close()
