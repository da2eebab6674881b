"""Tells a version that an apply leaves on hold from one that was on hold before the change that is applied."""

from collections.abc import Collection, Mapping, Sequence
from itertools import takewhile
from typing import Any

from mlplatform.core.hold import Holds
from mlplatform.core.outcome import Result
from mlplatform.core.plan import Refused
from mlplatform.core.statement import DEPLOYMENT, Statement

Predicate = Mapping[str, Any]


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
    applies = _applies(oldest_first, environment)
    here = [predicate for predicate in applies if predicate["commit"] == commit]
    others = [predicate for predicate in applies if predicate["commit"] != commit]
    last = list(takewhile(lambda predicate: predicate["commit"] == others[0]["commit"], others))
    return frozenset(on_hold & (on_purpose | _held(last) | _failed(last)) - _failed(here))


def _applies(oldest_first: Sequence[Statement], environment: str) -> list[Predicate]:
    """Return the applies of an environment that say how things are, newest first."""
    return [
        statement.predicate
        for statement in reversed(oldest_first)
        if statement.predicate_type == DEPLOYMENT
        and statement.predicate["environment"] == environment
        and not statement.predicate.get("late")
        and "undoing" not in statement.predicate
    ]


def _held(applies: Sequence[Predicate]) -> set[str]:
    return {
        refused["resource"]
        for predicate in applies
        for refused in predicate.get("refused", ())
        if refused.get("held")
    }


def _failed(applies: Sequence[Predicate]) -> set[str]:
    return {
        outcome["resource"]
        for predicate in applies
        for outcome in predicate["outcomes"]
        if outcome["result"] == Result.FAILED.value
    }
