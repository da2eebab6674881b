"""Servers that outlive the command that starts them, and that are known again without doubt.

A server's record is the line that the kernel has about it, written by the server's own process before it becomes
the server: there is no moment in which it runs and is not recorded. Its start time and the boot it belongs to are
part of it, so a process that got the same number later is never taken for it. The process itself carries the path of
its record, so the record in a copy of the checkout is never taken for the original.
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
    """The server as it was recorded, running or not; None when the record was copied from another checkout."""
    process = _recorded(paths.processes / name)
    return None if process and is_running(process) and not _carries(process.pid, process.record) else process


def runs_elsewhere(paths: EnvironmentPaths) -> bool:
    """True when a record here is a copy: the process runs, and carries the path of another record."""
    processes = filter(None, map(_recorded, paths.processes.glob("*")))
    return any(is_running(process) and not _carries(process.pid, process.record) for process in processes)


def _recorded(record: Path) -> Process | None:
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
    lines = ((int(entry.name), _stat(int(entry.name))) for entry in Path("/proc").glob("[0-9]*"))
    members = (
        pid for pid, line in lines if line and _session(line) == process.session and pid != process.pid
    )
    return [pid for pid in members if _carries(pid, process.record)]


def _carries(pid: int, record: Path) -> bool:
    """True when a process was started with this record, under whatever path it had then, or is just ending."""
    try:
        variables = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:  # another user's
        return False
    mark = next((each for each in variables if each.startswith(f"{_MARK}=".encode())), None)
    if mark is None:
        return variables == [b""]
    return _is_same_file(Path(os.fsdecode(mark.partition(b"=")[2])), record)


def _is_same_file(marked: Path, record: Path) -> bool:
    """True for one file by two paths; true as well where the marked path is gone, as its checkout was moved."""
    try:
        return marked == record or marked.samefile(record)
    except FileNotFoundError:
        return True


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
