"""Sources: where files are read from, either the working tree or a commit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class FileType(StrEnum):
    """The type of a path; only plain files are read."""

    FILE = "file"
    SYMLINK = "symlink"
    OTHER = "other"  # a submodule, a socket, a device


@dataclass(frozen=True, slots=True, order=True)
class SourceFile:
    """One path of a source; `size` is in bytes, -1 when it is not known; `mode` is git's, empty in a working tree."""

    path: str
    type: FileType
    size: int
    mode: str = field(default="", compare=False)


class Source(Protocol):
    """A tree of files that are read and never executed; `commit` is None for the working tree."""

    @property
    def commit(self) -> str | None: ...

    def files(self, under: Sequence[str]) -> Sequence[SourceFile]:
        """Return the files at or below these paths (`platform.yaml`, `tenants/`), sorted by path."""
        ...

    def read(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        """Return the content of plain files, by path."""
        ...
