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


def recovered_outcomes(known: Sequence[Statement], environment: str, actual: Actual) -> Statement | None:
    """What the last apply had done without saying so, as a record of its own; None when there is nothing to add.

    A deployment that failed is left alone: what is there may be what was put back.
    """
    last = _last(known, environment)
    if last is None:
        return None
    said = dict(last.predicate)
    outcomes = said.pop("outcomes")
    failed = {one["resource"] for one in outcomes if one["result"] == Result.FAILED.value}
    failed |= {model for model, _ in holds(known, environment)}
    unsaid = [one for one in outcomes if one.get("reason") == INTERRUPTED and one["resource"] not in failed]
    found = {"result": Result.APPLIED.value, "reason": FOUND}
    done = [{**one, **found} for one in unsaid if is_done(Change.from_json(one), actual)]
    completes = said.pop("id", "")
    said.pop("recordedAt", "")
    return deployment_statement({**said, "completes": completes}, done) if done else None


def _last(known: Sequence[Statement], environment: str) -> Statement | None:
    """The newest record of an apply that stands for what is so now."""
    for statement in reversed(known):
        said = statement.predicate
        if (
            statement.predicate_type == DEPLOYMENT
            and said["environment"] == environment
            and not said.get("late")
        ):
            return statement
    return None
