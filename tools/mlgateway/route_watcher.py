"""Following the route file: each good one is put in force, and of a bad one is kept why it was refused."""

import asyncio
import logging
import os
import stat
from pathlib import Path

from mlgateway import routes
from mlgateway.dispatch import Dispatcher

POLL_SECONDS = 0.05

_log = logging.getLogger("mlgateway")
_FileVersion = tuple[int, int, int]


class RouteWatcher:
    """Watches one file; error is why the file, as it is now, is not in force (None if it is)."""

    def __init__(self, path: Path, dispatcher: Dispatcher) -> None:
        self.error: str | None = None
        self._path = path
        self._dispatcher = dispatcher
        self._last_seen: _FileVersion | None = None

    async def follow(self) -> None:
        """Look at the file every 50 ms, for ever."""
        while True:
            self.look()
            await asyncio.sleep(POLL_SECONDS)

    def look(self) -> None:
        """Take the file if it changed since the last look and is good; else the last good one stays."""
        try:
            if _version_of(self._path.stat()) == self._last_seen:
                return
            # What was opened is what counts as seen: the name may mean another file since the stat above.
            content, self._last_seen = _read(self._path)
            self._take(routes.parse(content))
        except OSError as error:
            self._last_seen = None
            self._refuse(f"{self._path} cannot be read: {error.strerror or error}")
        except routes.RoutesError as error:
            self._refuse(f"{self._path}: {error}")

    def _take(self, table: routes.RouteTable) -> None:
        current = self._dispatcher.table
        if current is not None and table.generation < current.generation:
            raise routes.RoutesError(
                f"generation {table.generation} is older than {current.generation}, in force"
            )
        if current is not None and table.generation == current.generation and table != current:
            raise routes.RoutesError(
                f"generation {table.generation} is in force with other content: raise it"
            )
        if table != current:
            self._dispatcher.adopt(table)
        if table != current or self.error is not None:
            count = len(table.models)
            _log.info(
                "routes: generation %d in force, %d models, upstream %s",
                table.generation,
                count,
                table.upstream,
            )
        self.error = None

    def _refuse(self, reason: str) -> None:
        if reason == self.error:
            return
        self.error = reason
        table = self._dispatcher.table
        kept = "none are in force yet" if table is None else f"generation {table.generation} stays in force"
        _log.error("routes refused: %s; %s", reason, kept)


def _read(path: Path) -> tuple[bytes, _FileVersion]:
    # Non-blocking: opening a FIFO would otherwise stop every request until somebody writes to it.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(None, "it is not a regular file")
        return file.read(routes.MAX_BYTES + 1), _version_of(status)


def _version_of(status: os.stat_result) -> _FileVersion:
    return status.st_ino, status.st_mtime_ns, status.st_size
