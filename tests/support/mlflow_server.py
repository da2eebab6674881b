"""A real `mlflow server` on this machine, which serves artifacts, and what lies behind it."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.mirror import mirror
from tests.support.waiting import DEADLINE_SECONDS, wait_until

LOG = "server.log"
QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
}


@dataclass(frozen=True, slots=True)
class Running:
    """A server: its port, and the folder with its database (where that is SQLite), artifacts and log."""

    port: int
    folder: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def copy_of_nothing(self) -> Path:
        """What was in the folder before anybody used the server."""
        return self.folder.with_name(f"{self.folder.name}-empty")


@contextmanager
def mlflow_server(
    folder: Path, database: str = "", environment: Mapping[str, str] | None = None
) -> Iterator[Running]:
    """A running server with SQLite in `folder`, or with another database by its SQLAlchemy address."""
    folder.mkdir(parents=True, exist_ok=True)
    running = Running(free_port(), folder)
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(running.port)]
    command += ["--backend-store-uri", database or f"sqlite:///{folder / 'mlflow.db'}", "--workers", "1"]
    command += ["--artifacts-destination", str(folder / "artifacts"), "--serve-artifacts"]
    with (folder / LOG).open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **QUIET, **(environment or {})},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            _wait(running, process)
            yield running
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(running: Running, process: "subprocess.Popen[bytes]") -> None:
    wait_until(lambda: _answers(running.port) or process.poll() is not None, "an MLflow server")
    assert process.poll() is None, f"no MLflow server: {(running.folder / LOG).read_text()[-2000:]}"


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE_SECONDS)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def free_port() -> int:
    """A port that nobody listens on now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def mlflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The server that the tests of a session share; each uses a prefix of its own.

    With TEST_MLFLOW_DATABASE in the environment its database is at that address, and not in SQLite.
    """
    database = os.environ.get("TEST_MLFLOW_DATABASE", "")
    with mlflow_server(tmp_path_factory.mktemp("mlflow"), database) as running:
        running.copy_of_nothing.mkdir()
        mirror(running.folder, running.copy_of_nothing, _is_log)
        yield running


@pytest.fixture(scope="module")
def empty_mlflow(mlflow: Running) -> Running:
    """The same server, with nothing in it that another module left."""
    mirror(mlflow.copy_of_nothing, mlflow.folder, _is_log)
    return mlflow


def _is_log(path: Path) -> bool:
    return path.name == LOG
