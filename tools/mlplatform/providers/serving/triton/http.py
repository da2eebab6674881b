"""HTTP with one server on this machine: short, with a deadline, every failure a plain sentence."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlplatform.providers.http import Endpoint, HttpAnswer, HttpFailure, HttpRequest, Unreachable, fetch
from mlplatform.providers.serving.interface import ServingError
from mlplatform.providers.serving.ports import HOST

MAX_ANSWER = 64 * 1024 * 1024


class NoAnswer(ServingError):
    """The server did not answer in time, or what it answered cannot be read."""


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
        request = HttpRequest(method, path, headers or {}, body, len(body or b""), keep_alive=False)
        try:
            return fetch(Endpoint(f"http://{HOST}:{self.port}"), request, seconds, MAX_ANSWER)
        except HttpFailure as failure:
            advice = "run `platform up`" if isinstance(failure, Unreachable) else "see its log"
            raise NoAnswer(f"{self} {failure}: {advice}") from None

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
