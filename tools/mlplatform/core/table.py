"""The shape of a CSV file, without its data."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mlplatform.core.row_sketch import RowSketch


@dataclass(frozen=True, slots=True)
class CsvTable:
    """The columns of a CSV file in their order, its rows, and how many cells of a column look like personal data.

    `personal_data` counts, for each column with any, the cells that look like `email`, `card`, `ssn`, `iban`, `phone`
    or `health` (a number of a health service). `suspected` counts those of columns in which too few do, or which may
    be something else. `sketch` tells its rows from those of other tables.
    """

    columns: tuple[str, ...]
    rows: int
    personal_data: Mapping[str, Mapping[str, int]]
    suspected: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    sketch: RowSketch = field(default_factory=lambda: RowSketch({}), compare=False)
