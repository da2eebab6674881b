"""Which program listens on a port, as far as the kernel tells this user."""

from contextlib import suppress
from pathlib import Path

_LISTENING = "0A"


def listener(port: int) -> str | None:
    """`python3 (process 4711)`; None for a program of another user, or one that is ending."""
    sockets = {f"socket:[{inode}]" for inode in _inodes(port)}
    for descriptors in Path("/proc").glob("[0-9]*/fd"):
        if sockets & _links(descriptors):
            return f"{_name(descriptors.parent)} (process {descriptors.parent.name})"
    return None


def _inodes(port: int) -> list[str]:
    inodes = []
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        try:
            lines = table.read_text().splitlines()[1:]
        except OSError:
            continue
        for fields in map(str.split, lines):
            if fields[3] == _LISTENING and fields[1].endswith(f":{port:04X}"):
                inodes.append(fields[9])
    return inodes


def _links(descriptors: Path) -> set[str]:
    targets = set()
    with suppress(OSError):  # another user's
        for link in descriptors.iterdir():
            with suppress(OSError):  # closed in the meantime
                targets.add(str(link.readlink()))
    return targets


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text().strip()
    except OSError:
        return "a program"
