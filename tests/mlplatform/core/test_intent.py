"""Applies of which nothing but the intent is known."""

from dataclasses import replace

from mlplatform.core.intent import INTERRUPTED, intent_statement, interrupted, unfinished
from mlplatform.core.plan import Action, Change, Plan
from mlplatform.core.statement import (
    DEPLOYMENT,
    Statement,
    deployment_statement,
    last_applied,
    newest_snapshot,
)
from tests.support.values import COMMIT, digest

LOAD = Change(Action.LOAD, "triton", "clinic/tumour", None, {"version": "1.1.0", "digest": digest("1.1.0")})
PLAN = Plan.of("production", "company", COMMIT, (LOAD,)).as_json()
HEADER = {key: value for key, value in PLAN.items() if key != "changes"}


def stamped(statement: Statement, name: str) -> Statement:
    """As the ledger has it: with an id and a time."""
    stamps = {"id": name, "recordedAt": "2026-11-21T10:00:00+00:00"}
    return replace(statement, predicate={**stamps, **statement.predicate})


BEGUN = stamped(intent_statement("production-1", {**HEADER, "fence": 4}, PLAN["changes"]), "a")
ENDED = stamped(deployment_statement({**HEADER, "id": "production-1"}, []), "b")


def test_an_intent_is_unfinished_until_its_apply_is_on_record() -> None:
    assert unfinished([BEGUN], "production") == (BEGUN,)
    assert unfinished([BEGUN], "integration") == ()
    assert unfinished([BEGUN, ENDED], "production") == ()


def test_what_is_said_for_a_machine_that_never_came_back_finishes_its_intent() -> None:
    said = interrupted(BEGUN)
    assert said.predicate_type == DEPLOYMENT
    assert said.subjects == BEGUN.subjects == {"production/clinic/tumour@1.1.0": digest("1.1.0")}
    assert [(one["result"], one["reason"]) for one in said.predicate["outcomes"]] == [
        ("not-attempted", INTERRUPTED)
    ]
    assert (said.predicate["fence"], said.predicate["intent"]) == (4, "production-1")
    assert "id" not in said.predicate, "the journal's own record must still be possible"
    assert unfinished([BEGUN, stamped(said, "c")], "production") == ()


def test_an_intent_alone_is_no_apply_and_what_is_said_of_it_is() -> None:
    assert last_applied([BEGUN], "production") is None
    known = [BEGUN, stamped(interrupted(BEGUN), "c")]
    assert last_applied(known, "production")
    assert newest_snapshot(known, "production") == (None, (known[1],))


def test_an_apply_of_nothing_leaves_a_snapshot_right() -> None:
    nothing = stamped(deployment_statement(HEADER, []), "d")
    assert newest_snapshot([nothing], "production") == (None, ())
