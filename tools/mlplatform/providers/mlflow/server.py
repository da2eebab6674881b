"""An MLflow server: its REST calls and its artifact proxy, every failure one sentence without a secret in it."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import IO, Any
from urllib.parse import quote, urlencode

from mlplatform.core.errors import Refusal
from mlplatform.providers.http import Endpoint, HttpFailure, HttpRequest, NotHttp, Use, collect, exchange
from mlplatform.providers.mlflow.credentials import HINT, authorization

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
        """Return the answer to a reading call; parameters that are `None` are left out."""
        parameters = [(key, value) for key, value in asked.items() if value is not None]
        return self._json("GET", f"{API}{call}?{urlencode(parameters, doseq=True)}")

    def post(
        self, call: str, parameters: Mapping[str, Any], *, method: str = "POST", once: bool = False
    ) -> Any:
        """Return the answer to a call that changes something; `once`: it is never sent twice."""
        return self._json(method, API + call, json.dumps(parameters).encode(), once=once)

    def files(self, folder: str) -> Any:
        """Return the artifact proxy's list of the files and folders in a folder."""
        return self._json("GET", f"{ARTIFACTS}?{urlencode({'path': folder})}")

    def download(self, path: str, size: int, use: Use) -> None:
        """Hand an artifact's bytes on, piece by piece."""
        target = f"{ARTIFACTS}/{quote(path)}"
        self._ask(HttpRequest("GET", target, {}), seconds() + size / SLOWEST_BYTES_A_SECOND, use)

    def upload(self, path: str, file: IO[bytes], size: int) -> None:
        """Store the bytes of an open file as an artifact."""
        headers = {"Content-Type": "application/octet-stream"}
        request = HttpRequest("PUT", f"{ARTIFACTS}/{quote(path)}", headers, file, size)
        self._ask(request, seconds() + size / SLOWEST_BYTES_A_SECOND, lambda _piece: None)

    def remove(self, path: str) -> None:
        """Remove an artifact, or a folder of them."""
        self._json("DELETE", f"{ARTIFACTS}/{quote(path)}")

    def _json(self, method: str, target: str, body: bytes | None = None, *, once: bool = False) -> Any:
        answer = bytearray()
        request = HttpRequest(method, target, _JSON if body else {}, body, len(body or b""), not once)
        self._ask(request, seconds(), collect(answer, _LARGEST_ANSWER))
        try:
            return json.loads(answer)
        except ValueError:
            raise self._garbled() from None

    def _ask(self, request: HttpRequest, allowed: float, use: Use) -> None:
        body = bytearray()
        headers = {**request.headers, **authorization(self.url)}
        request = replace(request, target=self._base() + request.target, headers=headers)
        try:
            answer = exchange(
                Endpoint(self.url, os.environ.get("MLFLOW_TRACKING_SERVER_CERT_PATH")),
                request,
                allowed,
                lambda status: use if status == 200 else collect(body, _LARGEST_ANSWER),
            )
        except NotHttp:
            raise self._garbled() from None
        except HttpFailure as failure:
            raise ServerError(
                f"MLflow at {self.url} {failure}",
                fix="see that the server runs and can be reached from here, and run the command again",
            ) from None
        if answer.status != 200:
            raise self._refused(answer.status, bytes(body))

    def _base(self) -> str:
        _, _, rest = self.url.partition("://")
        return "/" + rest.partition("/")[2].rstrip("/") if "/" in rest.rstrip("/") else ""

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
        reply = f"answered {status}{f': {words}' if words else ''}"
        return ServerError(f"MLflow at {self.url} {reply}", fix="see the server's log", error_code=code)


def seconds() -> float:
    """How long a call may take: SECONDS, or what MLflow's own environment variable says."""
    setting = os.environ.get("MLFLOW_HTTP_REQUEST_TIMEOUT", "")
    return float(setting) if setting.isdecimal() and int(setting) > 0 else SECONDS


def _words(body: bytes) -> tuple[str, str]:
    """The error code and the message of an error answer, on one line; nothing where it is not MLflow's."""
    try:
        answer = json.loads(body)
        code, message = str(answer["error_code"]), str(answer["message"])
    except (ValueError, KeyError, TypeError):
        return "", ""
    text = "".join(c if c.isprintable() else " " for c in " ".join(message.split()))
    return code, text if len(text) <= 300 else text[:297] + "..."
