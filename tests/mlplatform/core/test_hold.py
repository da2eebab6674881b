"""What the ledger's statements put on hold, and what lifts it."""

from dataclasses import replace
from typing import Any

import pytest

from mlplatform.core.hold import Hold, documents_digest, hold_on, hold_statement, holds
from mlplatform.core.naming import Kind
from mlplatform.core.plan import Action, Change, Plan
from mlplatform.core.statement import (
    Applied,
    Statement,
    deployment_statement,
    last_applied,
    retry_statement,
)
from tests.support.values import COMMIT, deployment, digest, document, model, repository

TUMOUR = "clinic/tumour"
LOAD = Change(Action.LOAD, "triton", TUMOUR, None, {"version": "1.1.0", "digest": digest("1.1.0")})
CHAMPION = Change(
    Action.CHAMPION,
    "mlflow",
    TUMOUR,
    {"champion": "1.0.0", "previous": None},
    {"champion": "1.1.0", "previous": "1.0.0", "digest": digest("1.1.0")},
)
RETIRE = Change(Action.RETIRE, "triton", TUMOUR, {"version": "0.9.0", "digest": digest("0.9.0")}, None)
DECLARED = "sha256:" + "d" * 64


def applied(*results: str, environment: str = "production", commit: str = COMMIT) -> Statement:
    """An apply of these three changes that ended so."""
    plan = Plan.of(environment, "laptop", commit, (LOAD, CHAMPION, RETIRE), (), {TUMOUR: DECLARED})
    said: list[dict[str, Any]] = [
        {**change.as_json(), "result": result, "reason": "it broke" if result == "failed" else ""}
        for change, result in zip(plan.changes, results, strict=True)
    ]
    return deployment_statement({**plan.as_json(), "recordedAt": "2026-11-21T10:00:00+00:00"}, said)


FAILED = applied("failed", "not-attempted", "not-attempted")
LIFTED = retry_statement("production", TUMOUR, "1.1.0", digest("1.1.0"), {"identity": "ada"})


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
    said = [{**LOAD.as_json(), "result": "failed", "reason": "no room"}]
    (hold,) = holds([deployment_statement(plan.as_json(), said)], "production").values()
    assert hold.aliases == {}


def test_undoing_a_change_by_hand_puts_nothing_on_hold() -> None:
    failed = applied("failed", "not-attempted", "not-attempted")
    undoing = Statement(failed.subjects, failed.predicate_type, {**failed.predicate, "undoing": "drift"})
    assert holds([undoing], "production") == {}


def test_a_clock_that_was_set_back_changes_no_order() -> None:
    def at(statement: Statement, moment: str) -> Statement:
        return Statement(
            statement.subjects, statement.predicate_type, {**statement.predicate, "recordedAt": moment}
        )

    known = [at(FAILED, "2026-11-21T10:00:00+00:00"), at(LIFTED, "2020-01-01T00:00:00+00:00")]
    assert holds(known, "production") == {}
    known = [
        at(applied(*["applied"] * 3, commit="a" * 40), "2026-11-21T10:00:00+00:00"),
        at(applied(*["applied"] * 3, commit="b" * 40), "2020-01-01T00:00:00+00:00"),
    ]
    assert last_applied(known, "production") == Applied("b" * 40)


def test_to_put_back_what_ran_before_says_nothing_about_that() -> None:
    failed = applied("failed", "not-attempted", "not-attempted")
    said = {**failed.predicate, "refused": [{"resource": TUMOUR, "held": True}]}
    assert holds([Statement(failed.subjects, failed.predicate_type, said)], "production") == {}


def test_a_version_whose_changes_were_all_made_is_on_hold_no_longer_be_it_champion_already() -> None:
    loaded = applied("applied", "applied", "applied")
    only_load = {**loaded.predicate, "outcomes": loaded.predicate["outcomes"][:1]}
    again = Statement(loaded.subjects, loaded.predicate_type, only_load)
    assert holds([FAILED, again], "production") == {}


def test_a_hold_that_was_stated_is_the_hold_that_its_apply_would_have_set() -> None:
    (hold,) = holds([FAILED], "production").values()
    stated = hold_statement(hold, fence=3)
    assert stated.subjects == {f"production/{TUMOUR}@1.1.0": digest("1.1.0")}
    dated = replace(stated, predicate={**stated.predicate, "recordedAt": hold.since})
    assert holds([dated], "production") == {(TUMOUR, hold.digest): hold}
    assert holds([dated], "integration") == {}
    assert holds([dated, LIFTED], "production") == {}
    assert holds([LIFTED, Statement.from_json(dated.as_json())], "production") == {
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


def back(commit: str) -> Statement:
    said = applied(*["applied"] * 3, commit=commit)
    return replace(said, predicate={**said.predicate, "goingBack": "it was wrong"})


def forth(commit: str) -> Statement:
    return applied(*["applied"] * 3, commit=commit)


@pytest.mark.parametrize(
    ("known", "last"),
    [
        ([forth("a"), forth("b")], Applied("b")),
        ([forth("a"), forth("b"), back("a")], Applied("a", rolled_back_from="b")),
        ([forth("a"), forth("b"), forth("c"), back("b"), back("a")], Applied("a", rolled_back_from="c")),
        ([forth("a"), forth("b"), back("a"), forth("a")], Applied("a", rolled_back_from="b")),
        ([forth("a"), forth("b"), back("a"), forth("c")], Applied("c")),
        ([forth("a"), back("a")], Applied("a")),
        ([back("a")], Applied("a")),
    ],
)
def test_what_people_went_back_from_counts_until_something_newer_is_applied(
    known: list[Statement], last: Applied
) -> None:
    assert last_applied(known, "production") == last
