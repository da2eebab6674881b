"""Completes the record of an apply that was interrupted between an action and the line that records it."""

from collections.abc import Sequence
from dataclasses import replace

from mlplatform.core.applied import newest_apply
from mlplatform.core.hold import holds
from mlplatform.core.intent import INTERRUPTED
from mlplatform.core.outcome import Result
from mlplatform.core.records.base import extended
from mlplatform.core.records.changes import planned_change
from mlplatform.core.records.deployment import DeploymentPredicate
from mlplatform.core.records.header import header_of
from mlplatform.core.records.statement import Statement
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
    failed = {outcome.resource for outcome in newest.outcomes if outcome.result is Result.FAILED}
    failed |= {model for model, _ in holds(ledger, environment)}
    unreported = [
        outcome
        for outcome in newest.outcomes
        if outcome.reason == INTERRUPTED and outcome.resource not in failed
    ]
    recovered = tuple(
        replace(outcome, result=Result.APPLIED, reason=FOUND)
        for outcome in unreported
        if is_done(planned_change(outcome), actual)
    )
    if not recovered:
        return None
    return Statement.of(
        extended(
            DeploymentPredicate,
            header_of(newest),
            outcomes=recovered,
            intent=newest.intent,
            completes=newest.id,
        )
    )
