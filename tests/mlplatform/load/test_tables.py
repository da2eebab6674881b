"""A data file is read as the table it is, and what looks like personal data in it is counted."""

import csv

import pytest

from mlplatform.core.table import CsvTable
from mlplatform.load.tables import MAX_LINE, read_tables

PATH = "examples/data/clinic/x.csv"


def table(data: bytes | str) -> CsvTable:
    """What a file that is a table holds."""
    read, findings = read_tables({PATH: data.encode() if isinstance(data, str) else data})
    assert findings == []
    return read[PATH]


@pytest.mark.parametrize(
    ("data", "columns", "rows"),
    [
        ("a,b\n1,2\n3,4\n", ("a", "b"), 2),
        ("a,b\n1,2\n3,4", ("a", "b"), 2),
        ("a,b\r\n1,2\r\n\r\n", ("a", "b"), 1),
        ("a,b\r1,2\r", ("a", "b"), 1),
        ("\ufeffa,b\n1,2\n", ("a", "b"), 1),
        ("a\n", ("a",), 0),
        ("a", ("a",), 0),
        ("a,b\n1,2\n\n3,4\n\n", ("a", "b"), 2),
        ('a,"b, ""c"""\n"1\n2",\u2028\n', ("a", 'b, "c"'), 1),
        ("größe,b\n1\x852,ü\n", ("größe", "b"), 1),
        (" a,a \n1,2\n", (" a", "a "), 1),
    ],
)
def test_a_table_has_the_columns_of_its_first_line(data: str, columns: tuple[str, ...], rows: int) -> None:
    assert table(data) == CsvTable(columns, rows, {})


@pytest.mark.parametrize(
    ("data", "rule", "line", "message"),
    [
        (b"", "file-table", 1, "the file has no header"),
        (b"\n1,2\n", "file-table", 1, "the file has no header"),
        (b"a,,b\n", "file-table", 1, "column 2 has no name"),
        (b"a, ,b\n", "file-table", 1, "column 2 has no name"),
        (b"a,b,a\n", "file-table", 1, "two columns are called a"),
        (b'a,"b","a"\n', "file-table", 1, "two columns are called a"),
        (b"a,b\n1,2\n1\n", "file-table", 3, "this row has 1 cells and the header has 2"),
        (b'a,b\n"1\n2",2\n1,2,3\n', "file-table", 4, "this row has 3 cells and the header has 2"),
        (b"a,b\n1,\x00\n", "file-table", 2, "the file has a NUL byte"),
        ("a,b\n1,2\n".encode("utf-16"), "file-encoding", 1, "this is not UTF-8"),
        ("a,b\n1,2\n".encode("utf-16-le"), "file-table", 1, "the file has a NUL byte"),
        ("a,b\n1,ü\n".encode("latin-1"), "file-encoding", 1, "this is not UTF-8"),
        (b'a,b\n1,"2\n', "file-table", 2, "this is not CSV: unexpected end of data"),
        (b'a,b\n1,"2"3\n', "file-table", 2, "this is not CSV: ',' expected after '\"'"),
        (b"a,b\n1," + b"x" * MAX_LINE, "file-table", 1, "may have 1048576"),
        (b'a,b\n1,"' + b"x" * (csv.field_size_limit() + 1) + b'"', "file-table", 2, "field larger than"),
    ],
    ids=range(16),
)
def test_what_is_no_table_is_a_finding(data: bytes, rule: str, line: int, message: str) -> None:
    read, (finding,) = read_tables({PATH: data})
    assert read == {}
    assert (finding.rule, finding.path, finding.line, finding.is_error) == (rule, PATH, line, True)
    assert message in finding.message
    assert finding.fix


def test_a_file_that_is_none_hides_no_other() -> None:
    read, findings = read_tables({"a.csv": b"", "b.csv": b"x\n"})
    assert list(read) == ["b.csv"]
    assert [finding.path for finding in findings] == ["a.csv"]


EMAILS = [
    "ada@example.com",
    "to: Ada <ada.l+x@mail.example.co.uk>",
    "ada\uff20example.com",
    "ada@exa\u00admple.com",
]
CARDS = [
    *("4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "4111111111111111.0"),
    *(
        "4.111111111111111e15",
        "4.111111111111111E+15",
        "378282246310005",
        "5555555555554444",
        "2223003122003222",
    ),
    *("6011111111111117", "3530111333300000", "30569309025904", "4222222222222", "4917610000000000003"),
    *("paid with 4111 1111 1111 1111 123", "1 4111111111111111", "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"),
    *("\uff14\uff11\uff11\uff11 1111 1111 1111", "4111\u200b1111\u00a01111\u20111111", "٤١١١١١١١١١١١١١١١"),
]
NUMBERS = ["123-45-6789", "123 45 6789", "ssn:899-01-0001;", "\uff11\uff12\uff13\uff0d45\u20136789"]
HARMLESS = [
    *("ada@localhost", "@mention", "5 @ 3", "a@b", "ada at example.com", "x@.com"),
    *("4111111111111112", "0.4111111111111111", "1700000000000000", "1111111111111117", "411111111111111"),
    *("41111111111111111111", "4111111111111111.5", "9" * 16, "4111,1111", "2026-08-15 12:30:45.123456"),
    *("000-12-3456", "666-12-3456", "900-12-3456", "123-00-4567", "123-45-0000", "123-45-67890"),
    *(
        "1123-45-6789",
        "123-456-789",
        "123-45 6789",
        "2026-08-15",
        "+1 555 123 4567",
        "nan",
        "1e300",
        "1.0e999",
    ),
]


@pytest.mark.parametrize(
    ("cell", "look"),
    [
        *((cell, "email") for cell in EMAILS),
        *((cell, "card") for cell in CARDS),
        *((cell, "ssn") for cell in NUMBERS),
    ],
)
@pytest.mark.parametrize("quote", ["", '"'])
def test_a_cell_that_looks_like_personal_data_is_counted(cell: str, look: str, quote: str) -> None:
    found = table(f"id,said\n1,{quote}{cell}{quote}\n2,{quote}{cell}{quote}\n3,nothing\n")
    assert found == CsvTable(("id", "said"), 3, {"said": {look: 2}})


@pytest.mark.parametrize("cell", HARMLESS)
def test_a_cell_that_does_not_is_not(cell: str) -> None:
    data = f'id,said\n1,"{cell}"\n2,"{EMAILS[0]}"\n3,"{CARDS[0]}"\n4,"{NUMBERS[0]}"\n'
    assert table(data).personal_data == {"said": {"email": 1, "card": 1, "ssn": 1}}


def test_each_column_has_its_own_count() -> None:
    data = "a,b\n4111111111111111,ada@example.com\n1,bob@example.com\nc@example.com 123-45-6789,\n"
    assert table(data).personal_data == {"a": {"card": 1, "email": 1, "ssn": 1}, "b": {"email": 2}}


def test_a_name_across_two_cells_is_none() -> None:
    assert table("a,b\n41111111,11111111\nada@,example.com\n123-45,6789\n").personal_data == {}
