"""The servers' logs: their entries about one model, and the line that tells why a server did not start."""

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from mlplatform.core.target import EnvironmentPaths
from mlplatform.local.processes import STARTING, log_of
from mlplatform.providers.serving import all_local_servers
from mlplatform.providers.serving.local_servers import LogFormat

_TABLE = ("|", "+--")  # how the lines of a table begin
_MOST_READ = 4 * 1024 * 1024  # bytes from the end of a log


class _Entry(NamedTuple):
    """What is shown of an entry of a log."""

    lines: tuple[str, ...]
    is_error: bool


class LogLine(NamedTuple):
    """A line of the log of a local server, such as `gateway`."""

    server: str
    text: str


def tail(
    paths: EnvironmentPaths, model: str, lines: int, other_models: Collection[str] = ()
) -> list[LogLine]:
    """The last lines that matter to `tenant/model`, newest last, at most this many a server.

    They are the entries about the model, and the errors of the server itself: those that name none of `other_models`.
    Errors come before what else is said of the model when there is no room for both.
    """
    return [
        LogLine(server.name, line)
        for stack in all_local_servers()
        for server in stack.servers
        for line in _last_lines(
            _relevant(
                _read(log_of(paths, server.name)),
                server.log_format,
                stack.name_in_logs(model),
                [stack.name_in_logs(other) for other in other_models],
            ),
            lines,
        )
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


def _relevant(
    lines: list[str], log_format: LogFormat, name: re.Pattern[str], other_names: Sequence[re.Pattern[str]]
) -> list[_Entry]:
    """The entries that matter to a model: its errors and the server's whole, of anything else the lines that name it.

    So the tables that a server prints when it starts are left out.
    """
    entries: list[_Entry] = []
    for entry in _entries(lines, log_format):
        if _is_error(entry[0], log_format):
            is_others = any(other.search(line) for other in other_names for line in entry)
            if any(map(name.search, entry)) or not is_others:
                entries.append(_Entry(tuple(filter(str.strip, entry)), is_error=True))
        elif named := tuple(line for line in entry if name.search(line) and not line.startswith(_TABLE)):
            entries.append(_Entry(named, is_error=False))
    return entries


def _last_lines(entries: list[_Entry], most: int) -> list[str]:
    """The newest lines in their order: those of errors first, then as many others as there is room for."""
    errors = {number: len(entry.lines) for number, entry in enumerate(entries) if entry.is_error}
    room = max(0, most - sum(errors.values()))
    others = [number for number in range(len(entries)) if number not in errors][::-1]
    chosen = {*errors}
    for number in others:
        room -= len(entries[number].lines)
        if room < 0:
            break
        chosen.add(number)
    return [line for number in sorted(chosen) for line in entries[number].lines][-most:]


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
