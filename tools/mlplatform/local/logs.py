"""The servers' logs: what they say about one model, and the line that tells why one did not start."""

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from mlplatform.core.target import EnvironmentPaths
from mlplatform.local.processes import STARTING, log_of

_MOST_READ = 4 * 1024 * 1024  # bytes from the end of a log
_HEAD = re.compile(
    r"[IWEF][0-9]{4} |[0-9]{4}-[0-9]{2}-[0-9]{2} "
)  # how Triton and the gateway begin an entry
_USUAL = ("CudaDriverHelper",)  # said at every start without a GPU
_TROUBLE = re.compile(r"E[0-9]{4} |mlgateway: |error|ERROR|CRITICAL", re.ASCII)


class LogLine(NamedTuple):
    """A line of the log of `triton` or `gateway`."""

    server: str
    text: str


def tail(paths: EnvironmentPaths, model: str, lines: int) -> list[LogLine]:
    """The last entries about `tenant/model`, at most this many lines a server; of servers that have none, the last."""
    name = re.escape(model.replace("/", "."))
    about = re.compile(rf"(?<![\w.-]){name}(\.[0-9a-f]{{12}})?(?![\w-])")
    return [*_last(paths, "triton", about, lines), *_last(paths, "gateway", about, lines)]


def last_trouble(log: Path) -> str:
    """The last line since the server's last start that speaks of an error, else the last one; empty for none."""
    said: list[str] = []
    for line in map(str.strip, _read(log)):
        said = [] if line.startswith(STARTING) else [*said, line] if line else said
    trouble = [line for line in said if _TROUBLE.search(line) and not any(word in line for word in _USUAL)]
    return (trouble or said or [""])[-1][-300:]


def _last(paths: EnvironmentPaths, server: str, about: re.Pattern[str], lines: int) -> list[LogLine]:
    entries = list(_entries(_read(log_of(paths, server))))
    found = [entry for entry in entries if any(map(about.search, entry))] or entries
    return [LogLine(server, line) for line in list(chain.from_iterable(found))[-lines:]]


def _entries(lines: list[str]) -> Iterator[list[str]]:
    """Lines with those that continue them, as a traceback continues an error."""
    entry: list[str] = []
    for line in lines:
        if _HEAD.match(line) and entry:
            yield entry
            entry = []
        entry.append(line)
    if entry:
        yield entry


def _read(log: Path) -> list[str]:
    try:
        with log.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _MOST_READ))
            return file.read().decode(errors="replace").splitlines()
    except OSError:
        return []
