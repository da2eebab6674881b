"""Applies of which nothing but the intent is known."""

from dataclasses import replace

from mlplatform.core.applied import last_applied, newest_snapshot
from mlplatform.core.intent import INTERRUPTED, interrupted, unfinished
from mlplatform.core.outcome import Result
from mlplatform.core.plan import Action, Change, Plan
from mlplatform.core.records.base import extended
from mlplatform.core.records.changes import recorded_change
from mlplatform.core.records.deployment import DeploymentPredicate
from mlplatform.core.records.header import apply_header
from mlplatform.core.records.intent import IntentPredicate
from mlplatform.core.records.statement import Statement, UnknownPredicate
from tests.support.records import candidate, plan_record, run_header
from tests.support.values import COMMIT, digest

LOAD = Change(Action.LOAD, "triton", "clinic/tumour", None, candidate("1.1.0"))
PLAN = Plan.of("production", "company", COMMIT, (LOAD,))


def stamped(statement: Statement, name: str) -> Statement:
    """As the ledger has it: with an id and a time."""
    predicate = statement.predicate
    assert not isinstance(predicate, UnknownPredicate)
    return replace(
        statement,
        predicate=replace(predicate, id=predicate.id or name, recordedAt="2026-11-21T10:00:00+00:00"),
    )


INTENT = extended(
    IntentPredicate,
    apply_header(run_header(fence=4), PLAN),
    intent="production-1",
    changes=(recorded_change(LOAD),),
)
BEGUN = stamped(Statement.of(INTENT), "a")
ENDED = stamped(plan_record(PLAN, id="production-1"), "b")


def test_an_intent_is_unfinished_until_its_apply_is_on_record() -> None:
    assert unfinished([BEGUN], "production") == (BEGUN.predicate,)
    assert unfinished([BEGUN], "integration") == ()
    assert unfinished([BEGUN, ENDED], "production") == ()


def test_what_is_said_for_a_machine_that_never_came_back_finishes_its_intent() -> None:
    said = interrupted(INTENT)
    assert isinstance(said.predicate, DeploymentPredicate)
    assert said.subjects == BEGUN.subjects == {"production/clinic/tumour@1.1.0": digest("1.1.0")}
    assert [(one.result, one.reason) for one in said.predicate.outcomes] == [
        (Result.NOT_ATTEMPTED, INTERRUPTED)
    ]
    assert (said.predicate.fence, said.predicate.intent) == (4, "production-1")
    assert not said.predicate.id, "the journal's own record must still be possible"
    assert unfinished([BEGUN, stamped(said, "c")], "production") == ()


def test_an_intent_alone_is_no_apply_and_what_is_said_of_it_is() -> None:
    assert last_applied([BEGUN], "production") is None
    known = [BEGUN, stamped(interrupted(INTENT), "c")]
    assert last_applied(known, "production")
    assert newest_snapshot(known, "production") == (None, (known[1].predicate,))


def test_an_apply_of_nothing_leaves_a_snapshot_right() -> None:
    nothing = stamped(plan_record(PLAN), "d")
    assert newest_snapshot([nothing], "production") == (None, ())
