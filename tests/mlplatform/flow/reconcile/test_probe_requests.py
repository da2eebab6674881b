"""A version is probed with the row that its model's document names, else with held-out rows, else with made-up ones."""

from pathlib import Path

import pytest

from mlplatform.core.kinds.model import Signature
from mlplatform.flow.check.run_check import load_repository
from mlplatform.flow.reconcile.probe_requests import Request, probe_requests
from mlplatform.flow.workspace import Workspace
from tests.support.held_out import ROWS, VALIDATION, with_held_out
from tests.support.scratch import isolate, scratch
from tests.support.stack import signature, tensor

MODEL = "reading/recommender"
VALIDATED = f"validation: {VALIDATION}\n"
PROBE = "probe: {inputs: {X: [0.5, 1]}}\n"
TAKES = signature([tensor("X", [-1, 2])], [tensor("label", [-1], "INT64"), tensor("p", [-1, 2])])
TOOK = signature([tensor("Z", [-1, 3])], [tensor("p", [-1, 2])])
HALF_AND_ONE = b"\0\0\0\x3f\0\0\x80\x3f"


def requests(
    folder: Path, monkeypatch: pytest.MonkeyPatch, more: str, taken: Signature = TAKES, rows: str = ROWS
) -> tuple[Request, ...]:
    isolate(monkeypatch, folder / "home")
    files = with_held_out(more, rows)
    workspace = Workspace.discover(scratch(folder / "repository", files).root)
    return probe_requests(workspace, load_repository(workspace.git, "HEAD"), MODEL, taken)


def test_the_row_of_the_document_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (request,) = requests(tmp_path, monkeypatch, PROBE + VALIDATED)
    assert [(array.name, array.shape, array.data) for array in request] == [("X", (1, 2), HALF_AND_ONE)]


def test_held_out_rows_come_next_one_and_then_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = requests(tmp_path, monkeypatch, VALIDATED)
    assert ([array.shape for array in one], [array.shape for array in two]) == ([(1, 2)], [(2, 2)])


@pytest.mark.parametrize("more", [PROBE, VALIDATED, ""])
def test_an_older_version_that_takes_something_else_gets_neither(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: str
) -> None:
    assert requests(tmp_path, monkeypatch, more, TOOK) == ()


def test_held_out_rows_that_are_not_those_that_were_reviewed_are_not_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert requests(tmp_path, monkeypatch, VALIDATED, rows=ROWS.replace("5", "7")) == ()
