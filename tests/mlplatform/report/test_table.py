"""Tables in a pipe and on a terminal."""

from mlplatform.report.table import table

HEAD = ("model", "why")
ROWS = [("clinic/tumour", "the registry of production does not answer"), ("postal/digits", "")]


def test_without_a_width_a_table_is_as_wide_as_its_words() -> None:
    assert table(HEAD, ROWS).split("\n") == [
        "MODEL          WHY",
        "clinic/tumour  the registry of production does not answer",
        "postal/digits",
    ]


def test_a_table_that_fits_is_the_same_on_a_terminal() -> None:
    assert table(HEAD, ROWS, 200) == table(HEAD, ROWS)


def test_a_table_that_does_not_fit_is_folded_and_loses_no_word() -> None:
    folded = table(HEAD, ROWS, 30)
    assert all(len(line) <= 30 for line in folded.split("\n"))
    words = folded.split()
    assert sorted(words) == sorted(table(HEAD, ROWS).split())


def test_what_looks_like_markup_is_printed_as_it_is() -> None:
    assert "[red]" in table(("a",), [("[red] " * 20,)], 30)
