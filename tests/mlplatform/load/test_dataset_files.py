"""Data in the repository is read within limits, and what was not looked at is a finding."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from mlplatform.core.source import FileType, SourceFile
from mlplatform.load import dataset_files
from mlplatform.load.dataset_files import read_data
from mlplatform.load.pii import ScanBudget
from mlplatform.load.tables import read_tables


@dataclass(slots=True)
class Files:
    """A source of these files, which notes what is read at once."""

    content: Mapping[str, bytes]
    reads: list[list[str]] = field(default_factory=list)
    commit: str | None = None

    def files(self, under: Sequence[str]) -> Sequence[SourceFile]:
        return [SourceFile(path, FileType.FILE, len(data)) for path, data in self.content.items()]

    def read(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        self.reads.append(list(paths))
        return {path: self.content[path] for path in paths}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset_files, "MAX_FILE", 100)
    monkeypatch.setattr(dataset_files, "MAX_TOTAL", 250)


def csv(size: int) -> bytes:
    return b"x\n" + b"1\n" * ((size - 2) // 2)


def test_no_more_is_held_at_once_than_one_file_may_have() -> None:
    files = Files({"a": csv(40), "b": csv(50), "c": csv(60), "d": csv(90)})
    digests, tables, findings = read_data(files, files.files(("",)))
    assert files.reads == [["a", "b"], ["c"], ["d"]]
    assert [*digests] == [*tables] == ["a", "b", "c", "d"]
    assert findings == []


def test_files_beyond_the_total_are_findings_and_not_read() -> None:
    files = Files({"a": csv(100), "b": csv(100), "c": csv(60), "d": csv(40)})
    digests, _, (finding,) = read_data(files, files.files(("",)))
    assert [*digests] == ["a", "b", "d"]
    assert (finding.rule, finding.path) == ("file-size", "c")


def test_a_file_that_is_too_large_takes_nothing_from_the_others() -> None:
    files = Files({"a": csv(1000), "b": csv(100), "c": csv(100)})
    digests, _, (finding,) = read_data(files, files.files(("",)))
    assert [*digests] == ["b", "c"]
    assert (finding.rule, finding.path) == ("file-size", "a")


def test_a_table_that_was_not_looked_at_to_its_end_is_a_finding_with_its_line() -> None:
    rows = b"note\n" + b"5 5 5 5 5 5 5 5 5 5 5 5 5 6\n" * 10
    tables, (finding,) = read_tables({"a.csv": rows}, ScanBudget(groups=14 * 5))
    assert tables == {}
    assert (finding.rule, finding.path, finding.line) == ("file-table", "a.csv", 7)
    assert finding.fix


def test_the_limit_counts_all_tables_together() -> None:
    rows = b"note\n" + b"5 5 5 5 5 5 5 5 5 5 5 5 5 6\n" * 3
    tables, (finding,) = read_tables({"a.csv": rows, "b.csv": rows}, ScanBudget(groups=14 * 5))
    assert [*tables] == ["a.csv"]
    assert finding.path == "b.csv"


def test_numbers_of_their_own_and_prose_cost_nothing() -> None:
    rows = b"note,number\n" + b"a few words and 1 2 3 numbers,4111111111111112\n" * 100
    tables, findings = read_tables({"a.csv": rows}, ScanBudget(groups=0))
    assert findings == []
    assert tables["a.csv"].rows == 100


def test_a_card_among_many_numbers_is_found() -> None:
    rows = b"note\n" + b"7 8 9 " * 50 + b"4111 1111 1111 1111 12 27" + b" 7 8 9" * 50 + b"\n"
    tables, _ = read_tables({"a.csv": rows})
    assert tables["a.csv"].personal_data == {"note": {"card": 1}}


def test_marks_without_end_are_read_in_time() -> None:
    tables, _ = read_tables({"a.csv": ("note\na" + "\u0300\u0316" * 60_000 + "@example.com\n").encode()})
    assert tables["a.csv"].personal_data == {"note": {"email": 1}}


def test_a_pointer_of_git_lfs_is_said_to_be_one_and_is_no_table() -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 1\n"
    files = Files({"examples/data/ant/a.csv": pointer})
    _, tables, findings = read_data(files, files.files(("",)))
    assert [(finding.rule, finding.path) for finding in findings] == [
        ("file-lfs-pointer", "examples/data/ant/a.csv")
    ]
    assert tables == {}
