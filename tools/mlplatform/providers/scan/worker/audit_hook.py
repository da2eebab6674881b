"""An audit hook that keeps this process to its scratch folder: no network, no programs, no other files.

Checkov reads what Terraform's `module` sources point at, and has loaders that download; whatever it tries beyond
the given files raises here, and is noted, so that it cannot be swallowed on the way.
"""

import os
import resource
import sys
from pathlib import Path
from typing import Any

FORBIDDEN = (
    "socket.connect",
    "socket.bind",
    "socket.sendto",
    "socket.sendmsg",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.fork",
    "os.forkpty",
    "os.posix_spawn",
    "os.link",
    "os.symlink",
    "os.kill",
    "os.killpg",
    "sqlite3.connect",
)
READS = ("open", "os.listdir", "os.scandir")
CHANGES = ("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.truncate", "os.chmod", "os.chown")
DEVICES = ("/dev/null", "/dev/urandom")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def limit(seconds: int, memory_bytes: int) -> None:
    """Cap processor time (whole seconds), memory and the size of a written file."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 28, 1 << 28))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def confine(scratch: Path) -> list[str]:
    """From here on nothing but `scratch` is written, and beside it only Python's own folders are read.

    What is tried nevertheless raises PermissionError and is appended to the list that this returns.
    """
    refused: list[str] = []
    writable = _folder(scratch)
    readable = (
        writable,
        *{_folder(Path(place)) for place in (sys.prefix, sys.base_prefix, *sys.path) if place},
    )

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event in FORBIDDEN:
            _refuse(refused, f"{event} {arguments[1:] or arguments}")
        if event not in READS and event not in CHANGES:
            return
        writes = event in CHANGES or (event == "open" and _writes(arguments))
        allowed = (writable,) if writes else readable
        for place in arguments[: 2 if event == "os.rename" else 1]:
            if not isinstance(place, str | bytes | os.PathLike):
                continue
            path = os.path.realpath(os.fsdecode(place))
            if path not in DEVICES and not f"{path}/".startswith(allowed):
                _refuse(refused, f"{event} {os.fsdecode(place)}")

    sys.addaudithook(watch)
    return refused


def _folder(place: Path) -> str:
    return f"{os.path.realpath(place)}/"


def _writes(arguments: tuple[Any, ...]) -> bool:
    mode, flags = arguments[1], arguments[2]
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return bool(flags & WRITING)


def _refuse(refused: list[str], what: str) -> None:
    refused.append(what[:300])
    raise PermissionError(f"refused: {what[:300]}")
