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
    found = []
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        try:
            lines = table.read_text().splitlines()[1:]
        except OSError:
            continue
        for fields in map(str.split, lines):
            if fields[3] == _LISTENING and fields[1].endswith(f":{port:04X}"):
                found.append(fields[9])
    return found


def _links(descriptors: Path) -> set[str]:
    found = set()
    with suppress(OSError):  # another user's
        for link in descriptors.iterdir():
            with suppress(OSError):  # closed in the meantime
                found.add(str(link.readlink()))
    return found


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text().strip()
    except OSError:
        return "a program"
