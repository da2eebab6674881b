"""One writer of a registry at a time, among the processes and threads of this machine."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mlplatform.providers.registry.interface import RegistryError

DEADLINE_SECONDS = 300.0
_POLL_SECONDS = 0.02


@contextmanager
def exclusive(path: Path, deadline_seconds: float = DEADLINE_SECONDS) -> Iterator[None]:
    """Hold the lock file; the system releases it when the process dies. RegistryError after the deadline."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("ab")
    except OSError as error:
        raise RegistryError(f"the registry cannot be written: {path}: {error.strerror}") from error
    with file:
        _wait(file.fileno(), path, deadline_seconds)
        yield


def _wait(descriptor: int, path: Path, deadline_seconds: float) -> None:
    deadline = time.monotonic() + deadline_seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise RegistryError(
                    f"another process has been writing to the registry for {deadline_seconds:g} s",
                    fix=f"end it (it holds {path}) and try again",
                ) from None
            time.sleep(_POLL_SECONDS)
