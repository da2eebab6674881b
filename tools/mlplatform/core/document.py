"""A document: its path, its values, and the position of each value in the file."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from mlplatform.core.kinds import DocumentModel
from mlplatform.core.kinds.document_kind import KeyPath
from mlplatform.core.naming import Identity, Kind

__all__ = ["Document", "KeyPath", "Position", "RawDocument", "of_kind"]
Position = tuple[int, int]
B = TypeVar("B", bound=DocumentModel, covariant=True)


@dataclass(frozen=True, slots=True)
class RawDocument:
    """A file's plain values before any check; `positions` maps the path of each key to line and column."""

    path: str
    identity: Identity
    data: Mapping[str, Any]
    positions: Mapping[KeyPath, Position]

    def position(self, pointer: KeyPath) -> Position:
        """Return line and column of a value, or of the nearest value around it when it is missing."""
        for length in range(len(pointer), -1, -1):
            if position := self.positions.get(pointer[:length]):
                return position
        return (1, 1)


@dataclass(frozen=True, slots=True)
class Document(Generic[B]):
    """A document that is valid by its schema."""

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


def of_kind(raws: Iterable[RawDocument], kind: Kind) -> Iterator[RawDocument]:
    """Yield those of the documents that are of a kind."""
    return (raw for raw in raws if raw.identity.kind is kind)
