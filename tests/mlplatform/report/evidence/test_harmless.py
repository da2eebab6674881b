"""Texts from anywhere come out harmless in every kind of file of an export."""

import csv
import io
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mlplatform.report.evidence.harmless import cell, csv_file, json_file, visible

ANY_TEXT = st.text(st.characters(), max_size=40) | st.text(
    "=+-@\t\r\n\0 ;,\"'<>|\u202e\u200b\ufeff\ud800\x1b\x7f\x9b"
)


def is_harmless(text: str) -> bool:
    return text.isprintable() and "\u3164" not in text and "\u2800" not in text


@given(ANY_TEXT)
@example("\ud800")
@example("\u3164")
def test_a_visible_text_controls_nothing_and_can_be_written(text: str) -> None:
    shown = visible(text)
    assert is_harmless(shown)
    assert shown.encode().decode() == shown


@given(st.text(st.characters(categories=["L", "N", "P", "Zs"], codec="ascii")))
def test_an_ordinary_text_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


@given(st.lists(st.lists(ANY_TEXT, min_size=2, max_size=2), max_size=4))
def test_no_cell_is_a_formula_and_every_row_keeps_its_cells(rows: list[list[str]]) -> None:
    data = csv_file(("a", "b"), rows).decode()
    read = list(csv.reader(io.StringIO(data)))
    assert [len(row) for row in read] == [2] * (len(rows) + 1)
    assert data.count("\n") == len(read)
    for value in (value for row in read for value in row):
        assert not value.lstrip().startswith(tuple("=+-@\t\r"))
        assert is_harmless(value)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("=1+1", "'=1+1"),
        (" @SUM(A1)", "' @SUM(A1)"),
        ("\t=1", "\\t=1"),
        ("\uff1d1", "'\uff1d1"),
        (True, "yes"),
        (None, ""),
    ],
)
def test_cells_as_they_are_shown(value: str | bool | None, shown: str) -> None:
    assert cell(value) == shown


@given(st.dictionaries(ANY_TEXT, st.recursive(ANY_TEXT, st.lists, max_leaves=4), max_size=3))
def test_json_is_ascii_without_markup_and_its_texts_are_visible(values: dict[str, list[str]]) -> None:
    data = json_file(values)
    assert data.isascii()
    assert not {b"<", b">", b"\x7f", b"\x1b"} & {data[at : at + 1] for at in range(len(data))}
    for key in json.loads(data):
        assert is_harmless(key)
