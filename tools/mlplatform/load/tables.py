"""Read a CSV file: its columns, its rows, and how many cells of each column look like personal data."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping

from mlplatform.core.finding import Finding
from mlplatform.core.naming import printable
from mlplatform.core.rule import declare_rule
from mlplatform.core.table import CsvTable
from mlplatform.load.pii import ScanBudget, ScanBudgetExceeded, detect, prefilter
from mlplatform.load.pii_evidence import Evidence, weigh
from mlplatform.load.read_files import FILE_ENCODING

FILE_TABLE = declare_rule(
    __name__,
    "file-table",
    "Data in this repository is a CSV table",
    "Its cells are searched for personal data and its header is compared with the document. Neither works for a "
    "file that is not a table with a header of distinct names and the same number of cells in every row.",
    fix="write it as RFC 4180 says, with a header, and one cell for each column in every row",
    passes="id,score\n1,0.5",
    fails="id,score\n1,0.5,ada@example.com",
    soc2=("CC8.1", "PI1.2"),
)

MAX_LINE = 1024 * 1024
_LONGEST_NAME = 60


class _NoTable(Exception):
    """Raised when a file is not a table: why, what to do, and in which line."""

    def __init__(self, why: str, fix: str, line: int = 1) -> None:
        super().__init__(why)
        self.fix = fix
        self.line = line


def read_tables(
    data: Mapping[str, bytes], budget: ScanBudget | None = None
) -> tuple[dict[str, CsvTable], list[Finding]]:
    """Return the tables in these files by path, and findings about files that are not tables or too much to scan."""
    budget = budget or ScanBudget()
    tables: dict[str, CsvTable] = {}
    findings: list[Finding] = []
    for path, content in data.items():
        try:
            tables[path] = read_table(content, budget)
        except UnicodeDecodeError:
            fix = "save the file as UTF-8"
            findings.append(FILE_ENCODING.error(printable(path), "this is not UTF-8", fix=fix))
        except _NoTable as why:
            findings.append(FILE_TABLE.error(printable(path), str(why), fix=why.fix, at=(why.line, 1)))
    return tables, findings


def read_table(data: bytes, budget: ScanBudget | None = None) -> CsvTable:
    """Read the shape of one file; the content of cells is not kept."""
    budget = budget or ScanBudget()
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not data.isascii():
        data.decode()
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise _NoTable("the file has a NUL byte", "save the file as CSV in UTF-8", line)
    suspects = prefilter(data)
    if suspects or b'"' in data or b"\r" in data:
        return _read_cells(data, suspects, budget)
    return _count_cells(data)


def _count_cells(data: bytes) -> CsvTable:
    """Read a table without quotes and without personal data, for which counting commas is enough."""
    lines = data.split(b"\n")
    _check_length(max(map(len, lines)))
    columns = _columns(lines[0].decode().split(","))
    for number, line in enumerate(lines, 1):
        if line and line.count(b",") != len(columns) - 1:
            raise _ragged(number, line.count(b",") + 1, len(columns))
    return CsvTable(columns, sum(map(bool, lines)) - 1, {})


def _read_cells(data: bytes, suspects: frozenset[str], budget: ScanBudget) -> CsvTable:
    text = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", newline="")
    # strict: refuse what other readers could read differently
    reader = csv.reader(map(_checked, text), strict=True)
    try:
        columns = _columns(next(reader, []))
        rows, evidence = _scan(reader, columns, suspects, budget)
    except ScanBudgetExceeded:
        message = "the cells have more numbers than can be checked for payment cards"
        fix = "write one number per cell, or keep the data elsewhere"
        raise _NoTable(message, fix, reader.line_num) from None
    except csv.Error as why:
        fix = "write it as RFC 4180 says: quotes around a whole cell, and doubled inside"
        raise _NoTable(f"this is not CSV: {why}", fix, reader.line_num) from None
    found = {name: column.found for name, column in evidence.items() if column.found}
    suspected = {name: column.suspected for name, column in evidence.items() if column.suspected}
    return CsvTable(columns, rows, found, suspected)


def _scan(
    reader: Iterator[list[str]], columns: tuple[str, ...], suspects: frozenset[str], budget: ScanBudget
) -> tuple[int, dict[str, Evidence]]:
    width, rows = len(columns), 0
    counts: Counter[tuple[int, str]] = Counter()
    empty: Counter[int] = Counter()
    for row in reader:
        if not row:
            continue  # an empty line is not a row
        rows += 1
        if len(row) != width:
            raise _ragged(getattr(reader, "line_num", 1), len(row), width)
        if suspects:
            counts.update(detect(row, suspects, budget))
            if "" in row:
                empty.update(index for index, cell in enumerate(row) if not cell)
    by_column: dict[int, dict[str, int]] = {}
    for (index, look), count in sorted(counts.items()):
        by_column.setdefault(index, {})[look] = count
    return rows, {columns[index]: weigh(looks, rows - empty[index]) for index, looks in by_column.items()}


def _columns(header: list[str]) -> tuple[str, ...]:
    if not any(header):
        raise _NoTable("the file has no header", "let the first line name the columns")
    names: set[str] = set()
    for number, name in enumerate(header, 1):
        if not name.strip():
            raise _NoTable(f"column {number} has no name", "name every column in the first line")
        if name in names:
            raise _NoTable(f"two columns are called {_short(name)}", "give each column a name of its own")
        names.add(name)
    return tuple(header)


def _checked(line: str) -> str:
    _check_length(len(line))
    return line


def _check_length(length: int) -> None:
    if length > MAX_LINE:
        fix = "end each row with a line feed"
        raise _NoTable(f"a line has {length} characters and may have {MAX_LINE}", fix)


def _ragged(line: int, cells: int, width: int) -> _NoTable:
    fix = "give every row a cell for each column, and quote cells with commas in them"
    return _NoTable(f"this row has {cells} cells and the header has {width}", fix, line)


def _short(name: str) -> str:
    return printable(name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…")
