"""Checkov for very many scans: one process imports it and forks for each, so that a scan costs what its work costs.

`python -I -B forked_checkov.py SOCKET` waits there for scratch folders of scans, as providers/scan/process.py lays them
out, runs the worker itself in a child of its own for each, and answers with its exit code.
"""

import gc
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

WORKER = Path(__file__).parents[2] / "tools/mlplatform/providers/scan/worker/__main__.py"


@contextmanager
def forked_checkov() -> Iterator[None]:
    """Has every scan made by a fork; the process that forks is started by the first of them."""
    from mlplatform.providers.scan import process  # not above: the process that forks has nothing of ours yet

    real = process._start
    place: list[str] = []
    with ExitStack() as stack:

        def start(scratch: Path, arguments: list[str], seconds: float) -> None:
            if arguments:
                return real(scratch, arguments, seconds)
            if not place:
                place.append(stack.enter_context(_running(process.ENVIRONMENT)))
            if code := _ask(place[0], scratch, seconds):
                raise process._failed(f"Checkov ended with {code}")
            return None

        process._start = start
        try:
            yield
        finally:
            process._start = real


@contextmanager
def _running(environment: dict[str, str]) -> Iterator[str]:
    """The socket of a process that is ready."""
    with tempfile.TemporaryDirectory(prefix="forked-checkov-") as folder:
        command = [sys.executable, "-I", "-B", __file__, f"{folder}/socket"]
        environment = {**environment, "HOME": folder, "TMPDIR": folder}
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as server:
            try:
                assert server.stdout
                assert server.stdout.readline() == b"ready\n"
                yield f"{folder}/socket"
            finally:
                server.kill()


def _ask(place: str, scratch: Path, seconds: float) -> int:
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(seconds)
        asking.connect(place)
        asking.sendall(f"{scratch}\n".encode())
        return int(asking.makefile().readline())


def _serve(place: str) -> None:
    worker = runpy.run_path(str(WORKER))
    gc.disable()
    from mlplatform.providers.scan.worker import frameworks

    frameworks.load(frameworks.NAMES)
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(place)
        listening.listen()
        print("ready", flush=True)
        while True:
            asked, _ = listening.accept()
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _answer(asked, worker["main"])
                os._exit(0)
            asked.close()


def _answer(asked: socket.socket, main: Callable[[], Any]) -> None:
    scratch = Path(asked.makefile().readline().rstrip("\n"))
    if (child := os.fork()) == 0:
        asked.close()
        os._exit(_scan(scratch, main))
    _, status = os.waitpid(child, 0)
    asked.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())


def _scan(scratch: Path, main: Callable[[], Any]) -> int:
    """What the worker ends with when it is run as process.py runs it."""
    said = os.open(scratch / "tmp/said", os.O_RDWR | os.O_CREAT, 0o600)
    for descriptor, open_ in enumerate((os.open(os.devnull, os.O_RDONLY), said, said)):
        os.dup2(open_, descriptor)
    os.environ |= {"HOME": str(scratch / "home"), "TMPDIR": str(scratch / "tmp")}
    tempfile.tempdir = None
    sys.argv = [str(WORKER), str(scratch)]
    try:
        main()
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    _serve(sys.argv[1])
