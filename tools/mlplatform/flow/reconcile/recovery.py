"""Completes the record of an apply that was interrupted between an action and the line that records it."""

from collections.abc import Sequence

from mlplatform.core.hold import holds
from mlplatform.core.intent import INTERRUPTED
from mlplatform.core.outcome import Result
from mlplatform.core.plan import Change
from mlplatform.core.statement import Statement, deployment_statement, newest_apply
from mlplatform.plan.actual import Actual
from mlplatform.plan.already_applied import is_done

FOUND = "found done after the apply was interrupted"


def recovered_outcomes(ledger: Sequence[Statement], environment: str, actual: Actual) -> Statement | None:
    """Return a record of the changes that the last apply made without recording them; None without any.

    Deployments that failed are left out: their present state may be what a restore left.
    """
    newest = newest_apply(ledger, environment)
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
