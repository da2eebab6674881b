"""Reads a CSV file: its columns, its rows, and how many cells of each column look like personal data."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping

from mlplatform.core.finding import Finding, error
from mlplatform.core.naming import printable
from mlplatform.core.table import Table
from mlplatform.load.pii import ScanBudget, ScanBudgetExceeded, detect, prefilter

MAX_LINE = 1024 * 1024
_LONGEST_NAME = 60


class _NoTable(Exception):
    """Why a file is no table, and in which line."""

    def __init__(self, why: str, fix: str, line: int = 1) -> None:
        super().__init__(why)
        self.fix = fix
        self.line = line


def read_tables(
    data: Mapping[str, bytes], effort: ScanBudget | None = None
) -> tuple[dict[str, Table], list[Finding]]:
    """The tables in these files by path, and a finding for each file that is none, or was not looked at to its end."""
    effort = effort or ScanBudget()
    tables: dict[str, Table] = {}
    findings: list[Finding] = []
    for path, content in data.items():
        try:
            tables[path] = read_table(content, effort)
        except UnicodeDecodeError:
            fix = "save the file as UTF-8"
            findings.append(error("file-encoding", printable(path), "this is not UTF-8", fix=fix))
        except _NoTable as why:
            findings.append(error("file-table", printable(path), str(why), fix=why.fix, at=(why.line, 1)))
    return tables, findings


def read_table(data: bytes, effort: ScanBudget | None = None) -> Table:
    """What one file holds; nothing of a cell is kept."""
    effort = effort or ScanBudget()
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not data.isascii():
        data.decode()
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise _NoTable("there is a NUL byte in it", "save the file as CSV in UTF-8", line)
    suspects = prefilter(data)
    if suspects or b'"' in data or b"\r" in data:
        return _read_cells(data, suspects, effort)
    return _count_cells(data)


def _count_cells(data: bytes) -> Table:
    """A table without quotes, in which nothing looks like personal data: its commas say it all."""
    lines = data.split(b"\n")
    _check_length(max(map(len, lines)))
    columns = _columns(lines[0].decode().split(","))
    for number, line in enumerate(lines, 1):
        if line and line.count(b",") != len(columns) - 1:
            raise _ragged(number, line.count(b",") + 1, len(columns))
    return Table(columns, sum(map(bool, lines)) - 1, {})


def _read_cells(data: bytes, suspects: frozenset[str], effort: ScanBudget) -> Table:
    text = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", newline="")
    # strict: what other readers could read in another way is refused
    reader = csv.reader(map(_checked, text), strict=True)
    try:
        columns = _columns(next(reader, []))
        rows, found = _look_at(reader, columns, suspects, effort)
    except ScanBudgetExceeded:
        said = "there are more numbers in cells than are looked at, whether they are those of cards"
        fix = "write one number a cell, or keep the data elsewhere"
        raise _NoTable(said, fix, reader.line_num) from None
    except csv.Error as why:
        fix = "write it as RFC 4180 says: quotes around a whole cell, and doubled inside"
        raise _NoTable(f"this is not CSV: {why}", fix, reader.line_num) from None
    return Table(columns, rows, found)


def _look_at(
    reader: Iterator[list[str]], columns: tuple[str, ...], suspects: frozenset[str], effort: ScanBudget
) -> tuple[int, dict[str, dict[str, int]]]:
    width, rows = len(columns), 0
    found: Counter[tuple[int, str]] = Counter()
    for row in reader:
        if not row:
            continue  # an empty line is no row
        rows += 1
        if len(row) != width:
            raise _ragged(getattr(reader, "line_num", 1), len(row), width)
        if suspects:
            found.update(detect(row, suspects, effort))
    by_column: dict[str, dict[str, int]] = {}
    for (place, look), count in sorted(found.items()):
        by_column.setdefault(columns[place], {})[look] = count
    return rows, by_column


def _columns(header: list[str]) -> tuple[str, ...]:
    if not any(header):
        raise _NoTable("there is no header", "let the first line name the columns")
    seen: set[str] = set()
    for place, name in enumerate(header, 1):
        if not name.strip():
            raise _NoTable(f"column {place} has no name", "name every column in the first line")
        if name in seen:
            raise _NoTable(f"two columns are called {_short(name)}", "give each column a name of its own")
        seen.add(name)
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
