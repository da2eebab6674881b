"""The real `opa` program: from PATH, else built once into a cache folder (`python -m tests.support.opa` says where)."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.go_program import GoProgram, NoProgram
from tests.support.waiting import DEADLINE_SECONDS, wait_until

if TYPE_CHECKING:
    import pytest

OPA = GoProgram("opa", "github.com/open-policy-agent/opa", "v1.22.0")


@cache
def real_opa() -> str:
    """The path of opa; where there is none the test is skipped with the reason (in CI a skip is a failure)."""
    import pytest

    try:
        return OPA.find()
    except NoProgram as error:
        pytest.skip(str(error))


def opa_on_path(patch: "pytest.MonkeyPatch") -> None:
    """Makes the real opa the one that a program finds, and nothing of OPA_URL."""
    patch.setenv("PATH", str(Path(real_opa()).parent), prepend=os.pathsep)
    patch.delenv("OPA_URL", raising=False)


@contextmanager
def running_opa(*arguments: str) -> Iterator["RunningOpa"]:
    """An `opa run --server` on loopback that anybody may use, ended by its pid."""
    while True:
        port = _free_port()
        command = [real_opa(), "run", "--server", f"--addr=127.0.0.1:{port}", "--skip-version-check"]
        with subprocess.Popen(
            [*command, "--log-level=error", *arguments], stderr=subprocess.DEVNULL
        ) as process:
            try:
                if _comes_up(process, port):
                    yield RunningOpa(f"http://127.0.0.1:{port}", process)
                    return
            finally:
                process.kill()


@dataclass(frozen=True, slots=True)
class RunningOpa:
    """A server and the process that it is."""

    url: str
    process: "subprocess.Popen[bytes]"


def _comes_up(process: "subprocess.Popen[bytes]", port: int) -> bool:
    """Whether it answers; False when it ended, as another process took the port."""
    wait_until(lambda: process.poll() is not None or _answers(port), "opa")
    return process.poll() is None


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=DEADLINE_SECONDS)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    try:
        print(OPA.find())
    except NoProgram as error:
        sys.exit(str(error))
