"""The files of the corpus: one of attacks and one of harmless changes for each line; a slip is refused by name."""

from collections import Counter
from pathlib import Path

import pytest

from tests.acceptance.lines import LINES, ORDINARY
from tests.support.cases import ACCEPTANCE, FOLDERS, CaseFile, case_files, cases, read_case_file
from tests.support.fragments import Fragments, read_fragments

ATTACKS, HARMLESS = ([file for file in case_files() if file.path.parent.name == name] for name in FOLDERS)
FRAGMENTS = read_fragments(ACCEPTANCE / "fragments.yaml")
SHARED: Fragments = {
    "text": "schema: tenant/v1\n",
    "edit": {"delete": "platform.yaml"},
    "edits": [{"delete": "models/"}, {"delete": "tenants/"}],
    "people": {"requester": "hedy"},
}
CASE = """\
line: A line
cases:
  - name: first
    about: A sentence.
    edits:
      - delete: README.md
"""


def read(tmp_path: Path, text: str) -> CaseFile:
    """Read a file of attacks with this text."""
    path = tmp_path / "attacks/a-line.yaml"
    path.parent.mkdir()
    path.write_text(text)
    return read_case_file(path, SHARED)


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_holds_nothing_but_files_of_cases(folder: str) -> None:
    assert set((ACCEPTANCE / folder).iterdir()) == {
        file.path for file in case_files() if file.path.parent.name == folder
    }


def test_each_line_has_one_file_of_attacks() -> None:
    assert sorted(file.line for file in ATTACKS) == sorted(LINES)


def test_the_harmless_changes_of_a_line_lie_in_a_file_of_the_same_name_as_its_attacks() -> None:
    attacked, passed = ({file.path.name: file.line for file in files} for files in (ATTACKS, HARMLESS))
    assert passed == attacked | {"ordinary-pull-requests.yaml": ORDINARY}


def test_no_two_cases_have_the_same_name() -> None:
    assert [name for name, times in Counter(case.name for case in cases()).items() if times > 1] == []


@pytest.mark.parametrize("file", case_files(), ids=lambda file: f"{file.path.parent.name}/{file.path.name}")
def test_a_file_has_cases_and_sorts_them_by_name(file: CaseFile) -> None:
    assert file.cases
    assert list(file.cases) == sorted(file.cases, key=lambda case: case.name)


def test_every_fragment_is_used_at_least_twice() -> None:
    uses = Counter(name for file in case_files() for name in file.uses)
    assert [name for name in FRAGMENTS if uses[name] < 2] == []


def test_a_case_is_named_by_its_folder_and_its_name(tmp_path: Path) -> None:
    file = read(tmp_path, CASE)
    assert [(case.name, case.line) for case in file.cases] == [("attacks/first", "A line")]
    assert file.uses == ()


def test_a_fragment_stands_for_an_edit_for_several_for_a_text_or_for_the_approvals(tmp_path: Path) -> None:
    edits = "      - use: edit\n      - use: edits\n      - {write: a, text: {use: text}}\n"
    file = read(tmp_path, CASE + edits + "    approvals: {use: people}\n")
    (case,) = file.cases
    assert case.edits[1:] == (SHARED["edit"], *SHARED["edits"], {"write": "a", "text": SHARED["text"]})
    assert case.approvals == SHARED["people"]
    assert file.uses == ("edit", "edits", "text", "people")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("    expects: []\n", r"attacks/first: nothing reads \['expects'\]"),
        ("    base: [{edits: [], day: 3}]\n", r"attacks/first, base: nothing reads \['day'\]"),
        ("    base: [{days: 3}]\n", r"attacks/first, base: \['edits'\] is missing"),
        ("  - {name: second, edits: []}\n", r"attacks/second: \['about'\] is missing"),
        ("lines: A line\n", r"attacks/a-line\.yaml: nothing reads \['lines'\]"),
        ("      - {delete: a, to: b}\n", r"delete does not read \['to'\]"),
        ("      - {replace: a, old: a, new: b, time: 2}\n", r"replace does not read \['time'\]"),
        ("      - {remove: a}\n", "an edit is one of"),
        ("      - {delete: a, move: b}\n", "an edit is one of"),
        ("      - use: edict\n", "no fragment is called edict"),
        ("      - {use: edit, to: b}\n", r"`use: edit` stands alone, without \['to'\]"),
        ("    about: Another case, whose name was lost.\n", r"\['about'\] stands twice .*a-line\.yaml"),
    ],
)
def test_a_slip_in_a_case_is_refused_by_name(tmp_path: Path, more: str, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        read(tmp_path, CASE + more)


def test_a_fragment_that_uses_another_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "fragments.yaml"
    path.write_text("one: {use: other}\nother: a text\n")
    with pytest.raises(AssertionError, match=r"a fragment uses \['other'\]"):
        read_fragments(path)
