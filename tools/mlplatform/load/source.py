"""The two sources of files: the working tree as it is, or a commit as git objects."""

import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from mlplatform.core.source import FileType, SourceFile
from mlplatform.load.nofollow import opened, read_all
from mlplatform.providers.git import Git, TreeEntry
from mlplatform.providers.git.compare import sizes

BY_PATH = attrgetter("path")  # comparing whole files takes ten times as long


class Commit:
    """The files of one commit, which is never checked out."""

    def __init__(self, git: Git, rev: str) -> None:
        self._git = git
        self._commit = git.resolve(rev)

    @property
    def commit(self) -> str | None:
        return self._commit

    def files(self, under: Sequence[str]) -> Sequence[SourceFile]:
        """Return the files at or below these paths, sorted; `""` stands for everything."""
        entries = {path: entry for path, entry in self._tree.items() if is_under(path, under)}
        types = {path: file_type(entry.bits) for path, entry in entries.items()}
        plain = {path: entries[path].oid for path, kind in types.items() if kind is FileType.FILE}
        size_of = sizes(self._git, sorted(set(plain.values())))
        return sorted(
            (
                SourceFile(path, kind, size_of.get(plain.get(path, ""), -1), entries[path].mode)
                for path, kind in types.items()
            ),
            key=BY_PATH,
        )

    def read(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        """Return the content of plain files, by path."""
        entries = {path: self._tree[path] for path in paths if path in self._tree}
        oids = {path: entry.oid for path, entry in entries.items() if file_type(entry.bits) is FileType.FILE}
        blobs = self._git.blobs(sorted(set(oids.values())))
        return {path: blobs[oid] for path, oid in oids.items()}

    @cached_property
    def _tree(self) -> Mapping[str, TreeEntry]:
        return self._git.tree(self._commit, ())


class WorkingTree:
    """The files of a folder as they are: in a git checkout those that git tracks or would add, elsewhere all."""

    commit: str | None = None

    def __init__(self, root: Path) -> None:
        self._root = str(root.absolute())

    def files(self, under: Sequence[str]) -> Sequence[SourceFile]:
        """Return the files at or below these paths, sorted; `""` stands for everything."""
        return self.look({path for path in self._paths() if is_under(path, under)})

    def look(self, paths: Iterable[str]) -> Sequence[SourceFile]:
        """Return the files at these paths, sorted; paths without one are left out."""
        folders: dict[str, FileType | None] = {"": FileType.OTHER}
        return sorted((file for file in (self._look(path, folders) for path in paths) if file), key=BY_PATH)

    def read(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        """Return the content of plain files, by path; without files that cannot be read or are not plain any more."""
        data: dict[str, bytes] = {}
        for folder, inside in groupby(sorted(paths, key=_split), key=lambda path: _split(path)[0]):
            with opened(self._root, folder) as descriptor:
                if descriptor is not None:
                    data.update(read_all(descriptor, inside))
        return data

    def _paths(self) -> Iterator[str]:
        root = Path(self._root)
        if any((folder / ".git").exists() for folder in (root, *root.parents)):
            out = Git(root).run("ls-files", "-z", "--cached", "--others", "--exclude-standard")
            return (os.fsdecode(path).rstrip("/") for path in out.split(b"\0") if path)
        return _walk(self._root, "")

    def _look(self, path: str, folders: dict[str, FileType | None]) -> SourceFile | None:
        """Return the file at a path; None when there is none. A file behind a symlink counts as a symlink."""
        parent = self._folder(_split(path)[0], folders)
        if parent is FileType.SYMLINK:
            return SourceFile(path, parent, -1)
        return self._file(path) if parent else None

    def _folder(self, folder: str, folders: dict[str, FileType | None]) -> FileType | None:
        """Return OTHER for a folder, SYMLINK when a part of its path is one, None for anything else."""
        if folder not in folders:
            kind = self._folder(_split(folder)[0], folders)
            if kind is FileType.OTHER:
                file = self._file(folder)
                kind = file.type if file else None
            folders[folder] = None if kind is FileType.FILE else kind
        return folders[folder]

    def _file(self, path: str) -> SourceFile | None:
        try:
            status = os.lstat(f"{self._root}/{path}")
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError:  # it exists and may not be read: that must not count as absent
            return SourceFile(path, FileType.OTHER, -1)
        kind = file_type(status.st_mode)
        return SourceFile(path, kind, status.st_size if kind is FileType.FILE else -1)


def _split(path: str) -> tuple[str, str]:
    folder, _, name = path.rpartition("/")
    return folder, name


def _walk(root: str, folder: str) -> Iterator[str]:
    with os.scandir(os.path.join(root, folder)) as entries:  # noqa: PTH118
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if not entry.is_dir(follow_symlinks=False):
                yield path
            elif folder or not entry.name.startswith("."):  # .venv, .platform
                yield from _walk(root, path)


def file_type(mode: int) -> FileType:
    """Return the type that a file mode stands for; git and the system agree on these bits."""
    if stat.S_ISREG(mode):
        return FileType.FILE
    return FileType.SYMLINK if stat.S_ISLNK(mode) else FileType.OTHER


def is_under(path: str, under: Sequence[str]) -> bool:
    return any(
        not root or path == root.rstrip("/") or path.startswith(root.rstrip("/") + "/") for root in under
    )
