"""Approvals on the ledger are read back as they were recorded, by model and commit, and older records still count."""

from mlplatform.core.approvals import Approval, approvals_in
from mlplatform.core.records.deployment import DeploymentPredicate
from mlplatform.core.records.statement import Statement
from tests.support.records import apply_record, registration_record

ONE, TWO = "1" * 40, "2" * 40
ADA = Approval(ONE, ("ada", "mary"), "promote/a")
GRACE = Approval(TWO, ("grace",))


def applied(environment: str = "production", **approvals: Approval) -> Statement:
    by_model = {model: each.as_json() for model, each in approvals.items()}
    return apply_record(environment, commit=TWO, approvals=by_model)


def test_approvals_are_read_back_by_model_and_commit() -> None:
    ledger = [
        applied(a=ADA, b=GRACE),
        registration_record("a", "1.0.0"),
        applied("integration", c=ADA),
        apply_record(commit=ONE),
        applied(a=GRACE),
    ]
    assert approvals_in(ledger, "production") == {("a", ONE): ADA, ("b", TWO): GRACE, ("a", TWO): GRACE}
    assert approvals_in([], "production") == {}


def test_what_was_not_reviewed_is_asked_again_next_time() -> None:
    assert approvals_in([applied(a=Approval(ONE, ("local-unreviewed",)))], "production") == {}


def test_a_record_names_the_approvers_of_each_model_or_of_the_whole_apply_as_older_ones_do() -> None:
    by_model = {"a": ADA.as_json(), "b": GRACE.as_json()}
    older = apply_record(approvedBy=["ada"]).predicate
    newer = apply_record(approvedBy=["ada", "grace"], approvals=by_model).predicate
    assert isinstance(older, DeploymentPredicate)
    assert isinstance(newer, DeploymentPredicate)
    assert older.approved_by("a") == ("ada",)
    assert (newer.approved_by("a"), newer.approved_by("b")) == (("ada", "mary"), ("grace",))
