"""Runs work that may never end, or crash, in a copy of this process within limits."""

import faulthandler
import json
import math
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from mlplatform.providers.parent_death import kill_with_parent

_ANSWER_BYTES = 64 << 20
_FILE_BYTES = 256 << 20
_LONGEST_NAP = 0.05
_LONGEST_WHY = 200


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """How long the work may compute, how long it may take with what it waits for, and how much memory it may have
    beyond what this process has."""

    busy_seconds: float
    seconds: float
    memory_bytes: int


class WorkerFailed(Exception):
    """Why there is no answer, as words that follow `it`."""


def run_limited(work: Callable[[], Any], limits: WorkerLimits) -> Any:
    """Return the work's result, through JSON; WorkerFailed when no answer comes, as when the work ends the process.

    The work changes nothing here, prints nowhere, and whatever it started is ended with it.
    """
    scratch = Path(tempfile.mkdtemp(prefix="platform-child-"))
    try:
        answer = _run(work, limits, scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    try:
        return json.loads(answer)
    except ValueError:
        raise WorkerFailed("gave an answer that cannot be read") from None


def _run(work: Callable[[], Any], limits: WorkerLimits, scratch: Path) -> bytes:
    die_with_parent = kill_with_parent()
    pid = os.fork()
    if pid == 0:
        _answer(work, limits, scratch, die_with_parent)
    with suppress(OSError):
        os.setpgid(pid, pid)  # both do it: whoever comes first
    status: int | None = None
    try:
        status = _wait(pid, time.monotonic() + limits.seconds)
    finally:
        _end(pid, is_over=status is not None)
    if status != 0:
        raise WorkerFailed(_why(status, limits, scratch))
    try:
        if (scratch / "answer").stat().st_size > _ANSWER_BYTES:
            raise WorkerFailed(f"gave an answer of more than {_ANSWER_BYTES >> 20} MiB")
        return (scratch / "answer").read_bytes()
    except OSError:
        raise WorkerFailed("gave no answer") from None


def _wait(pid: int, deadline: float) -> int | None:
    """How the process ended (minus the signal, or its exit code); None when it had not by the deadline.

    An end of a pipe would not tell: processes that it made may still hold it.
    """
    nap = 0.001
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        left = deadline - time.monotonic()
        if left <= 0:
            return None
        time.sleep(min(nap, left))
        nap = min(nap * 2, _LONGEST_NAP)


def _end(pid: int, *, is_over: bool) -> None:
    """Ends the process and all that it started."""
    for kill in (os.killpg, os.kill) if not is_over else (os.killpg,):
        with suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)
    if not is_over:
        os.waitpid(pid, 0)


def _why(status: int | None, limits: WorkerLimits, scratch: Path) -> str:
    if status == -signal.SIGXCPU:
        return f"did not end within {limits.busy_seconds:.0f} seconds of computing"
    if status is None:
        return f"did not end within {limits.seconds:.0f} seconds"
    if status < 0:
        name = signal.Signals(-status).name
        return f"ended by {name}, as it does when {limits.memory_bytes >> 20} MiB of memory are not enough"
    with suppress(OSError):
        return f"ended with {(scratch / 'crash').read_text(errors='replace')[:_LONGEST_WHY]}"
    return f"ended with exit code {status}"


def _answer(
    work: Callable[[], Any], limits: WorkerLimits, scratch: Path, die_with_parent: Callable[[], object]
) -> NoReturn:
    """Leaves what the work returns, and ends this process: nothing else of ours may run in it."""
    status = 1
    try:
        with suppress(OSError):
            os.setpgid(0, 0)
        die_with_parent()
        _confine(limits, scratch)
        (scratch / "answer").write_text(json.dumps(work()), "utf-8")
        status = 0
    except BaseException as crash:  # the parent says it
        (scratch / "crash").write_text(f"{type(crash).__name__}: {crash}", "utf-8", errors="replace")
    finally:
        os._exit(status)


def _confine(limits: WorkerLimits, scratch: Path) -> None:
    nothing = open(os.devnull, "r+", encoding="utf-8")  # noqa: PTH123, SIM115 (open until the process ends)
    for descriptor in range(3):
        os.dup2(nothing.fileno(), descriptor)
    sys.stdout = sys.stderr = nothing
    faulthandler.disable()
    tempfile.tempdir = str(scratch)  # what is left there when we are killed goes with it
    # Soft limits only: what is started here, as Checkov, sets its own.
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_CPU, math.ceil(limits.busy_seconds))
    _limit(resource.RLIMIT_FSIZE, _FILE_BYTES)
    with suppress(OSError):  # not Linux
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        _limit(resource.RLIMIT_AS, pages * resource.getpagesize() + limits.memory_bytes)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")  # where memory ends all the same, end this first


def _limit(what: int, most: int) -> None:
    soft, hard = resource.getrlimit(what)
    limits = [limit for limit in (soft, hard, most) if limit != resource.RLIM_INFINITY]
    resource.setrlimit(what, (min(limits), hard))
