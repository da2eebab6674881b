"""A small GitHub: a real HTTP server on loopback, whose requests and answers are held to GitHub's own description."""

import json
import re
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, RLock, Thread
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from tests.support.github_answers import Answers
from tests.support.github_description import Description, description
from tests.support.github_result import Problem, Result
from tests.support.github_state import GitHubState

SLOW = "slow"  # silent for as long as the test takes
BAD_GATEWAY = "502"
SECONDARY = "secondary limit"
PRIMARY = "primary limit"
HALF = "half a page"
GARBAGE = "garbage"
WRONG_SHAPE = "wrong shape"
DRIP = "drip"  # a byte now and then, without an end
DRIP_ERROR = "drip an error"
PLAIN_SECONDARY = "secondary limit without a time"
ECHO = "refuses, and says the credentials"
LOST = "lost"  # done, and the connection closed without an answer
MOVED = "moved"


@dataclass
class Fault:
    """What goes wrong with the requests (`METHOD path`) that a pattern fits, so many times (-1: always)."""

    kind: str
    pattern: str
    times: int = 1


@dataclass
class GitHubServer:
    """A running stand-in: its state, what goes wrong, and what was asked."""

    state: GitHubState
    description: Description
    url: str = ""
    faults: list[Fault] = field(default_factory=list)
    meanwhile: dict[str, Callable[[], object]] = field(
        default_factory=dict
    )  # done once, after a request that fits
    requests: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    public_key: bytes = b""
    page_size: int = 100
    retry_after: int = 0
    ended: Event = field(default_factory=Event)
    lock: RLock = field(default_factory=RLock)

    def fail(self, kind: str, pattern: str, times: int = 1) -> None:
        """Have something go wrong."""
        self.faults.append(Fault(kind, pattern, times))

    def asked(self, pattern: str) -> int:
        """Return how many requests a pattern fits."""
        return sum(re.search(pattern, request) is not None for request in self.requests)

    def fault_for(self, request: str) -> str | None:
        """Return what goes wrong with a request."""
        for fault in self.faults:
            if fault.times and re.search(fault.pattern, request):
                fault.times -= 1
                return fault.kind
        return None


@contextmanager
def running_github(bare: Path) -> Iterator[GitHubServer]:
    """A running stand-in of a bare repository; every request and answer was as GitHub describes them."""
    github = GitHubServer(GitHubState(bare), description())
    handler = type("Handler", (_Handler,), {"github": github})
    with _Server(("127.0.0.1", 0), handler) as server:
        github.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield github
        finally:
            github.ended.set()
            server.shutdown()
            thread.join()
    assert github.violations == []


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is none of ours."""


class _Handler(BaseHTTPRequestHandler):
    github: GitHubServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or each answer waits 40 ms between its head and its body

    def do_GET(self) -> None:
        self._handle()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _handle(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        raw = self.rfile.read(length)
        parts = urlsplit(self.path)
        request = f"{self.command} {unquote(self.path)}"
        self.github.requests.append(request)
        fault = self.github.fault_for(request)
        if fault == SLOW:
            self.github.ended.wait()
            return
        if fault == BAD_GATEWAY:
            self._send(502, {}, b"<html>Bad Gateway</html>")
        elif fault == SECONDARY:
            self._limited({"retry-after": str(self.github.retry_after)}, "secondary rate limit")
        elif fault == PRIMARY:
            reset = str(int(time.time()) + self.github.retry_after)
            self._limited({"x-ratelimit-remaining": "0", "x-ratelimit-reset": reset}, "rate limit exceeded")
        elif fault in (DRIP, DRIP_ERROR):
            self._drip(500 if fault == DRIP_ERROR else 200)
        elif fault == PLAIN_SECONDARY:
            self._limited({}, "You have exceeded a secondary rate limit")
        elif fault == ECHO:
            said = {"message": f"No: {self.headers.get('Authorization')}\n::set-output name=x::y"}
            self._send(400, {}, json.dumps(said).encode())
        elif fault == MOVED:
            self._send(301, {"Location": f"{self.github.url}/repositories/1"}, b'{"message": "Moved"}')
        else:
            with self.github.lock:
                result = self._result(parts.path, dict(parse_qsl(parts.query)), raw)
                for pattern in [each for each in self.github.meanwhile if re.search(each, request)]:
                    self.github.meanwhile.pop(pattern)()
            self._reply(result, fault)

    def _result(self, path: str, query: Mapping[str, str], raw: bytes) -> Result:
        github = self.github
        caller = self._caller()
        if caller is None:
            return Result(401, {"message": "Bad credentials"})
        operation = github.description.operation(self.command, path)
        if operation is None:
            github.violations.append(f"GitHub has no {self.command} {path}")
            return Result(404, {"message": "Not Found"})
        body = json.loads(raw) if raw else None
        wrong = github.description.request_errors(operation, query, body)
        github.violations += [f"{self.command} {path}: {error}" for error in wrong]
        try:
            result = Answers(github.state, caller).answer(self.command, path, query, body or {})
        except Problem as problem:
            result = Result(problem.status, {"message": problem.message})
        if result.status >= 400:
            return result
        result = self._page(result, path, query)
        schema = github.description.response_schema(operation, result.status)
        if not github.description.has_status(operation, result.status):
            github.violations.append(f"{self.command} {path}: no answer has the status {result.status}")
        if schema is not None:
            result.body = github.description.filled(schema, result.body)
            errors = github.description.schema_errors(schema, result.body)
            github.violations += [f"answer to {self.command} {path}: {error}" for error in errors]
        return result

    def _page(self, result: Result, path: str, query: Mapping[str, str]) -> Result:
        """Cut a list to a page, with a link to the next one."""
        items = result.body if result.list_key is None else result.body[result.list_key]
        if not isinstance(items, list):
            return result
        size = min(int(query.get("per_page", 30)), self.github.page_size)
        parameter = "after" if path.endswith("/activity") else "page"  # a list that is read by cursors
        number = int(query.get(parameter, 1))
        page = items[(number - 1) * size : number * size]
        result.body = page if result.list_key is None else {**result.body, result.list_key: page}
        if number * size < len(items):
            following = urlencode({**query, parameter: number + 1})
            result.headers["Link"] = f'<{self.github.url}{path}?{following}>; rel="next"'
        return result

    def _caller(self) -> str | None:
        scheme, _, secret = self.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and secret.count(".") == 2:
            import jwt

            claims = jwt.decode(secret, self.github.public_key, algorithms=["RS256"])
            return f"app {claims['iss']}"
        return self.github.state.tokens.get(secret)

    def _reply(self, result: Result, fault: str | None) -> None:
        if fault == LOST:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        body = b"" if result.body is None else json.dumps(result.body).encode()
        if fault == GARBAGE:
            body = b"\xff\x00 not JSON"
        elif fault == WRONG_SHAPE:
            body = b'[{"login": 3}]'
        elif fault == HALF:
            self._send(result.status, result.headers, body, missing=len(body) // 2)
            return
        self._send(result.status, result.headers, body)

    def _drip(self, status: int) -> None:
        self.close_connection = True
        self.send_response(status)
        self.end_headers()
        while not self.github.ended.wait(0.05):
            self.wfile.write(b" ")

    def _limited(self, headers: Mapping[str, str], message: str) -> None:
        self._send(403, headers, json.dumps({"message": message}).encode())

    def _send(self, status: int, headers: Mapping[str, str], body: bytes, missing: int = 0) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) - missing])
        if missing:
            self.close_connection = True
