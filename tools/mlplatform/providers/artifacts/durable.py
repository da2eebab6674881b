"""Files that are on disk, not just in a cache, before anything refers to them."""

import os
from pathlib import Path
from typing import IO


def sync_file(file: IO[bytes]) -> None:
    """Have an open file's bytes on disk."""
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Have a folder's list of names on disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(top: Path) -> None:
    """Have the lists of names of a folder and of all below it on disk."""
    for folder, _folders, _files in os.walk(top):
        sync_folder(Path(folder))


def write_durably(path: Path, data: bytes) -> None:
    """Write a new file and have its bytes on disk; the name still needs `sync_folder`."""
    with path.open("wb") as file:
        file.write(data)
        sync_file(file)
