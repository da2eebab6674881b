"""What files there are and what they hold: the working tree, or any commit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class FileType(StrEnum):
    """What a path is; only plain files are ever read."""

    FILE = "file"
    SYMLINK = "symlink"
    OTHER = "other"  # a submodule, a socket, a device


@dataclass(frozen=True, slots=True, order=True)
class SourceFile:
    """One path of a source; `size` in bytes, -1 where the source does not say."""

    path: str
    type: FileType
    size: int


class Source(Protocol):
    """A tree of files that is read and never executed. `commit` is None for the working tree."""

    @property
    def commit(self) -> str | None: ...

    def files(self, under: Sequence[str]) -> Sequence[SourceFile]:
        """The files at or below these paths (`platform.yaml`, `tenants/`), sorted by path."""
        ...

    def read(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        """The bytes of plain files, by path."""
        ...
