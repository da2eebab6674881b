"""What a file of data holds, without the data."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of a CSV file in their order, its rows, and how many cells of a column look like personal data.

    `found` maps a column to what its cells look like (`email`, `card`, `ssn`) and how many do; without the others.
    """

    columns: tuple[str, ...]
    rows: int
    found: Mapping[str, Mapping[str, int]]
