"""One run at a time changes an environment: a lock that ends with the process that holds it."""

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from mlplatform.core.errors import Refusal
from mlplatform.core.lease import Lease
from mlplatform.core.target import EnvironmentPaths
from mlplatform.providers.file_lock import FileLocked, file_lock

_held: set[Path] = set()


@dataclass(frozen=True, slots=True)
class Locked:
    """A lease that the system keeps for exactly as long as this process lives: it cannot be lost meanwhile."""

    fence: int = 0

    def require(self) -> None:
        pass


@contextmanager
def lease(paths: EnvironmentPaths) -> Iterator[Lease]:
    """Hold the environment; a Refusal at once where another run does. Started servers do not inherit it.

    Within a lease of this very process it is granted again: what starts servers may be part of an apply.
    """
    lock = paths.lock.resolve()
    if lock in _held:
        yield Locked()
        return
    with ExitStack() as stack:
        try:
            stack.enter_context(file_lock(lock, seconds=0))
        except FileLocked as locked:
            raise Refusal(
                f"{paths.folder.name} is being changed by another run{_holder(locked.file)}",
                fix="wait until it has ended, then try again",
            ) from None
        _held.add(lock)
        stack.callback(_held.discard, lock)
        yield Locked()


def is_held(paths: EnvironmentPaths) -> bool:
    """True when a run is changing the environment now. No lock is taken to find out, so no run is disturbed."""
    try:
        return bool(_holder(paths.lock.stat()))
    except FileNotFoundError:
        return False


def _holder(file: os.stat_result) -> str:
    """` (process 4711)`, from the kernel's own list: nothing is written to take the lease."""
    try:
        locks = Path("/proc/locks").read_text()
    except OSError:
        return ""
    place = f"{os.major(file.st_dev):02x}:{os.minor(file.st_dev):02x}:{file.st_ino}"
    lock_line = re.search(rf"FLOCK +ADVISORY +WRITE +([1-9][0-9]*) +{place} ", locks)
    return f" (process {lock_line[1]})" if lock_line else ""
