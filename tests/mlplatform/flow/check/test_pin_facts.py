"""One promotes, and goes back to, what ran and not what was merely pinned: as far as the clone knows the ledger."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mlplatform.core.hold import Hold, hold_statement
from mlplatform.core.payload import ArtifactRef
from mlplatform.flow.check.run_check import check_change
from mlplatform.local.identity import target_id
from mlplatform.record.ledger import Ledger
from mlplatform.record.recorder import local_recorder
from tests.support.known_state import Template
from tests.support.laboratory import SCALER, Laboratory, environments, laboratory, ran
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
        ledger = Ledger(lab.place.git, ref, local_recorder(lab.place.git))
        ledger.append(ran(lab, environment, {version: ArtifactRef("", digest(version))}))


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


NEW = "1.3.0"


@pytest.fixture
def local(lab: Laboratory) -> Laboratory:
    """The laboratory as one machine's own, with the next version pinned in integration."""
    lab.commit(settings(""), "local again")
    target_id(lab.place.target)
    place = replace(lab, payloads={**lab.payloads, NEW: ArtifactRef("", digest(NEW))})
    for environment in ("development", "integration"):
        place.pin(environment, NEW)
    return place


def denied(lab: Laboratory, environment: str, version: str) -> set[str]:
    """Return the rules about promotion that stop an environment from pinning a version."""
    base = lab.place.git.resolve("HEAD")
    lab.pin(environment, version)
    found = check_change(lab.place.git, base, "HEAD").findings
    lab.place.git.run("reset", "--quiet", "--hard", base)
    return {finding.rule for finding in found if finding.rule.startswith("promotion-")}


def test_what_was_merged_and_never_applied_is_not_promoted(local: Laboratory) -> None:
    """Two honest pull requests are merged, and only production is applied."""
    ledger = local.ledger().ref
    assert denied(local, "production", NEW) == set(), "without any record history has to do"
    became_champion(local, ledger, CHAMPION, environment="integration")
    assert denied(local, "production", NEW) == {"promotion-order"}
    became_champion(local, ledger, NEW, environment="integration")
    assert denied(local, "production", NEW) == set()


def test_what_is_on_hold_in_the_environment_before_is_not_promoted(local: Laboratory) -> None:
    became_champion(local, local.ledger().ref, NEW, environment="integration")
    hold = Hold("integration", SCALER, NEW, digest(NEW), "", {}, "it answers nonsense", "", lasting=True)
    local.ledger().append(hold_statement(hold, 1))
    assert denied(local, "production", NEW) == {"promotion-order"}


def test_a_pin_that_a_branch_had_in_passing_is_no_way_back(local: Laboratory) -> None:
    """Merged by a rebase or a fast-forward, a branch's commits are main's: production pinned it, and never ran it."""
    stray = replace(local, payloads={**local.payloads, "0.9.9": ArtifactRef("", digest("0.9.9"))})
    stray.pin("production", "0.9.9")
    stray.pin("production", CHAMPION)
    became_champion(local, local.ledger().ref, RAN, CHAMPION)
    assert denied(stray, "production", "0.9.9") == {"promotion-order"}
    assert denied(stray, "production", RAN) == set()
