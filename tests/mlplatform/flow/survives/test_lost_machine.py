"""A machine that dies in the middle of an apply to a shared target, and whose outbox is gone with it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlplatform.flow.check.run_check import load_repository
from mlplatform.flow.progress import SILENT
from mlplatform.flow.reconcile.reconcile import reconcile
from mlplatform.flow.reconcile.recovery import FOUND
from mlplatform.flow.rollback.holds import holds_in
from tests.support.known_state import Template
from tests.support.laboratory import SCALER, Laboratory, laboratory
from tests.support.mlflow_server import Running, empty_mlflow, mlflow
from tests.support.stack import servers
from tests.support.survival import Run, applies

__all__ = ["empty_mlflow", "mlflow"]
pytestmark = pytest.mark.servers

ALPHA = "lab/alpha"  # comes before the scaler
VERSIONS = BEFORE, NEW = ["1.0.0", "1.1.0"]
BROKEN = "2.0.0"
POINTS = [
    ("after registry.add#1", {"copy"}),
    ("after serving.ensure#1", {"copy", "load"}),
    ("after serving.route#1", {"copy", "load", "route"}),
    ("after registry.set_aliases#1", {"copy", "load", "route", "champion"}),
]


@pytest.fixture(scope="module")
def template(
    empty_mlflow: Running, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Template[Laboratory]]:
    """A production on a shared registry and ledger, whose first version is in force."""
    root, models = tmp_path_factory.mktemp("lab"), (SCALER, ALPHA)
    made = laboratory(root, VERSIONS, models=models, broken=[BROKEN], shared=empty_mlflow.url)
    with servers(made.place.target, "production"):
        commit = made.pin("production", VERSIONS[0])
        assert reconcile(made.place, load_repository(made.place.git, commit), "production", SILENT).is_done
        yield Template.of(made, empty_mlflow.folder)


def lose_outbox(lab: Laboratory) -> Path:
    outbox = lab.place.target.outbox
    return Path(shutil.move(outbox, outbox.with_name("lost")))


def champion(lab: Laboratory) -> str:
    return lab.registry("production").aliases[SCALER]["champion"]


@pytest.mark.exhaustive
@pytest.mark.parametrize(("point", "done"), POINTS)
def test_the_next_machine_knows_what_was_begun_and_says_what_it_found_done(
    lab: Laboratory, run: Run, point: str, done: set[str]
) -> None:
    lab.pin("production", NEW)
    assert run(point)["status"] == -9
    lost = lose_outbox(lab)
    (journal,) = (file.stem for file in lost.iterdir())
    assert run("")["status"] == 0
    assert champion(lab) == NEW
    outcomes = [outcome for applied in applies(lab) for outcome in applied["outcomes"]]
    assert {outcome["action"] for outcome in outcomes if outcome["reason"] == FOUND} == done
    shutil.copytree(lost, lab.place.target.outbox, dirs_exist_ok=True)
    assert run("")["status"] == 0
    assert list(lab.place.target.outbox.iterdir()) == []
    record = next(applied for applied in applies(lab) if applied["id"] == journal)
    # where nothing was left to do, no later run acted: what the lost machine did is how things are
    assert record.get("late", False) == ("champion" not in done)


@pytest.mark.exhaustive
def test_a_version_that_failed_on_the_lost_machine_is_not_tried_again(lab: Laboratory, run: Run) -> None:
    lab.pin("production", BROKEN, ALPHA)
    lab.pin("production", NEW)
    assert run("after serving.ensure#2")["status"] == -9
    shutil.rmtree(lose_outbox(lab))
    assert list(holds_in(lab.place, "production")) == [(ALPHA, lab.payloads[BROKEN].digest)]
    passed = run("")
    assert passed["status"] == 1
    assert [point for point in passed["points"] if "ensure" in point] == []
    assert champion(lab) == NEW
    assert [hold.model for hold in holds_in(lab.place, "production").values()] == [ALPHA]
