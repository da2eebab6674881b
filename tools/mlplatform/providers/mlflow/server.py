"""An MLflow server: its REST calls and its artifact proxy, every failure one sentence without a secret in it."""

import http.client
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import quote, urlencode

from mlplatform.core.errors import Refusal
from mlplatform.providers.mlflow.credentials import HINT, authorization
from mlplatform.providers.mlflow.http import Request, Use, exchange

API = "/api/2.0/mlflow/"
ARTIFACTS = "/api/2.0/mlflow-artifacts/artifacts"
SECONDS = 30.0
SLOWEST_BYTES_A_SECOND = 1 << 20
_LARGEST_ANSWER = 1 << 30
_JSON = {"Content-Type": "application/json"}


class ServerError(Refusal):
    """An MLflow server that did not do it; `error_code` is MLflow's own, where it gave one."""

    def __init__(self, message: str, *, fix: str = "", error_code: str = "") -> None:
        super().__init__(message, fix=fix)
        self.error_code = error_code


@dataclass(frozen=True, slots=True)
class MlflowServer:
    """A server by its address, which never holds credentials: those come from the environment."""

    url: str

    def get(self, call: str, asked: Mapping[str, Any]) -> Any:
        """What a call answers to a question; `None` values are not said."""
        said = [(key, value) for key, value in asked.items() if value is not None]
        return self._json("GET", f"{API}{call}?{urlencode(said, doseq=True)}")

    def post(self, call: str, said: Mapping[str, Any], *, method: str = "POST", once: bool = False) -> Any:
        """What a call answers that changes something; `once`: it must not be heard twice."""
        return self._json(method, API + call, json.dumps(said).encode(), once=once)

    def files(self, folder: str) -> Any:
        """What the artifact proxy answers when asked for the files and folders in a folder."""
        return self._json("GET", f"{ARTIFACTS}?{urlencode({'path': folder})}")

    def download(self, path: str, size: int, use: Use) -> None:
        """Hand an artifact's bytes on, piece by piece."""
        target = f"{ARTIFACTS}/{quote(path)}"
        self._ask(Request("GET", target, {}), seconds() + size / SLOWEST_BYTES_A_SECOND, use)

    def upload(self, path: str, file: IO[bytes], size: int) -> None:
        """Have the bytes of an open file as an artifact."""
        headers = {"Content-Type": "application/octet-stream"}
        request = Request("PUT", f"{ARTIFACTS}/{quote(path)}", headers, file, size)
        self._ask(request, seconds() + size / SLOWEST_BYTES_A_SECOND, lambda _piece: None)

    def remove(self, path: str) -> None:
        """Take away an artifact, or a folder of them."""
        self._json("DELETE", f"{ARTIFACTS}/{quote(path)}")

    def _json(self, method: str, target: str, body: bytes | None = None, *, once: bool = False) -> Any:
        answer = bytearray()
        request = Request(method, target, _JSON if body else {}, body, len(body or b""), not once)
        self._ask(request, seconds(), _into(answer))
        try:
            return json.loads(answer)
        except ValueError:
            raise self._garbled() from None

    def _ask(self, request: Request, allowed: float, use: Use) -> None:
        refusal = bytearray()
        said = Request(
            request.method,
            self._base() + request.target,
            {**request.headers, **authorization(self.url)},
            request.body,
            request.length,
            request.is_repeatable,
        )
        with self._in_a_sentence(allowed):
            status = exchange(
                self.url, said, allowed, lambda status: use if status == 200 else _into(refusal)
            )
        if status != 200:
            raise self._refused(status, bytes(refusal))

    def _base(self) -> str:
        _, _, rest = self.url.partition("://")
        return "/" + rest.partition("/")[2].rstrip("/") if "/" in rest.rstrip("/") else ""

    @contextmanager
    def _in_a_sentence(self, allowed: float) -> Iterator[None]:
        see = "see that the server runs and can be reached from here, and run the command again"
        try:
            yield
        except TimeoutError:
            raise ServerError(f"MLflow at {self.url} gave no answer within {allowed:g} s", fix=see) from None
        except (http.client.HTTPException, ValueError, ConnectionAbortedError) as error:
            if isinstance(error, http.client.RemoteDisconnected | http.client.IncompleteRead):
                raise ServerError(
                    f"MLflow at {self.url} ended the connection in its answer", fix=see
                ) from None
            raise self._garbled() from None
        except OSError as error:
            reason = (error.strerror or str(error) or type(error).__name__).lower()
            raise ServerError(f"MLflow at {self.url} does not answer ({reason})", fix=see) from None

    def _garbled(self) -> ServerError:
        return ServerError(
            f"MLflow at {self.url} answered something that no MLflow server says",
            fix="see whether registry.uri is its address, and what is in between",
        )

    def _refused(self, status: int, body: bytes) -> ServerError:
        code, words = _words(body)
        if status in (401, 403):
            return ServerError(
                f"MLflow at {self.url} does not let us in ({status})", fix=HINT, error_code=code
            )
        said = f"answered {status}{f': {words}' if words else ''}"
        return ServerError(f"MLflow at {self.url} {said}", fix="see the server's log", error_code=code)


def seconds() -> float:
    """How long a call may take: SECONDS, or what MLflow's own environment variable says."""
    said = os.environ.get("MLFLOW_HTTP_REQUEST_TIMEOUT", "")
    return float(said) if said.isdecimal() and int(said) > 0 else SECONDS


def _into(answer: bytearray) -> Use:
    def keep(piece: bytes) -> None:
        answer.extend(piece)
        if len(answer) > _LARGEST_ANSWER:
            raise ValueError("too much")

    return keep


def _words(body: bytes) -> tuple[str, str]:
    """The error code and the message of an error answer, on one line; nothing where it is not MLflow's."""
    try:
        said = json.loads(body)
        code, message = str(said["error_code"]), str(said["message"])
    except (ValueError, KeyError, TypeError):
        return "", ""
    text = "".join(c if c.isprintable() else " " for c in " ".join(message.split()))
    return code, text if len(text) <= 300 else text[:297] + "..."
