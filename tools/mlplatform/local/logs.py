"""The servers' logs: their entries about one model, and the line that tells why a server did not start."""

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from mlplatform.core.target import EnvironmentPaths
from mlplatform.local.processes import STARTING, log_of
from mlplatform.providers.serving import all_local_servers
from mlplatform.providers.serving.local_servers import LocalServer, LogFormat

_MOST_READ = 4 * 1024 * 1024  # bytes from the end of a log


class LogLine(NamedTuple):
    """A line of the log of a local server, such as `gateway`."""

    server: str
    text: str


def tail(paths: EnvironmentPaths, model: str, lines: int) -> list[LogLine]:
    """The last entries about `tenant/model`, at most this many lines a server; of servers that have none, the last."""
    return [
        line
        for stack in all_local_servers()
        for server in stack.servers
        for line in _last(paths, server, stack.name_in_logs(model), lines)
    ]


def last_error(log: Path, log_format: LogFormat) -> str:
    """The last line since the server's last start that tells of an error, else the last one; empty for none."""
    lines: list[str] = []
    for line in map(str.strip, _read(log)):
        lines = [] if line.startswith(STARTING) else [*lines, line] if line else lines
    errors = [line for line in lines if _is_error(line, log_format)]
    return (errors or lines or [""])[-1][-300:]


def _is_error(line: str, log_format: LogFormat) -> bool:
    return bool(log_format.error.search(line)) and not any(word in line for word in log_format.usual)


def _last(paths: EnvironmentPaths, server: LocalServer, name: re.Pattern[str], lines: int) -> list[LogLine]:
    entries = list(_entries(_read(log_of(paths, server.name)), server.log_format))
    matching = [entry for entry in entries if any(map(name.search, entry))] or entries
    return [LogLine(server.name, line) for line in list(chain.from_iterable(matching))[-lines:]]


def _entries(lines: list[str], log_format: LogFormat) -> Iterator[list[str]]:
    """Lines with those that continue them, as a traceback continues an error."""
    entry: list[str] = []
    for line in lines:
        if log_format.entry.match(line) and entry:
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
