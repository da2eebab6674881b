"""What the ledger's statements put on hold, and what lifts it."""

import json
from dataclasses import replace
from typing import Any

import pytest

from mlplatform.core.applied import Applied, last_applied
from mlplatform.core.hold import Hold, documents_digest, hold_on, hold_statement, holds
from mlplatform.core.naming import Kind
from mlplatform.core.outcome import Outcome, Result
from mlplatform.core.plan import Action, Change, Plan
from mlplatform.core.records.hold import HoldPredicate
from mlplatform.core.records.statement import Statement
from tests.support.records import candidate, plan_record, retry_record
from tests.support.values import COMMIT, deployment, digest, document, model, repository

TUMOUR = "clinic/tumour"
LOAD = Change(Action.LOAD, "triton", TUMOUR, None, candidate("1.1.0"))
CHAMPION = Change(
    Action.CHAMPION,
    "mlflow",
    TUMOUR,
    {"champion": "1.0.0", "previous": None},
    {"champion": "1.1.0", "previous": "1.0.0", "digest": digest("1.1.0")},
)
RETIRE = Change(Action.RETIRE, "triton", TUMOUR, {"version": "0.9.0", "digest": digest("0.9.0")}, None)
DECLARED = "sha256:" + "d" * 64


def applied(*results: str, environment: str = "production", commit: str = COMMIT, **keys: Any) -> Statement:
    """An apply of these three changes that ended so."""
    plan = Plan.of(environment, "laptop", commit, (LOAD, CHAMPION, RETIRE), (), {TUMOUR: DECLARED})
    outcomes = [
        Outcome(change, Result(result), "it broke" if result == "failed" else "")
        for change, result in zip(plan.changes, results, strict=True)
    ]
    return plan_record(plan, outcomes, **{"recordedAt": "2026-11-21T10:00:00+00:00", **keys})


FAILED = applied("failed", "not-attempted", "not-attempted")
LIFTED = retry_record(TUMOUR, "1.1.0")


def test_a_version_that_failed_is_on_hold_with_its_reason_and_what_was_before_it() -> None:
    assert holds([FAILED], "production") == {
        (TUMOUR, digest("1.1.0")): Hold(
            "production",
            TUMOUR,
            "1.1.0",
            digest("1.1.0"),
            DECLARED,
            {"champion": "1.0.0", "previous": None},
            "load: it broke",
            "2026-11-21T10:00:00+00:00",
        )
    }


def test_an_apply_that_ended_well_puts_nothing_on_hold() -> None:
    assert holds([applied("applied", "applied", "applied")], "production") == {}


def test_a_crash_is_no_failure_of_the_version() -> None:
    assert holds([applied("applied", "not-attempted", "not-attempted")], "production") == {}


def test_what_could_not_be_unloaded_is_no_failure_of_the_version_that_answers() -> None:
    assert holds([applied("applied", "applied", "failed")], "production") == {}


def test_a_retry_lifts_the_hold_and_the_next_failure_sets_it_again() -> None:
    assert holds([FAILED, LIFTED], "production") == {}
    assert len(holds([FAILED, LIFTED, FAILED], "production")) == 1


def test_a_version_that_became_champion_after_all_is_on_hold_no_longer() -> None:
    assert holds([FAILED, applied("applied", "applied", "applied")], "production") == {}


def test_a_hold_is_of_one_environment() -> None:
    assert holds([FAILED], "integration") == {}


def test_a_hold_ends_when_what_is_declared_changes() -> None:
    pins = {"production": {TUMOUR: deployment("1.1.0")}}
    declared = repository(pins)
    document = declared.deployments["production"][TUMOUR]
    same = documents_digest(declared, "production", TUMOUR)
    known = holds([FAILED], "production")
    assert hold_on(known, declared, "production", document) is None
    [hold] = known.values()
    fresh = {key: Hold(**{**_fields(hold), "documents": same}) for key in known}
    assert hold_on(fresh, declared, "production", document) is not None
    pins["production"][TUMOUR]["serving"]["instances"] = 2
    changed = repository(pins)
    assert hold_on(fresh, changed, "production", changed.deployments["production"][TUMOUR]) is None


def _fields(hold: Hold) -> dict[str, Any]:
    return {name: getattr(hold, name) for name in Hold.__slots__}


def test_the_commit_applied_last_is_that_of_the_newest_apply_of_the_environment() -> None:
    known = [applied(*["applied"] * 3, commit="a" * 40), applied(*["applied"] * 3, environment="integration")]
    assert last_applied(known, "production") == Applied("a" * 40)
    assert last_applied(known, "development") is None


def test_a_champion_whose_load_fails_is_on_hold_and_its_aliases_were_not_to_change() -> None:
    plan = Plan.of("production", "laptop", COMMIT, (LOAD,), (), {TUMOUR: DECLARED})
    failed = Outcome(LOAD, Result.FAILED, "no room")
    (hold,) = holds([plan_record(plan, [failed])], "production").values()
    assert hold.aliases == {}


def test_undoing_a_change_by_hand_puts_nothing_on_hold() -> None:
    undoing = applied("failed", "not-attempted", "not-attempted", undoing="drift")
    assert holds([undoing], "production") == {}


def test_a_clock_that_was_set_back_changes_no_order() -> None:
    known = [FAILED, retry_record(TUMOUR, "1.1.0", recordedAt="2020-01-01T00:00:00+00:00")]
    assert holds(known, "production") == {}
    known = [
        applied(*["applied"] * 3, commit="a" * 40),
        applied(*["applied"] * 3, commit="b" * 40, recordedAt="2020-01-01T00:00:00+00:00"),
    ]
    assert last_applied(known, "production") == Applied("b" * 40)


def test_to_put_back_what_ran_before_says_nothing_about_that() -> None:
    refused = [{"resource": TUMOUR, "reason": "on hold", "fix": "", "where": "", "held": True}]
    failed = applied("failed", "not-attempted", "not-attempted", refused=refused)
    assert holds([failed], "production") == {}


def test_a_version_whose_changes_were_all_made_is_on_hold_no_longer_be_it_champion_already() -> None:
    plan = Plan.of("production", "laptop", COMMIT, (LOAD,), (), {TUMOUR: DECLARED})
    again = plan_record(plan, [Outcome(LOAD, Result.APPLIED)])
    assert holds([FAILED, again], "production") == {}


def test_a_hold_that_was_stated_is_the_hold_that_its_apply_would_have_set() -> None:
    (hold,) = holds([FAILED], "production").values()
    stated = hold_statement(hold, fence=3)
    assert stated.subjects == {f"production/{TUMOUR}@1.1.0": digest("1.1.0")}
    assert isinstance(stated.predicate, HoldPredicate)
    dated = replace(stated, predicate=replace(stated.predicate, recordedAt=hold.since))
    assert holds([dated], "production") == {(TUMOUR, hold.digest): hold}
    assert holds([dated], "integration") == {}
    assert holds([dated, LIFTED], "production") == {}
    assert holds([LIFTED, Statement.from_json(json.dumps(dated.as_json()).encode())], "production") == {
        (TUMOUR, hold.digest): hold
    }


def test_a_hold_that_people_set_lasts_whatever_becomes_of_the_documents() -> None:
    (failed,) = holds([FAILED], "production").values()
    pins = repository({"production": {TUMOUR: deployment("1.1.0")}})
    pin = pins.deployments["production"][TUMOUR]
    assert hold_on({(TUMOUR, failed.digest): failed}, pins, "production", pin) is None
    lasting = replace(failed, lasting=True)
    known = holds([hold_statement(lasting, fence=0)], "production")
    assert hold_on(known, pins, "production", pin) == replace(lasting, since="")


def test_another_description_of_a_model_lifts_no_hold_and_another_signature_does() -> None:
    pins = repository({"production": {TUMOUR: deployment("1.1.0")}})
    before = documents_digest(pins, "production", TUMOUR)

    def but(**changed: Any) -> str:
        about = document(Kind.MODEL, TUMOUR, {**model(), **changed})
        return documents_digest(replace(pins, models={TUMOUR: about}), "production", TUMOUR)

    assert but(description="another one", gates={"production": {"auc": {"min": 0.5}}}) == before
    signature = {**model()["signature"], "inputs": [{"name": "X", "type": "FP32", "shape": [-1, 3]}]}
    assert but(signature=signature) != before


A, B, C = "a" * 40, "b" * 40, "c" * 40


def back(commit: str) -> Statement:
    return applied(*["applied"] * 3, commit=commit * 40, goingBack="it was wrong")


def forth(commit: str) -> Statement:
    return applied(*["applied"] * 3, commit=commit * 40)


@pytest.mark.parametrize(
    ("known", "last"),
    [
        ([forth("a"), forth("b")], Applied(B)),
        ([forth("a"), forth("b"), back("a")], Applied(A, rolled_back_from=B)),
        ([forth("a"), forth("b"), forth("c"), back("b"), back("a")], Applied(A, rolled_back_from=C)),
        ([forth("a"), forth("b"), back("a"), forth("a")], Applied(A, rolled_back_from=B)),
        ([forth("a"), forth("b"), back("a"), forth("c")], Applied(C)),
        ([forth("a"), back("a")], Applied(A)),
        ([back("a")], Applied(A)),
    ],
)
def test_what_people_went_back_from_counts_until_something_newer_is_applied(
    known: list[Statement], last: Applied
) -> None:
    assert last_applied(known, "production") == last
