"""Approvals on the ledger are read back as they were recorded, by model and commit, and older records still count."""

from typing import Any

from mlplatform.core.approvals import Approval, approvals_in, approved_by
from mlplatform.core.statement import Statement, deployment_statement, registration_statement

ONE, TWO = "1" * 40, "2" * 40
ADA = Approval(ONE, ("ada", "mary"), "promote/a")
GRACE = Approval(TWO, ("grace",))


def applied(environment: str = "production", **approvals: Approval) -> Statement:
    by_model = {model: each.as_json() for model, each in approvals.items()}
    return deployment_statement({"environment": environment, "commit": TWO, "approvals": by_model}, ())


def test_approvals_are_read_back_by_model_and_commit() -> None:
    ledger = [
        applied(a=ADA, b=GRACE),
        registration_statement("a", "1.0.0", "sha256:" + "a" * 64, "development", {}),
        applied("integration", c=ADA),
        deployment_statement({"environment": "production", "commit": ONE}, ()),
        applied(a=GRACE),
    ]
    assert approvals_in(ledger, "production") == {("a", ONE): ADA, ("b", TWO): GRACE, ("a", TWO): GRACE}
    assert approvals_in([], "production") == {}


def test_what_was_not_reviewed_is_asked_again_next_time() -> None:
    assert approvals_in([applied(a=Approval(ONE, ("local-unreviewed",)))], "production") == {}


def test_a_record_names_the_approvers_of_each_model_or_of_the_whole_apply_as_older_ones_do() -> None:
    older: dict[str, Any] = {"approvedBy": ["ada"]}
    newer = {"approvedBy": ["ada", "grace"], "approvals": {"a": ADA.as_json(), "b": GRACE.as_json()}}
    assert [approved_by(record, "a") for record in (older, newer, {})] == [("ada",), ("ada", "mary"), ()]
    assert approved_by(newer, "b") == ("grace",)
