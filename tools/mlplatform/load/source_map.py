"""Where each value of a document stands."""

from array import array
from collections.abc import Iterator, Mapping
from typing import Any

from mlplatform.core.document import KeyPath, Position

# More than a document has characters. Line and column, from 0, are one number, line * COLUMNS + column: three
# quarters of the memory of a repository would be places.
COLUMNS = 1 << 20


class SourceMap(Mapping[KeyPath, Position]):
    """Line and column, from 1, by pointer: of a mapping's value the place of its key, of a list's item its own.

    Worked out when first asked, as most documents have no finding: `marks` holds one number a value, in the
    order in which the values are met.
    """

    __slots__ = ("_data", "_found", "_marks")

    def __init__(self, data: Mapping[str, Any], marks: "array[int]") -> None:
        self._data = data
        self._marks = marks
        self._found: dict[KeyPath, Position] | None = None

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
        if self._found is None:
            places = (divmod(mark, COLUMNS) for mark in self._marks)
            self._found = {
                pointer: (line + 1, column + 1)
                for pointer, (line, column) in zip(_pointers(self._data, ()), places, strict=True)
            }
        return self._found


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
