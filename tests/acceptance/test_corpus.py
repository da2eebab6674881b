"""What the corpus is made of: an attack for each line of what must not get through, and as many harmless changes."""

import json
import subprocess
import sys
from collections import Counter

import pytest

from tests.acceptance.lines import LINES
from tests.support.cases import Case, cases
from tests.support.corpus import Answer, Corpus, complaints

CASES = cases()
ATTACKS = [case for case in CASES if case.is_attack]
# Through the real program, in a process of its own: one of each sort.
IN_A_PROCESS = (
    "attacks/duplicate-key",
    "attacks/dot-dot-in-tree",
    "attacks/insecure-infrastructure",
    "harmless/nothing-but-a-comment",
    "harmless/infrastructure-in-order",
)


@pytest.mark.parametrize("case", [c for c in CASES if c.name in IN_A_PROCESS], ids=lambda case: case.name)
def test_the_program_says_what_its_parts_say(corpus: Corpus, case: Case) -> None:
    command = [sys.executable, "-m", "mlplatform.cli", *corpus.arguments(case)]
    done = subprocess.run(command, cwd=corpus.store.root, capture_output=True, text=True, check=False)
    assert complaints(case, Answer(done.returncode, json.loads(done.stdout), done.stderr)) == []


def test_the_cases_that_are_run_as_a_program_are_there() -> None:
    assert set(IN_A_PROCESS) <= {case.name for case in CASES}


def test_main_itself_is_clean(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    command = [sys.executable, "-m", "mlplatform.cli", "check", "--head", "main"]
    done = subprocess.run(command, cwd=corpus.store.root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_line_of_what_must_not_get_through_has_an_attack() -> None:
    assert {case.line for case in ATTACKS} == set(LINES)


def test_there_are_at_least_as_many_harmless_changes_as_attacks() -> None:
    assert len(CASES) >= 2 * len(ATTACKS)


def test_no_two_cases_are_the_same() -> None:
    asked = Counter(repr((case.base, case.edits, case.approvals)) for case in CASES)
    assert [case for case, times in asked.items() if times > 1] == []
