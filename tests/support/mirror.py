"""Making a folder what a copy of it is, writing only what differs; SQLite files are written through SQLite."""

import os
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

_DATABASE = ".db"
_OF_A_DATABASE = ("-journal", "-wal", "-shm")
IsLeft = Callable[[Path], bool]


def mirror(source: Path, target: Path, is_left: IsLeft = lambda _: False) -> frozenset[Path]:
    """Make the target as the source is, but for what is left as it is; the relative paths that held something else."""
    wanted = {path: source / path for path in _below(source, is_left)}
    present = list(_below(target, is_left))
    gone = [path for path in present if path not in wanted or _kind(target / path) != _kind(source / path)]
    for path in gone:
        _remove(target / path)
    written = [path for path, original in wanted.items() if not _is_same(original, target / path)]
    changed = [path for path in written if _differs(source / path, target / path)]
    for path in written:
        _copy(source / path, target / path)
    return frozenset((*gone, *changed))


def _below(folder: Path, is_left: IsLeft, inside: Path = Path()) -> Iterator[Path]:
    """Every relative path, a folder before what is in it."""
    for entry in sorted(os.scandir(folder / inside), key=lambda entry: entry.name):
        path = inside / entry.name
        if is_left(path) or entry.name.endswith(_OF_A_DATABASE):
            continue
        yield path
        if entry.is_dir(follow_symlinks=False):
            yield from _below(folder, is_left, path)


def _kind(path: Path) -> int | None:
    try:
        return stat.S_IFMT(path.lstat().st_mode)
    except FileNotFoundError:
        return None


def _is_same(original: Path, copy: Path) -> bool:
    """Whether nobody wrote to the copy since it was made; a folder is what is in it."""
    if _kind(copy) is None:
        return False
    one, other = original.lstat(), copy.lstat()
    if stat.S_ISDIR(one.st_mode):
        return one.st_mode == other.st_mode
    return (one.st_mode, one.st_size, one.st_mtime_ns) == (other.st_mode, other.st_size, other.st_mtime_ns)


def _differs(original: Path, copy: Path) -> bool:
    """Whether more than the time of the last writing is another one."""
    if not stat.S_ISREG(_kind(original) or 0) or _kind(copy) is None:
        return True
    return original.read_bytes() != copy.read_bytes()


def _remove(path: Path) -> None:
    if _kind(path) == stat.S_IFDIR:
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)  # its folder may be gone already


def _copy(original: Path, copy: Path) -> None:
    if _kind(original) == stat.S_IFDIR:
        copy.mkdir(parents=True, exist_ok=True)
        shutil.copymode(original, copy)
    elif original.name.endswith(_DATABASE) and _kind(copy) is not None:
        _back_up(original, copy)
        shutil.copystat(original, copy)
    else:
        copy.unlink(missing_ok=True)
        shutil.copy2(original, copy, follow_symlinks=False)


def _back_up(original: Path, copy: Path) -> None:
    """By SQLite's own means: a connection that somebody has open sees that the file is another one."""
    with closing(sqlite3.connect(original)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
