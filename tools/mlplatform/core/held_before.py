"""Tells a version that an apply leaves on hold from one that was on hold before the change that is applied."""

from collections.abc import Collection, Sequence
from itertools import takewhile

from mlplatform.core.applied import applies
from mlplatform.core.hold import Holds
from mlplatform.core.outcome import Result
from mlplatform.core.plan import Refused
from mlplatform.core.records.deployment import DeploymentPredicate
from mlplatform.core.records.statement import Statement


def held_before(
    oldest_first: Sequence[Statement],
    environment: str,
    commit: str,
    refused: Collection[Refused],
    holds_before: Holds,
) -> frozenset[str]:
    """Return the refused models on hold that an apply of an earlier commit left so, or somebody on purpose.

    A hold ends when the documents of its version change, so the commit that is applied says nothing new of them. What
    failed at this very commit is not among them, however often it is applied again.
    """
    on_hold = {refusal.resource for refusal in refused if refusal.is_on_hold}
    on_purpose = {model for (model, _), hold in holds_before.items() if hold.lasting}
    current = _current_applies(oldest_first, environment)
    here = [apply for apply in current if apply.commit == commit]
    others = [apply for apply in current if apply.commit != commit]
    last = list(takewhile(lambda apply: apply.commit == others[0].commit, others))
    return frozenset(on_hold & (on_purpose | _held(last) | _failed(last)) - _failed(here))


def _current_applies(oldest_first: Sequence[Statement], environment: str) -> list[DeploymentPredicate]:
    """Return the applies of an environment that say how things are, newest first."""
    newest_first = applies(reversed(oldest_first), environment)
    return [apply for apply in newest_first if not (apply.late or apply.is_drift_revert)]


def _held(applies: Sequence[DeploymentPredicate]) -> set[str]:
    return {model for apply in applies for model in apply.models_on_hold()}


def _failed(applies: Sequence[DeploymentPredicate]) -> set[str]:
    return {
        outcome.resource for apply in applies for outcome in apply.outcomes if outcome.result is Result.FAILED
    }
