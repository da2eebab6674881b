"""Documents and ledger, joined by digest."""

from typing import Any

import pytest

from mlplatform.core.kinds import Deployment
from mlplatform.observe.lineage import DataUsed, Declared, Lineage, lineage
from tests.support.values import METRICS, deployment, digest

TUMOUR = "clinic/tumour"
DATA = {"clinic/biopsies": digest("9.9.9")}
REGISTERED = {"digest": digest("1.0.0"), "run": "run-1", "commit": "f" * 40, "data": DATA, "metrics": METRICS}


def routed(version: str, at: str, result: str = "applied", environment: str = "production") -> dict[str, Any]:
    after = {"weights": {digest(version): 100}, "version": version}
    outcome = {"action": "route", "resource": TUMOUR, "before": None, "after": after, "result": result}
    return {
        "environment": environment,
        "commit": f"commit-{at}",
        "recordedAt": at,
        "approvedBy": ["grace"],
        "outcomes": [outcome],
    }


def found(*newest_first: dict[str, Any]) -> Lineage:
    body = Deployment.model_validate(deployment("1.0.0"))
    declared = Declared("production", TUMOUR, body, (), {"clinic/biopsies": "pii"})
    return lineage(declared, "a" * 40, newest_first)


def test_the_run_and_data_of_a_version_are_found_by_its_digest() -> None:
    made = found(REGISTERED)
    assert (made.run, made.commit) == ("run-1", "f" * 40)
    assert made.data == (DataUsed("clinic/biopsies", DATA["clinic/biopsies"], "pii"),)


def test_a_registration_of_other_bytes_says_nothing_about_this_version() -> None:
    made = found({**REGISTERED, "digest": digest("1.1.0")})
    assert (made.run, made.data) == (None, ())


def test_a_copy_says_where_the_bytes_come_from_when_the_registration_is_not_on_this_ledger() -> None:
    copy = {"action": "copy", "resource": TUMOUR, "before": None, "after": REGISTERED, "result": "applied"}
    assert found({"environment": "production", "outcomes": [copy]}).run == "run-1"


def test_since_is_the_newest_apply_that_put_these_bytes_into_force() -> None:
    made = found(routed("1.0.0", "t3"), routed("1.1.0", "t2"), routed("1.0.0", "t1"))
    assert (made.since, made.change, made.approved_by) == ("t3", "commit-t3", ("grace",))


@pytest.mark.parametrize(
    "other",
    [
        routed("1.0.0", "t4", result="failed"),
        routed("1.0.0", "t4", environment="development"),
        routed("1.1.0", "t4"),
    ],
    ids=["failed", "another-environment", "another-version"],
)
def test_other_applies_do_not_count(other: dict[str, Any]) -> None:
    assert found(other, routed("1.0.0", "t1")).since == "t1"
