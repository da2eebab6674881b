"""Reads files below a folder without following a symlink, even one that is put there in the meantime."""

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

# O_NONBLOCK: opening a named pipe must not wait for someone to write to it.
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@contextmanager
def opened(root: str, folder: str) -> Iterator[int | None]:
    """A descriptor of a folder below the root, without following any symlink; None where there is no such folder."""
    opened = [os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)]
    try:
        try:
            for part in filter(None, folder.split("/")):
                if part == "..":
                    raise NotADirectoryError(folder)
                opened.append(os.open(part, _READ | os.O_DIRECTORY, dir_fd=opened[-1]))
        except OSError:
            yield None
        else:
            yield opened[-1]
    finally:
        for descriptor in opened:
            os.close(descriptor)


def read_all(folder: int, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """The bytes of the plain files of an opened folder, by the paths they were asked by."""
    for path in paths:
        try:
            with os.fdopen(os.open(path.rpartition("/")[2], _READ, dir_fd=folder), "rb") as file:
                if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    yield path, file.read()
        except OSError:
            continue
