"""A lock on a file: one holder at a time among the processes and threads of this machine, freed when it ends."""

import fcntl
import math
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PAUSE_SECONDS = 0.02


class FileLocked(Exception):
    """Another process or thread has the lock; `file` is the lock file's own state."""

    def __init__(self, file: os.stat_result) -> None:
        super().__init__("another process holds the lock")
        self.file = file


@contextmanager
def file_lock(path: Path, seconds: float = math.inf) -> Iterator[None]:
    """Hold the lock, and wait up to `seconds` for it; then FileLocked. OSError where the file cannot be made.

    Nothing is written into the file, it stays, and processes that are started meanwhile do not inherit the lock.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(descriptor, time.monotonic() + seconds)
        yield
    finally:
        # Closed alone it would stay locked for as long as a process that is being started has its copy.
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)


def _lock(descriptor: int, deadline: float) -> None:
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise FileLocked(os.fstat(descriptor)) from None
            time.sleep(_PAUSE_SECONDS)
