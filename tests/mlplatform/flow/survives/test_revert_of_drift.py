"""Putting back what was changed by hand, killed at any of its steps, is finished by the next run."""

from typing import Any

import pytest

from mlplatform.flow.check.run_check import load_repository
from mlplatform.flow.drift.drift import find_drift
from mlplatform.providers.registry.mlflow import MlflowRegistry
from mlplatform.providers.registry.mlflow.names import Names
from tests.support.killed_apply import REVERT
from tests.support.laboratory import Laboratory
from tests.support.registries import client_of
from tests.support.survival import Run, end_state, points_of
from tests.support.traffic import Traffic

VERSIONS = ["1.1.0", "1.2.0"]


def change_by_hand(lab: Laboratory) -> None:
    """A tag, both aliases and the champion's stored bytes."""
    paths = lab.place.paths("production")
    client = client_of(MlflowRegistry(paths.registry_database, paths.artifacts, Names("")))
    client.set_model_version_tag("lab.scaler", "1", "run", "another-run")
    client.set_registered_model_alias("lab.scaler", "champion", "1")
    client.delete_registered_model_alias("lab.scaler", "previous")
    digest = lab.payloads[VERSIONS[1]].digest.removeprefix("sha256:")
    (paths.artifacts / "lab.scaler" / digest / "model" / "model.onnx").write_bytes(b"other bytes")


def drift(lab: Laboratory) -> list[str]:
    repository = load_repository(lab.place.git, "HEAD")
    return [one.message for one in find_drift(lab.place, repository, "production", deep=True).drifts]


def promoted(lab: Laboratory, run: Run) -> dict[str, Any]:
    """The state of a production in which one version is champion and the other previous."""
    lab.pin("production", VERSIONS[1])
    assert run("")["status"] == 0
    return end_state(lab)


def assert_reverted(lab: Laboratory, run: Run, traffic: Traffic, point: str, before: dict[str, Any]) -> None:
    """Changes by hand are put back by a run that is killed, and by the next one."""
    change_by_hand(lab)
    assert len(drift(lab)) >= 3
    traffic.answers.clear()
    assert run(REVERT + point)["status"] == -9, f"the run was not killed {point}"
    assert run(REVERT)["status"] == 0, f"the run after the one killed {point} failed"
    assert (drift(lab), end_state(lab)) == ([], before), f"after a kill {point}"
    traffic.wait_for(VERSIONS[1], 1)
    assert set(traffic.answers) == {VERSIONS[1]}, f"a wrong version answered after a kill {point}"


@pytest.mark.exhaustive
def test_a_revert_killed_between_tags_and_aliases_is_finished_by_the_next_run(
    lab: Laboratory, run: Run, traffic: Traffic
) -> None:
    before = promoted(lab, run)
    assert_reverted(lab, run, traffic, "before registry.set_aliases#1", before)
    assert traffic.failures == []


@pytest.mark.exhaustive
def test_a_revert_killed_at_any_step_is_finished_by_the_next_run(
    lab: Laboratory, run: Run, traffic: Traffic
) -> None:
    before = promoted(lab, run)
    change_by_hand(lab)
    passed = run(REVERT)
    assert (passed["status"], drift(lab), end_state(lab)) == (0, [], before)
    for point in points_of(passed):
        assert_reverted(lab, run, traffic, point, before)
    assert traffic.failures == []
