"""Does exactly what a plan says, in its order, and says what happened to every change."""

from collections.abc import Callable

from mlplatform.apply.hands import Hands
from mlplatform.apply.steps import STEPS
from mlplatform.core.errors import Refusal
from mlplatform.core.outcome import Outcome, Result
from mlplatform.core.plan import Change, Plan

Heard = Callable[[Outcome], None]


def apply(plan: Plan, hands: Hands, heard: Heard) -> tuple[Outcome, ...]:
    """Make the plan's changes; `heard` is told each outcome as it happens.

    The first failure of a deployment ends that deployment: its further changes are not attempted, what was
    running keeps running, and the other deployments go on. The next plan holds just what is left to do.
    """
    if not plan.is_intact() or plan.commit != hands.commit:
        raise Refusal(
            "the plan was changed after it was made", fix="make a new one: platform plan --out FILE"
        )
    outcomes: list[Outcome] = []
    failed: dict[str, Outcome] = {}
    for change in plan.changes:
        outcome = _attempt(change, hands, failed.get(change.resource))
        if outcome.result is Result.FAILED:
            failed[change.resource] = outcome
        outcomes.append(outcome)
        heard(outcome)
    return tuple(outcomes)


def _attempt(change: Change, hands: Hands, failure: Outcome | None) -> Outcome:
    if failure is not None:
        return Outcome(change, Result.NOT_ATTEMPTED, f"{failure.change.action} failed before it")
    try:
        STEPS[change.action](change, hands)
    except Refusal as said_no:
        return Outcome(change, Result.FAILED, str(said_no))
    except Exception as fault:  # whatever breaks, its neighbours go on and the outcome is on record
        return Outcome(change, Result.FAILED, f"{type(fault).__name__}: {fault}")
    return Outcome(change, Result.APPLIED)
