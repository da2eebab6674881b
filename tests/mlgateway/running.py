"""The gateway as its users start it: a process, its route file and its log."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.waiting import DEADLINE_SECONDS, wait_until

ROOT = Path(__file__).resolve().parents[2]
DIGEST = "sha256:" + "0123456789ab" + "0" * 52
MODEL = "clinic.tumour"
UPSTREAM_MODEL = "clinic.tumour.0123456789ab"
INFER = f"/v2/models/{MODEL}/infer"


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> str:
        return str(self.json()["error"])


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway process that listens."""

    process: subprocess.Popen[bytes]
    port: int
    routes: Path
    log: Path

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answered:
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE_SECONDS)
        try:
            connection.request(method, path, body, dict(headers or {}))
            return read_answer(connection)
        finally:
            connection.close()

    def infer(self, body: bytes = b"{}", headers: Mapping[str, str] | None = None) -> Answered:
        return self.ask("POST", INFER, body, headers)

    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = self.ask("GET", "/gateway/state").json()
        return state

    def inflight(self) -> dict[str, int]:
        inflight: dict[str, int] = self.state()["inflight"]
        return inflight

    def connect(self) -> socket.socket:
        """A bare connection, for what http.client would not send."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=DEADLINE_SECONDS)

    def exchange(self, data: bytes) -> bytes:
        """Send bytes and read until the gateway closes the connection."""
        with self.connect() as connection:
            connection.sendall(data)
            return read_all(connection)

    def stop(self) -> int:
        """SIGTERM, and the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(DEADLINE_SECONDS)


def start_gateway(folder: Path, *options: str) -> Gateway:
    """Start `python -m mlgateway` on a free port, with folder/routes.json, and wait until it listens."""
    log = folder / "gateway.log"
    with log.open("ab") as sink:
        command = [*gateway_command(), "--listen", "127.0.0.1:0", "--routes", str(folder / "routes.json")]
        process = subprocess.Popen([*command, *options], env=gateway_environment(), stdout=sink, stderr=sink)
    wait_until(lambda: "listening on" in log.read_text() or process.poll() is not None)
    if process.poll() is not None:
        raise RuntimeError(f"the gateway did not start: {log.read_text()}")
    port = int(log.read_text().split("listening on 127.0.0.1:")[1].split()[0])
    return Gateway(process, port, folder / "routes.json", log)


def gateway_command() -> list[str]:
    return [sys.executable, "-m", "mlgateway"]


def gateway_environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT / "tools")}


def route(
    version: str = "1.4.0", upstream_model: str = UPSTREAM_MODEL, digest: str = DIGEST
) -> dict[str, Any]:
    return {"version": version, "digest": digest, "upstreamModel": upstream_model, "weight": 100}


def table(
    upstream: str, generation: int = 1, models: Mapping[str, dict[str, Any]] | None = None
) -> dict[str, Any]:
    """A route file's content: the route of each model, MODEL at 1.4.0 if none are given."""
    found = {MODEL: route()} if models is None else models
    return {
        "schema": "routes/v1",
        "generation": generation,
        "upstream": upstream,
        "models": {name: {"routes": [one]} for name, one in found.items()},
    }


def write_routes(path: Path, content: object) -> None:
    """Replace the route file as the control plane does: by rename."""
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    new = path.with_name(path.name + ".new")
    new.write_bytes(data)
    new.replace(path)


def read_answer(connection: http.client.HTTPConnection) -> Answered:
    response = connection.getresponse()
    return Answered(
        response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    )


def read_all(connection: socket.socket) -> bytes:
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)
