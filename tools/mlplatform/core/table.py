"""The shape of a CSV file, without its data."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CsvTable:
    """The columns of a CSV file in their order, its rows, and how many cells of a column look like personal data.

    `personal_data` counts, for each column with any, the cells that look like `email`, `card` or `ssn`.
    """

    columns: tuple[str, ...]
    rows: int
    personal_data: Mapping[str, Mapping[str, int]]
