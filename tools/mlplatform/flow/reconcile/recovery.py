"""Finishes the record of an apply that was interrupted between a step and the line that says so."""

from collections.abc import Sequence

from mlplatform.core.hold import holds
from mlplatform.core.intent import INTERRUPTED
from mlplatform.core.outcome import Result
from mlplatform.core.plan import Change
from mlplatform.core.statement import DEPLOYMENT, Statement, deployment_statement
from mlplatform.plan.actual import Actual
from mlplatform.plan.already_applied import is_done

FOUND = "found done after the apply was interrupted"


def recovered_outcomes(ledger: Sequence[Statement], environment: str, actual: Actual) -> Statement | None:
    """What the last apply had done without saying so, as a record of its own; None when there is nothing to add.

    A deployment that failed is left alone: what is there may be what was put back.
    """
    newest = _newest_apply(ledger, environment)
    if newest is None:
        return None
    predicate = dict(newest.predicate)
    outcomes = predicate.pop("outcomes")
    failed = {outcome["resource"] for outcome in outcomes if outcome["result"] == Result.FAILED.value}
    failed |= {model for model, _ in holds(ledger, environment)}
    unreported = [
        outcome
        for outcome in outcomes
        if outcome.get("reason") == INTERRUPTED and outcome["resource"] not in failed
    ]
    applied = {"result": Result.APPLIED.value, "reason": FOUND}
    recovered = [
        {**outcome, **applied} for outcome in unreported if is_done(Change.from_json(outcome), actual)
    ]
    completes = predicate.pop("id", "")
    predicate.pop("recordedAt", "")
    return deployment_statement({**predicate, "completes": completes}, recovered) if recovered else None


def _newest_apply(ledger: Sequence[Statement], environment: str) -> Statement | None:
    """The newest record of an apply that stands for what is so now."""
    for statement in reversed(ledger):
        predicate = statement.predicate
        if (
            statement.predicate_type == DEPLOYMENT
            and predicate["environment"] == environment
            and not predicate.get("late")
        ):
            return statement
    return None
