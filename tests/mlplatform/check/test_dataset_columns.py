"""The header of a data file and the document of the data set name the same columns."""

import pytest

from mlplatform.core.payload import digest_of_bytes
from tests.support.repository import WORDS, good_repository, judged, said

LEXICON = "tenants/reading/datasets/lexicon.yaml"
FILE = "examples/data/reading/words.csv"


def repository(text: str) -> dict[str, str]:
    """The good repository with this text as the data set's file."""
    files = good_repository()
    digests = digest_of_bytes(WORDS.encode()), digest_of_bytes(text.encode())
    return {**files, FILE: text, LEXICON: files[LEXICON].replace(*digests)}


@pytest.mark.parametrize("text", ["word,level\n", "level,word\n1,apple\n", '"word","level"\r\napple,1\r\n'])
def test_the_same_columns_in_any_order_are_no_finding(text: str) -> None:
    assert said(judged(repository(text))) == []


@pytest.mark.parametrize(
    "names",
    [("mean radius", "area (mm2)"), ("Unnamed: 0", "ndcg@10"), ("größe", "μm²"), ("年齢", "%"), ("1", "a.b")],
)
def test_columns_are_called_as_people_call_them(names: tuple[str, str]) -> None:
    files = repository(",".join(names) + "\n1,2\n")
    columns = ", ".join(f'"{name}": {{type: float, classification: public}}' for name in names)
    text = files[LEXICON]
    lines = [f"columns: {{{columns}}}" if line.startswith("columns:") else line for line in text.splitlines()]
    assert "data-columns" not in str(said(judged({**files, LEXICON: "\n".join(lines) + "\n"})))
    assert "schema" not in str(said(judged({**files, LEXICON: "\n".join(lines) + "\n"})))


@pytest.mark.parametrize("name", [" radius", "radius ", "\u0435mail", "\u202eradius", "x" * 251])
def test_a_column_that_would_be_misread_is_refused(name: str) -> None:
    files = repository("word,level\napple,1\n")
    text = files[LEXICON].replace(
        "columns: {", f'columns: {{"{name}": {{type: float, classification: public}}, '
    )
    assert said(judged({**files, LEXICON: text}))


@pytest.mark.parametrize(
    ("text", "expected", "fix"),
    [
        (
            "word,level,email\na,1,x\n",
            f"8:1 data-columns {FILE} has a column email that is not declared",
            "add email: {type: …, classification: …} to columns",
        ),
        (
            "word\napple\n",
            f"8:57 data-columns {FILE} has no column level",
            "remove it, or restore the column in the file",
        ),
        (
            "word,level,e mail\u202e\n",
            f'8:1 data-columns {FILE} has a column "e mail\\u202e", and no column can be called so',
            "rename it in the file: at most 250 visible characters, no blanks at its ends",
        ),
    ],
)
def test_a_column_that_only_one_of_them_names_is_a_finding(text: str, expected: str, fix: str) -> None:
    checked = judged(repository(text))
    assert said(checked) == [f"{LEXICON}:{expected}"]
    assert checked.findings[0].fix == fix


def test_a_renamed_column_is_told_its_name() -> None:
    checked = judged(repository("words,level\napple,1\n"))
    assert [finding.fix for finding in checked.findings] == [
        "add words: {type: …, classification: …} to columns",
        "rename it to words, as the file does",
    ]


def test_the_file_of_another_table_is_no_flood_of_findings() -> None:
    checked = judged(repository(",".join(f"c{i}" for i in range(5000)) + "\n"))
    assert len(checked.findings) == 21
    assert "4982 more columns" in "".join(finding.message for finding in checked.findings)


def test_a_file_that_is_no_table_is_its_own_finding() -> None:
    checked = judged(repository("word,level\napple\n"))
    assert said(checked) == [f"{FILE}:2:1 file-table this row has 1 cells and the header has 2"]
    assert list(checked.repository.blocked_tenants) == ["reading"]
