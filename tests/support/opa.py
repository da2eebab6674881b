"""The real `opa` program: from PATH, else built once into a cache folder (`python -m tests.support.opa` says where)."""

import fcntl
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.waiting import DEADLINE_SECONDS, wait_until

if TYPE_CHECKING:
    import pytest

VERSION = "v1.22.0"
MODULE = f"github.com/open-policy-agent/opa@{VERSION}"
GO = "/usr/local/go/bin"  # where its installer puts it, be it on PATH or not


class NoOpa(Exception):
    """There is no opa, and none can be built; the message says why."""


@cache
def real_opa() -> str:
    """The path of opa; where there is none the test is skipped with the reason (in CI a skip is a failure)."""
    import pytest

    try:
        return find_opa()
    except NoOpa as error:
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


def find_opa() -> str:
    """PATH's opa, else the cache's, built when it is not there yet."""
    if found := shutil.which("opa"):
        return found
    built = cached_opa()
    with _lock(built.parent):
        if not built.exists():
            _build(built)
    return str(built)


def cached_opa() -> Path:
    """Where a built opa lies."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "mlplatform" / f"opa-{VERSION}" / "opa"


def _build(target: Path) -> None:
    go = shutil.which("go") or shutil.which("go", path=GO)
    if go is None:
        raise NoOpa(f"there is no opa on PATH, and no go to build it with (go install {MODULE})")
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        environment = {**os.environ, "GOBIN": folder, "CGO_ENABLED": "0"}
        done = subprocess.run([go, "install", MODULE], env=environment, capture_output=True, text=True)
        if done.returncode:
            raise NoOpa(f"go install {MODULE} fails: {done.stderr.strip()[-500:]}")
        Path(folder, "opa").rename(target)


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Two workers of pytest build it once."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    try:
        print(find_opa())
    except NoOpa as error:
        sys.exit(str(error))
