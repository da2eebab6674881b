"""HTTP with one server on this machine: short, with a deadline, every failure a plain sentence."""

import http.client
import json
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlplatform.providers.serving.interface import ServingError
from mlplatform.providers.serving.ports import HOST

MAX_ANSWER = 64 * 1024 * 1024
_PIECE = 256 * 1024


class NoAnswer(ServingError):
    """The server did not answer in time, or what it answered cannot be read."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Status, headers (names in lower case) and body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class ServerClient:
    """A server as people know it (`Triton of production`) and its port."""

    name: str
    port: int

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        seconds: float = 10.0,
    ) -> HttpAnswer:
        """One request on a connection of its own; raises NoAnswer once `seconds` are over."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=seconds)
        deadline = time.monotonic() + seconds
        try:
            connection.request(method, path, body, dict(headers or {}))
            sock = connection.sock
            response = connection.getresponse()
            headers_read = {name.lower(): value for name, value in response.getheaders()}
            return HttpAnswer(response.status, headers_read, _body(response, sock, deadline))
        except TimeoutError:
            raise NoAnswer(f"{self} gave no answer within {seconds:g} s: see its log") from None
        except OSError as error:
            reason = error.strerror or str(error) or type(error).__name__
            raise NoAnswer(f"{self} does not answer ({reason.lower()}): run `platform up`") from None
        except (http.client.HTTPException, ValueError) as error:
            raise NoAnswer(f"{self} does not answer in HTTP ({type(error).__name__}): see its log") from None
        finally:
            connection.close()

    def ask_json(self, method: str, path: str, body: object = None, seconds: float = 10.0) -> Any:
        """The JSON of an answer with status 200; raises ServingError with the server's own words for others."""
        sent = None if body is None else json.dumps(body).encode()
        answer = self.ask(method, path, sent, seconds=seconds)
        if answer.status != 200:
            raise ServingError(f"{self} refused: {error_of(answer)}")
        try:
            return json.loads(answer.body) if answer.body else None
        except ValueError:
            raise NoAnswer(f"{self} answered something else than JSON to {method} {path}") from None

    def __str__(self) -> str:
        return f"{self.name} at {HOST}:{self.port}"


def error_of(answer: HttpAnswer) -> str:
    """The message of an error answer, shortened to a line."""
    try:
        message = json.loads(answer.body)["error"]
    except (ValueError, KeyError, TypeError):
        message = answer.body.decode(errors="replace")
    text = " ".join(str(message).split()) or f"status {answer.status} without a word"
    return text if len(text) <= 300 else text[:297] + "..."


def _body(response: http.client.HTTPResponse, sock: socket.socket, deadline: float) -> bytes:
    pieces = bytearray()
    while not response.isclosed() and response.length != 0:
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        sock.settimeout(remaining)
        if not (piece := response.read1(_PIECE)):
            break
        pieces += piece
        if len(pieces) > MAX_ANSWER:
            raise ValueError("too much")
    return bytes(pieces)
