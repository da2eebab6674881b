"""Documents and ledger, joined by digest."""

from typing import Any

import pytest

from mlplatform.core.kinds import Deployment
from mlplatform.core.outcome import Outcome, Result
from mlplatform.core.plan import Action, Change
from mlplatform.core.records.statement import Statement
from mlplatform.observe.lineage import (
    DataUsed,
    DeclaredDeployment,
    DeploymentLineage,
    ServingInstead,
    lineage,
)
from mlplatform.report.lineage import lineage_json, lineage_text
from tests.support.records import apply_record, candidate, copied, registration_record
from tests.support.values import METRICS, deployment, digest

TUMOUR = "clinic/tumour"
LOADED = Outcome(Change(Action.LOAD, "triton", TUMOUR, None, candidate("1.1.0")), Result.APPLIED)
DATA = {"clinic/biopsies": digest("9.9.9")}
REGISTERED = registration_record(TUMOUR, "1.0.0", data=DATA, metrics=METRICS)


def routed(
    version: str,
    at: str,
    result: Result = Result.APPLIED,
    weights: dict[str, int] | None = None,
    model: str = TUMOUR,
    **keys: Any,
) -> Statement:
    after = {"weights": weights or {digest(version): 100}, "version": version}
    return moved(at, Outcome(Change(Action.ROUTE, "triton", model, None, after), result), **keys)


def champion(version: str, at: str, of: str | None = None) -> Statement:
    """What an apply says of a batch model."""
    after = {"champion": version, "previous": None, "digest": of or digest(version)}
    return moved(at, Outcome(Change(Action.CHAMPION, "mlflow", TUMOUR, None, after), Result.APPLIED))


def moved(at: str, outcome: Outcome, **keys: Any) -> Statement:
    return apply_record(
        **{"outcomes": [outcome], "commit": commit_of(at), "recordedAt": at, "approvedBy": ["grace"], **keys}
    )


def commit_of(at: str) -> str:
    """The commit that an apply at t1, t2, … applied."""
    return at[1:] * 40


def found(*newest_first: Statement) -> DeploymentLineage:
    body = Deployment.model_validate(deployment("1.0.0"))
    declared = DeclaredDeployment("production", TUMOUR, body, (), {"clinic/biopsies": "pii"})
    return lineage(declared, "a" * 40, newest_first)


def test_the_run_of_another_models_registration_is_never_shown() -> None:
    made = found(registration_record("postal/tumour", "1.0.0", run="made-up"), REGISTERED)
    assert made.run == "run-1"


def test_the_run_and_data_of_a_version_are_found_by_its_digest() -> None:
    made = found(REGISTERED)
    assert (made.run, made.commit) == ("run-1", "f" * 40)
    assert made.data == (DataUsed("clinic/biopsies", DATA["clinic/biopsies"], "pii"),)


def test_a_registration_of_other_bytes_says_nothing_about_this_version() -> None:
    made = found(registration_record(TUMOUR, "1.0.0", digest=digest("1.1.0"), data=DATA))
    assert (made.run, made.data) == (None, ())


def test_a_copy_says_where_the_bytes_come_from_when_the_registration_is_not_on_this_ledger() -> None:
    copy = Outcome(Change(Action.COPY, "mlflow", TUMOUR, None, copied("1.0.0")), Result.APPLIED)
    assert found(apply_record(outcomes=[copy])).run == "run-1"


def test_since_is_the_newest_apply_that_put_these_bytes_into_force() -> None:
    made = found(routed("1.0.0", "t3"), routed("1.1.0", "t2"), routed("1.0.0", "t1"))
    assert (made.since, made.change, made.approved_by) == ("t3", commit_of("t3"), ("grace",))


@pytest.mark.parametrize(
    "other",
    [
        routed("1.1.0", "t4", result=Result.FAILED),
        routed("1.1.0", "t4", result=Result.RESTORED),
        routed("1.1.0", "t4", environment="development"),
        routed("1.1.0", "t4", late=True),
        routed("1.1.0", "t4", model="clinic/x"),
        moved("t4", LOADED),
    ],
    ids=["failed", "restored", "another-environment", "late", "another-model", "another-action"],
)
def test_other_applies_do_not_count(other: Statement) -> None:
    made = found(other, routed("1.0.0", "t1"))
    assert (made.since, made.answers) == ("t1", None)


def test_a_version_that_the_environment_went_back_from_is_in_force_no_more() -> None:
    made = found(champion("1.1.0", "t4"), routed("1.1.0", "t3"), routed("1.0.0", "t1"))
    assert (made.since, made.change, made.approved_by) == (None, commit_of("t1"), ("grace",))
    assert made.answers == ServingInstead("1.1.0", digest("1.1.0"), "t4", commit_of("t4"))
    assert "not in force any more\nanswers:      1.1.0 (sha256:" in lineage_text(made)
    assert lineage_json(made)["answers"]["since"] == "t4"


def test_a_version_that_was_never_put_into_force_is_not_in_force_yet() -> None:
    made = found(routed("1.1.0", "t1"))
    assert (made.since, made.change) == (None, None)
    assert made.answers == ServingInstead("1.1.0", digest("1.1.0"), "t1", commit_of("t1"))
    assert "not in force yet\nanswers:" in lineage_text(made)


def test_of_versions_that_share_the_requests_the_heaviest_answers_and_each_is_in_force() -> None:
    weights = {digest("1.2.0"): 10, digest("1.1.0"): 90}
    made = found(routed("1.1.0", "t2", weights=weights)).answers
    assert made is not None
    assert made.digest == digest("1.1.0")
    assert found(routed("1.1.0", "t2", weights={**weights, digest("1.0.0"): 5})).since == "t2"


def test_what_was_taken_out_is_answered_by_nothing() -> None:
    gone = moved("t2", Outcome(Change(Action.ROUTE, "triton", TUMOUR, None, None), Result.APPLIED))
    made = found(gone, routed("1.0.0", "t1"))
    assert made.answers == ServingInstead(None, None, "t2", commit_of("t2"))
    assert f"answers:      nothing since t2, applied from {commit_of('t2')}" in lineage_text(made)


def test_the_same_version_of_other_bytes_is_another_one() -> None:
    made = found(champion("1.0.0", "t1", of=digest("1.1.0")))
    assert made.since is None
    assert made.answers == ServingInstead("1.0.0", digest("1.1.0"), "t1", commit_of("t1"))


def test_why_a_version_is_on_hold_is_said() -> None:
    body = Deployment.model_validate(deployment("1.0.0"))
    declared = DeclaredDeployment("production", TUMOUR, body, (), {}, on_hold="since t2: load: no room")
    made = lineage(declared, "a" * 40, [routed("1.1.0", "t1")])
    assert "not in force yet, on hold since t2: load: no room\n" in lineage_text(made)
    assert lineage_json(made)["on_hold"] == "since t2: load: no room"
