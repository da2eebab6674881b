"""A machine that dies in the middle of an apply to a shared target, and whose outbox is gone with it."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mlplatform.flow.reconcile.recovery import FOUND
from mlplatform.flow.rollback.holds import holds_in
from mlplatform.local.stack import start_all, started_environments, stop_all
from tests.support.laboratory import SCALER, Laboratory, laboratory
from tests.support.mlflow_server import mlflow
from tests.support.stack import needs_serving
from tests.support.survival import Run, applies

__all__ = ["mlflow"]
pytestmark = pytest.mark.servers

ALPHA = "lab/alpha"  # comes before the scaler
VERSIONS = [f"1.{minor}.0" for minor in range(8)]
BROKEN = "2.0.0"
POINTS = {
    "after registry.add#1": {"copy"},
    "after serving.ensure#1": {"copy", "load"},
    "after serving.route#1": {"copy", "load", "route"},
    "after registry.set_aliases#1": {"copy", "load", "route", "champion"},
}


@pytest.fixture(scope="module")
def lab(mlflow: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """A production on a shared registry and ledger, whose first version is in force."""
    needs_serving()
    root = tmp_path_factory.mktemp("lab")
    made = laboratory(root, VERSIONS, models=(SCALER, ALPHA), broken=[BROKEN], shared=mlflow.url)
    start_all(made.place.target, ["production"])
    yield made
    stop_all(made.place.target, started_environments(made.place.target))


def lose_outbox(lab: Laboratory) -> Path:
    outbox = lab.place.target.outbox
    return Path(shutil.move(outbox, outbox.with_name("lost")))


def champion(lab: Laboratory) -> str:
    return lab.registry("production").aliases[SCALER]["champion"]


def test_the_next_machine_knows_what_was_begun_and_says_what_it_found_done(lab: Laboratory, run: Run) -> None:
    lab.pin("production", VERSIONS[0])
    assert run("")["status"] == 0
    for version, (point, done) in zip(VERSIONS[1:], POINTS.items(), strict=False):
        lab.pin("production", version)
        assert run(point)["status"] == -9
        lost = lose_outbox(lab)
        assert run("")["status"] == 0, f"after a kill {point}"
        assert champion(lab) == version
        newest_first = applies(lab)
        found = [one["action"] for said in newest_first for one in said["outcomes"] if one["reason"] == FOUND]
        assert set(found) >= done, f"after a kill {point}"
        shutil.copytree(lost, lab.place.target.outbox, dirs_exist_ok=True)
        shutil.rmtree(lost)
        assert run("")["status"] == 0
        assert list(lab.place.target.outbox.iterdir()) == []
        assert applies(lab)[0]["late"], "what the lost machine wrote down is on record when it comes back"


def test_a_version_that_failed_on_the_lost_machine_is_not_tried_again(lab: Laboratory, run: Run) -> None:
    lab.pin("production", BROKEN, ALPHA)
    lab.pin("production", VERSIONS[6])
    assert run("after serving.ensure#2")["status"] == -9
    shutil.rmtree(lose_outbox(lab))
    assert list(holds_in(lab.place, "production")) == [(ALPHA, lab.payloads[BROKEN].digest)]
    passed = run("")
    assert passed["status"] == 1
    assert [point for point in passed["points"] if "ensure" in point] == []
    assert champion(lab) == VERSIONS[6]
    assert [hold.model for hold in holds_in(lab.place, "production").values()] == [ALPHA]
