"""One writer of a registry at a time, among the processes and threads of this machine."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from mlplatform.providers.file_lock import FileLocked, file_lock
from mlplatform.providers.registry.interface import RegistryError

DEADLINE_SECONDS = 300.0


@contextmanager
def exclusive(path: Path, deadline_seconds: float = DEADLINE_SECONDS) -> Iterator[None]:
    """Hold the lock file; the system releases it when the process dies. RegistryError after the deadline."""
    with ExitStack() as stack:
        try:
            stack.enter_context(file_lock(path, deadline_seconds))
        except FileLocked:
            raise RegistryError(
                f"another process has been writing to the registry for {deadline_seconds:g} s",
                fix=f"end it (it holds {path}) and try again",
            ) from None
        except OSError as error:
            raise RegistryError(f"the registry cannot be written: {path}: {error.strerror}") from error
        yield
