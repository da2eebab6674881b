"""Sources that are limited to some of their paths, so that `load` does not spend time on the others."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from mlplatform.core.source import FileType, Source, SourceFile
from mlplatform.load.source import BY_PATH, WorkingTree, file_type, is_under
from mlplatform.providers.git import Git, PathEntry
from mlplatform.providers.git.compare import not_checked_out, sizes


class Selectable(Source, Protocol):
    """A source that can be limited to some of its paths."""

    @property
    def paths(self) -> Iterable[str]:
        """All paths of the source."""
        ...

    def only(self, paths: Iterable[str]) -> Source:
        """Return the same source limited to these paths."""
        ...


@dataclass(frozen=True, slots=True)
class GitTreeSource:
    """Files given by the ids of their blobs; `commit` is the commit that they belong to, if any."""

    git: Git
    commit: str | None
    entries: Mapping[str, PathEntry]

    @property
    def paths(self) -> Iterable[str]:
        return self.entries.keys()

    def only(self, paths: Iterable[str]) -> "GitTreeSource":
        entries = self.entries
        return GitTreeSource(
            self.git, self.commit, {path: entries[path] for path in paths if path in entries}
        )

    def files(self, under: Sequence[str]) -> Sequence[SourceFile]:
        """Return the files at or below these paths, sorted; `""` stands for everything."""
        types = {path: file_type(int(e.mode, 8)) for path, e in self.entries.items() if is_under(path, under)}
        size_of = sizes(self.git, sorted({self.entries[path].oid for path in _plain(types)}))
        return sorted(
            (
                SourceFile(
                    path,
                    kind,
                    size_of.get(self.entries[path].oid, -1) if kind is FileType.FILE else -1,
                    self.entries[path].mode,
                )
                for path, kind in types.items()
            ),
            key=BY_PATH,
        )

    def read(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        """Return the content of plain files, by path."""
        entries = {path: self.entries[path] for path in paths if path in self.entries}
        oids = {path: e.oid for path, e in entries.items() if file_type(int(e.mode, 8)) is FileType.FILE}
        blobs = self.git.blobs(sorted(set(oids.values())))
        return {path: blobs[oid] for path, oid in oids.items()}


@dataclass(frozen=True, slots=True)
class OverlaySource:
    """Unchanged files as in git, overlaid with the changed files of the working tree."""

    unchanged: GitTreeSource
    tree: WorkingTree
    changed: Mapping[str, SourceFile]
    commit: str | None = None

    @property
    def paths(self) -> Iterable[str]:
        return self.unchanged.entries.keys() | self.changed.keys()

    def only(self, paths: Iterable[str]) -> "OverlaySource":
        some = frozenset(paths)
        changed = {path: file for path, file in self.changed.items() if path in some}
        return OverlaySource(self.unchanged.only(some), self.tree, changed)

    def files(self, under: Sequence[str]) -> Sequence[SourceFile]:
        """Return the files at or below these paths, sorted; `""` stands for everything."""
        changed = (file for file in self.changed.values() if is_under(file.path, under))
        return sorted([*self.unchanged.files(under), *changed], key=BY_PATH)

    def read(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        """Return the content of plain files, by path."""
        return {
            **self.unchanged.read(paths),
            **self.tree.read([path for path in paths if path in self.changed]),
        }


def working_tree(git: Git) -> Source:
    """Return the working tree; what git was told not to check out (a sparse checkout) is as the index has it."""
    tree, absent = WorkingTree(git.root), not_checked_out(git)
    if not absent:
        return tree
    return OverlaySource(
        GitTreeSource(git, None, absent), tree, {file.path: file for file in tree.files([""])}
    )


def _plain(types: Mapping[str, FileType]) -> Iterable[str]:
    return (path for path, kind in types.items() if kind is FileType.FILE)
