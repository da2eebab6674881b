"""Source maps: the position of each value of a document."""

from array import array
from collections.abc import Iterator, Mapping
from typing import Any

from mlplatform.core.document import KeyPath, Position

# A document has fewer characters than this. Line and column, from 0, are stored as one number, line * COLUMNS + column:
# otherwise positions would take three quarters of the memory of a repository.
COLUMNS = 1 << 20


class SourceMap(Mapping[KeyPath, Position]):
    """Line and column, from 1, by key path: a mapping's value has the position of its key, a list's item its own.

    Computed on first use, as most documents have no findings. `marks` has one number for each value, in the order in
    which the parser meets the values.
    """

    __slots__ = ("_data", "_marks", "_positions")

    def __init__(self, data: Mapping[str, Any], marks: "array[int]") -> None:
        self._data = data
        self._marks = marks
        self._positions: dict[KeyPath, Position] | None = None

    @property
    def marks(self) -> bytes:
        return self._marks.tobytes()

    def __getitem__(self, pointer: KeyPath) -> Position:
        return self._all()[pointer]

    def __iter__(self) -> Iterator[KeyPath]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._marks)

    def _all(self) -> dict[KeyPath, Position]:
        if self._positions is None:
            positions = (divmod(mark, COLUMNS) for mark in self._marks)
            self._positions = {
                pointer: (line + 1, column + 1)
                for pointer, (line, column) in zip(_pointers(self._data, ()), positions, strict=True)
            }
        return self._positions


def _pointers(value: Any, at: KeyPath) -> Iterator[KeyPath]:
    if isinstance(value, Mapping):
        inside: Iterator[tuple[str | int, Any]] = iter(value.items())
    elif isinstance(value, list):
        inside = enumerate(value)
    else:
        return
    for key, part in inside:
        yield (*at, key)
        yield from _pointers(part, (*at, key))
