"""Makes exactly the changes of a plan, in its order, and reports the outcome of each."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import groupby

from mlplatform.apply.context import ApplyContext
from mlplatform.apply.restore import restore
from mlplatform.apply.steps import STEPS, Step
from mlplatform.core.errors import Refusal
from mlplatform.core.outcome import Outcome, Result
from mlplatform.core.plan import Action, Change, Plan

OnOutcome = Callable[[Outcome], None]
OnDeploymentDone = Callable[[tuple[Outcome, ...]], None]
Steps = Mapping[Action, Step]


def apply(
    plan: Plan,
    context: ApplyContext,
    on_outcome: OnOutcome,
    steps: Steps = STEPS,
    on_deployment_done: OnDeploymentDone = lambda _: None,
) -> tuple[Outcome, ...]:
    """Make the plan's changes and return their outcomes.

    `on_outcome` gets each outcome as it happens, and again when it is restored; `on_deployment_done` gets the outcomes
    of a deployment once nothing more will be done about it.

    The first failure of a deployment ends that deployment: traffic and aliases go back to what they were, its further
    changes are not attempted, and the other deployments go on. The lease is checked before and after each change.
    """
    if not plan.is_intact() or plan.commit != context.commit:
        raise Refusal(
            "the plan was changed after it was made", fix="make a new one: platform plan --out FILE"
        )
    outcomes: list[Outcome] = []
    for _, changes in groupby(plan.changes, key=lambda change: change.resource):
        done = _deployment(tuple(changes), context, on_outcome, steps)
        on_deployment_done(done)
        outcomes += done
    return tuple(outcomes)


def _deployment(
    changes: tuple[Change, ...], context: ApplyContext, on_outcome: OnOutcome, steps: Steps
) -> tuple[Outcome, ...]:
    outcomes: list[Outcome] = []
    for index, change in enumerate(changes):
        context.lease.require()
        outcome = _attempt(change, context, steps)
        on_outcome(outcome)
        outcomes.append(outcome)
        if outcome.result is Result.FAILED:
            not_attempted = [
                Outcome(later, Result.NOT_ATTEMPTED, f"{change.action} failed before it")
                for later in changes[index + 1 :]
            ]
            for untouched in not_attempted:
                on_outcome(untouched)
            return (*_restore_deployment(outcomes, context, on_outcome), *not_attempted)
        _require_lease_kept(context, change)
    return tuple(outcomes)


def _require_lease_kept(context: ApplyContext, change: Change) -> None:
    """Refusal when the lease was lost during a change: it may have overwritten what another run did."""
    try:
        context.lease.require()
    except Refusal as refusal:
        raise Refusal(
            f"{refusal.message}, while this run made the {change.action} of {change.resource}",
            fix="see that the other run has ended, then apply again: that puts right what came too late",
        ) from refusal


def _restore_deployment(
    outcomes: list[Outcome], context: ApplyContext, on_outcome: OnOutcome
) -> tuple[Outcome, ...]:
    """Undo what was done and return the outcomes after that; the last of them is the failure."""
    *before, failure = outcomes
    if failure.change.action is Action.RETIRE:
        return tuple(
            outcomes
        )  # the version answers and is champion: what is left to unload is no reason to go back
    restored, failures = restore([outcome.change for outcome in outcomes], context)
    reason = f"{failure.change.action} failed after it"
    reported = [
        Outcome(outcome.change, Result.RESTORED, reason) if outcome.change in restored else outcome
        for outcome in before
    ]
    for outcome in reported:
        if outcome.result is Result.RESTORED:
            on_outcome(outcome)
    if failures:
        failure = replace(failure, reason=f"{failure.reason}; {failures}")
        on_outcome(failure)
    return (*reported, failure)


def _attempt(change: Change, context: ApplyContext, steps: Steps) -> Outcome:
    try:
        steps[change.action](change, context)
    except Refusal as refusal:
        return Outcome(change, Result.FAILED, str(refusal))
    except Exception as error:  # whatever breaks, its neighbours go on and the outcome is on record
        return Outcome(change, Result.FAILED, f"{type(error).__name__}: {error}")
    return Outcome(change, Result.APPLIED)
