"""A document: where it lies, what it says, and where in the file each value stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from mlplatform.core.kinds import DocumentModel
from mlplatform.core.naming import Identity

KeyPath = tuple[str | int, ...]
Position = tuple[int, int]
B = TypeVar("B", bound=DocumentModel, covariant=True)


@dataclass(frozen=True, slots=True)
class RawDocument:
    """A file's plain values before anybody judged them; `places` maps each key's pointer to line and column."""

    path: str
    identity: Identity
    data: Mapping[str, Any]
    positions: Mapping[KeyPath, Position]

    def position(self, pointer: KeyPath) -> Position:
        """Line and column of a value, or of the nearest thing around it that is there."""
        for length in range(len(pointer), -1, -1):
            if found := self.positions.get(pointer[:length]):
                return found
        return (1, 1)


@dataclass(frozen=True, slots=True)
class Document(Generic[B]):
    """A document whose schema holds."""

    raw: RawDocument
    body: B

    @property
    def path(self) -> str:
        return self.raw.path

    @property
    def name(self) -> str:
        return self.raw.identity.name

    def position(self, pointer: KeyPath = ()) -> Position:
        return self.raw.position(pointer)
