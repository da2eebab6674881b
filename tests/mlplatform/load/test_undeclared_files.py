"""Data that no data set names, and links among scripts, are findings."""

from mlplatform.core.finding import error
from mlplatform.core.source import FileType, SourceFile
from mlplatform.load.undeclared_files import undeclared_files

DATA = "examples/data/clinic/words.csv"


def _found(path: str, *named: str, type: FileType = FileType.FILE) -> list[str]:
    return [f"{one.path} {one.rule}" for one in undeclared_files([SourceFile(path, type, 1)], named, [])]


def test_data_that_a_data_set_names_is_none() -> None:
    assert _found(DATA, DATA) == []


def test_data_that_nothing_names_is_a_finding() -> None:
    assert _found(DATA) == [f"{DATA} path-unknown"]
    assert _found(DATA, "examples/data/clinic/other.csv") == [f"{DATA} path-unknown"]
    assert _found("examples/data/clinic/deep/down.json") == [
        "examples/data/clinic/deep/down.json path-unknown"
    ]


def test_a_note_and_what_is_no_tenants_are_none() -> None:
    assert _found("examples/data/clinic/README.md") == []
    assert _found("examples/data/make.py") == []
    assert _found("examples/training/clinic_tumour.py") == []


def test_a_note_that_is_a_link_is_a_finding() -> None:
    note = "examples/data/clinic/README.md"
    assert _found(note, type=FileType.SYMLINK) == [f"{note} path-unknown"]


def test_a_script_that_is_a_link_is_a_finding() -> None:
    script = "examples/training/clinic_tumour.py"
    assert _found(script, type=FileType.SYMLINK) == [f"{script} path-symlink"]


def test_what_data_sets_that_cannot_be_read_name_is_unknown() -> None:
    unreadable = error("yaml-syntax", "tenants/clinic/datasets/words.yaml", "no", fix="do")
    assert list(undeclared_files([SourceFile(DATA, FileType.FILE, 1)], [], [unreadable])) == []
