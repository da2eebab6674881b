"""A real HTTP server in place of OPA, or between an engine and a real OPA, that answers oddly when it is told to."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.support.opa import RunningOpa
from tests.support.waiting import DEADLINE_SECONDS

Answer = Callable[["Call", bytes], None]


class Between(ThreadingHTTPServer):
    """Stands before a real OPA and hands calls on, until it is told to answer otherwise."""

    daemon_threads = True

    def __init__(self, opa: RunningOpa | None) -> None:
        super().__init__(("127.0.0.1", 0), Call)
        self.opa = opa
        self.answer: Answer = Call.hand_on
        self.is_over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Call(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Between

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.answer(self, body)

    do_GET = do_PUT = do_POST = do_DELETE = _any

    def hand_on(self, body: bytes) -> None:
        self.say(*self.of_opa(body))

    def of_opa(self, body: bytes) -> tuple[int, bytes]:
        assert self.server.opa
        with closing(
            HTTPConnection(self.server.opa.url.removeprefix("http://"), timeout=DEADLINE_SECONDS)
        ) as connection:
            connection.request(self.command, self.path, body)
            answer = connection.getresponse()
            if elsewhere := answer.getheader("Location"):
                answer.read()
                connection.request(self.command, elsewhere, body)
                answer = connection.getresponse()
            return answer.status, answer.read()

    def say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def says(status: int, body: bytes) -> Answer:
    return lambda handler, _: handler.say(status, body)


def says_json(value: object) -> Answer:
    return says(200, json.dumps(value).encode())


def hangs(handler: Call, _: bytes) -> None:
    handler.server.is_over.wait()
    handler.close_connection = True


def drips(handler: Call, _: bytes) -> None:
    """A byte now and then, so that no pause between two is long enough to be noticed."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    while not handler.server.is_over.wait(0.05):
        try:
            handler.wfile.write(b" ")
        except OSError:
            break
    handler.close_connection = True


def breaks_off(handler: Call, _: bytes) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"result"')
    handler.close_connection = True


def changed(change: Callable[[dict[str, dict[str, object]]], object]) -> Answer:
    """OPA's answer, with something changed in it."""

    def answer(handler: Call, body: bytes) -> None:
        status, text = handler.of_opa(body)
        said = json.loads(text)
        change(said["result"])
        handler.say(status, json.dumps(said).encode())

    return answer


def answers_the_first_call_forever() -> Answer:
    first: list[tuple[int, bytes]] = []

    def answer(handler: Call, _: bytes) -> None:
        handler.say(*first[0])

    def keep(handler: Call, body: bytes) -> None:
        first.append(handler.of_opa(body))
        handler.server.answer = answer
        handler.say(*first[0])

    return keep


@contextmanager
def serving(server: Between) -> Iterator[Between]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.is_over.set()
        server.shutdown()
        thread.join()
        server.server_close()
