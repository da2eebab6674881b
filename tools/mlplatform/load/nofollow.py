"""Read files below a folder without following symlinks, not even one that is created in the meantime."""

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

# O_NONBLOCK: opening a named pipe must not wait for someone to write to it.
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@contextmanager
def opened(root: str, folder: str) -> Iterator[int | None]:
    """Open a folder below the root without following symlinks, and give its descriptor; None when it does not exist."""
    descriptors = [os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)]
    try:
        try:
            for part in filter(None, folder.split("/")):
                if part == "..":
                    raise NotADirectoryError(folder)
                descriptors.append(os.open(part, _READ | os.O_DIRECTORY, dir_fd=descriptors[-1]))
        except OSError:
            yield None
        else:
            yield descriptors[-1]
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def read_all(folder: int, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Yield the paths and the content of plain files in an opened folder; other files are left out."""
    for path in paths:
        try:
            with os.fdopen(os.open(path.rpartition("/")[2], _READ, dir_fd=folder), "rb") as file:
                if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    yield path, file.read()
        except OSError:
            continue
