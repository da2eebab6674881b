"""Servers that outlive the command that starts them, and that are known again without doubt.

A server's record is the line that the kernel has about it, written by the server's own process before it becomes
the server: there is no moment in which it runs and is not recorded. Its start time and the boot it belongs to are
part of it, so a process that got the same number later is never taken for it.
"""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from mlplatform.core.target import EnvironmentPaths

STARTING = "=== starting"  # the line in a log that a start begins with
LARGEST_LOG = 5 * 1024 * 1024
_MARK = "MLPLATFORM_PROCESS"
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_PAUSE = 0.01
_KILL_SECONDS = 5.0
_RECORD_SECONDS = 10.0
# The outer shell ends at once, so that the server is nobody's child: nobody has to wait for it.
_DETACH = '"$@" &'
_BECOME = """
new=$MLPLATFORM_PROCESS.new
read -r boot < /proc/sys/kernel/random/boot_id
read -r stat < /proc/$$/stat
printf '%s\\n%s\\n' "$boot" "$stat" > "$new" && mv -f "$new" "$MLPLATFORM_PROCESS" &&
exec "$@"
"""


@dataclass(frozen=True, slots=True)
class Process:
    """A server that was started here: its record, its process number, its session, its start time in ticks."""

    record: Path
    pid: int
    session: int
    started: int

    @property
    def name(self) -> str:
        return self.record.name


def start(paths: EnvironmentPaths, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
    """Start a server in a session of its own, with nothing inherited but `environment`."""
    record = paths.processes / name
    record.parent.mkdir(parents=True, exist_ok=True)
    record.unlink(missing_ok=True)
    with _open_log(log_of(paths, name)) as log:
        log.write(f"{STARTING} {name} {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}\n".encode())
        log.flush()
        subprocess.run(
            ["/bin/sh", "-c", _DETACH, "sh", "/bin/sh", "-c", _BECOME, name, *command],
            env={**environment, _MARK: str(record)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,
            check=True,
        )
    deadline = time.monotonic() + _RECORD_SECONDS
    while find(paths, name) is None and time.monotonic() < deadline:
        time.sleep(_PAUSE)


def log_of(paths: EnvironmentPaths, name: str) -> Path:
    return paths.logs / f"{name}.log"


def find(paths: EnvironmentPaths, name: str) -> Process | None:
    """The server as it was recorded, running or not."""
    record = paths.processes / name
    try:
        boot, line, *_ = record.read_text().splitlines()
        if boot != _BOOT.read_text().strip():
            return None
        return Process(record, int(line.split()[0]), _session(line), _started(line))
    except (OSError, ValueError, IndexError):
        return None


def running(paths: EnvironmentPaths, name: str) -> Process | None:
    """The server if it runs."""
    process = find(paths, name)
    return process if process and is_running(process) else None


def is_running(process: Process) -> bool:
    """True when this very process, not another of the same number, has not ended."""
    line = _stat(process.pid)
    return line is not None and _started(line) == process.started and _fields(line)[0] not in "ZX"


def stop(processes: Sequence[Process], seconds: float) -> None:
    """Ask all of them to end, and end what has not after `seconds`, with the children that they left."""
    for process in processes:
        _signal(process, signal.SIGTERM)
    deadline = time.monotonic() + seconds
    for process in processes:
        if not _ended(process, deadline):
            _signal(process, signal.SIGKILL)
            _ended(process, time.monotonic() + _KILL_SECONDS)
        end_children(process)
        process.record.unlink(missing_ok=True)


def end_children(process: Process) -> None:
    """End what a server that has ended left in its session, and wait until it is gone, its ports with it."""
    deadline = time.monotonic() + _KILL_SECONDS
    while (children := _children(process)) and time.monotonic() < deadline:
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        time.sleep(_PAUSE)


def _ended(process: Process, deadline: float) -> bool:
    while is_running(process):
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE)
    return True


def _signal(process: Process, number: signal.Signals) -> None:
    if is_running(process):
        with suppress(ProcessLookupError):
            os.kill(process.pid, number)


def _children(process: Process) -> list[int]:
    """The members of its session that carry its mark, oneself and the dead left out."""
    mark = f"{_MARK}={process.record}".encode()
    lines = ((int(entry.name), _stat(int(entry.name))) for entry in Path("/proc").glob("[0-9]*"))
    members = (
        pid for pid, line in lines if line and _session(line) == process.session and pid != process.pid
    )
    return [pid for pid in members if _has(pid, mark)]


def _has(pid: int, mark: bytes) -> bool:
    try:
        return mark in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False


def _stat(pid: int) -> str | None:
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None


def _fields(stat: str) -> list[str]:
    """The fields after the program's name, which may hold anything: state, parent, group, session, …"""
    return stat.rpartition(")")[2].split()


def _session(stat: str) -> int:
    return int(_fields(stat)[3])


def _started(stat: str) -> int:
    return int(_fields(stat)[19])


def _open_log(path: Path) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LARGEST_LOG:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")
