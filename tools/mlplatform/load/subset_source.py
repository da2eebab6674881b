"""Sources of which only some paths are seen: what `load` is not shown costs nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from mlplatform.core.source import FileType, Source, SourceFile
from mlplatform.load.source import BY_PATH, WorkingTree, file_type, is_under
from mlplatform.providers.git import Entry, Git
from mlplatform.providers.git.compare import sizes


class Selectable(Source, Protocol):
    """A source that can be cut down to some of its paths."""

    @property
    def paths(self) -> Iterable[str]:
        """Every path that there is."""
        ...

    def only(self, paths: Iterable[str]) -> Source:
        """The same with no more than these paths."""
        ...


@dataclass(frozen=True, slots=True)
class GitTreeSource:
    """Files by the ids of their contents; `commit` is what they stand for."""

    git: Git
    commit: str | None
    entries: Mapping[str, Entry]

    @property
    def paths(self) -> Iterable[str]:
        return self.entries.keys()

    def only(self, paths: Iterable[str]) -> "GitTreeSource":
        entries = self.entries
        return GitTreeSource(
            self.git, self.commit, {path: entries[path] for path in paths if path in entries}
        )

    def files(self, under: Sequence[str]) -> Sequence[SourceFile]:
        """The files at or below these paths, sorted; `""` stands for everything."""
        types = {path: file_type(int(e.mode, 8)) for path, e in self.entries.items() if is_under(path, under)}
        known = sizes(self.git, sorted({self.entries[path].oid for path in _plain(types)}))
        return sorted(
            (
                SourceFile(path, kind, known.get(self.entries[path].oid, -1) if kind is FileType.FILE else -1)
                for path, kind in types.items()
            ),
            key=BY_PATH,
        )

    def read(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        """The bytes of plain files, by path."""
        found = {path: self.entries[path] for path in paths if path in self.entries}
        oids = {path: e.oid for path, e in found.items() if file_type(int(e.mode, 8)) is FileType.FILE}
        blobs = self.git.blobs(sorted(set(oids.values())))
        return {path: blobs[oid] for path, oid in oids.items()}


@dataclass(frozen=True, slots=True)
class OverlaySource:
    """Unchanged files as git holds them, and over them what was looked at in the working tree."""

    unchanged: GitTreeSource
    tree: WorkingTree
    looked: Mapping[str, SourceFile]
    commit: str | None = None

    @property
    def paths(self) -> Iterable[str]:
        return self.unchanged.entries.keys() | self.looked.keys()

    def only(self, paths: Iterable[str]) -> "OverlaySource":
        some = frozenset(paths)
        looked = {path: file for path, file in self.looked.items() if path in some}
        return OverlaySource(self.unchanged.only(some), self.tree, looked)

    def files(self, under: Sequence[str]) -> Sequence[SourceFile]:
        """The files at or below these paths, sorted; `""` stands for everything."""
        looked = (file for file in self.looked.values() if is_under(file.path, under))
        return sorted([*self.unchanged.files(under), *looked], key=BY_PATH)

    def read(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        """The bytes of plain files, by path."""
        return {
            **self.unchanged.read(paths),
            **self.tree.read([path for path in paths if path in self.looked]),
        }


def _plain(types: Mapping[str, FileType]) -> Iterable[str]:
    return (path for path, kind in types.items() if kind is FileType.FILE)
