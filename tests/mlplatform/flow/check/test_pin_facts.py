"""In a freeze one goes back to what ran, not to what was merely pinned: as far as the clone knows the ledger."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mlplatform.core.payload import ArtifactRef
from mlplatform.core.statement import deployment_statement
from mlplatform.flow.check.run_check import check_change
from mlplatform.record.ledger import Ledger
from tests.support.known_state import Template
from tests.support.laboratory import SCALER, Laboratory, environments, laboratory
from tests.support.values import digest

VERSIONS = RAN, FAILED, CHAMPION = ("1.0.0", "1.1.0", "1.2.0")
KEPT, FETCHED = "refs/platform/evidence", "refs/remotes/origin/evidence"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template[Laboratory]:
    """A production, shared and in a freeze, that pinned three versions one after the other."""
    made = laboratory(tmp_path_factory.mktemp("ran-here"), [])
    made = replace(made, payloads={version: ArtifactRef("", digest(version)) for version in VERSIONS})
    made.commit(settings("https://mlflow.example.com"), "a shared registry")
    for version in VERSIONS:
        for environment in environments():
            made.pin(environment, version)
    return Template.of(made)


@pytest.fixture
def base(lab: Laboratory) -> str:
    """The commit that the changes start from."""
    return lab.place.git.resolve("HEAD")


def settings(shared: str) -> dict[str, dict[str, Any]]:
    now = datetime.now(UTC)
    week = [(now + timedelta(days=days)).isoformat(timespec="seconds") for days in (-3, 4)]
    freeze = [{"from": week[0], "to": week[1], "reason": "Christmas"}]
    return {
        f"environments/{name}/environment.yaml": {**said, "freeze": freeze if name == "production" else []}
        for name, said in environments(shared).items()
    }


def became_champion(lab: Laboratory, ref: str, *versions: str, environment: str = "production") -> None:
    for version in versions:
        outcome = {
            **{"action": "champion", "provider": "mlflow", "resource": SCALER, "before": None},
            **{"after": {"champion": version, "digest": digest(version)}, "result": "applied"},
        }
        said = deployment_statement({"environment": environment, "commit": "a" * 40}, [outcome])
        Ledger(lab.place.git, ref).append(said)


def refused(lab: Laboratory, base: str, version: str) -> bool:
    """Whether the freeze stops production from pinning a version."""
    lab.pin("production", version)
    found = check_change(lab.place.git, base, "HEAD").findings
    lab.place.git.run("reset", "--quiet", "--hard", base)
    return "freeze-window" in {finding.rule for finding in found}


@pytest.mark.parametrize("ref", [KEPT, FETCHED])
def test_what_was_pinned_and_never_ran_is_no_way_back_in_a_freeze(
    lab: Laboratory, base: str, ref: str
) -> None:
    became_champion(lab, ref, RAN, CHAMPION)
    assert not refused(lab, base, RAN)
    assert refused(lab, base, FAILED)


def test_what_ran_in_another_environment_did_not_run_here(lab: Laboratory, base: str) -> None:
    became_champion(lab, KEPT, FAILED, environment="integration")
    became_champion(lab, FETCHED, RAN, CHAMPION)
    assert refused(lab, base, FAILED)


def test_one_copy_of_the_ledger_may_be_older_than_the_other(lab: Laboratory, base: str) -> None:
    became_champion(lab, KEPT, CHAMPION)
    became_champion(lab, FETCHED, RAN, CHAMPION)
    assert not refused(lab, base, RAN)


def test_what_others_share_ran_nothing_where_its_ledger_is_not_here(lab: Laboratory, base: str) -> None:
    assert refused(lab, base, RAN)


def test_of_an_environment_of_one_machine_without_its_ledger_history_has_to_do(
    lab: Laboratory, base: str
) -> None:
    became_champion(lab, KEPT, CHAMPION)
    alone = lab.commit(settings(""), "local again")
    assert not refused(lab, alone, FAILED)


def test_a_change_that_makes_the_environment_local_does_not_escape_the_ledger(
    lab: Laboratory, base: str
) -> None:
    became_champion(lab, KEPT, CHAMPION)
    lab.commit(settings(""), "local, and back in the same change")
    assert refused(lab, base, FAILED)
