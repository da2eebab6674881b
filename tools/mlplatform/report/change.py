"""Prints plans, outcomes and the end of an apply."""

from collections import Counter
from collections.abc import Set
from typing import Any

from mlplatform.core.outcome import Outcome, Result
from mlplatform.core.plan import Action, Change, Plan, Refused, Values
from mlplatform.core.reconciled import Reconciled, Reverted
from mlplatform.core.snapshot import ALIASES

_WORDS = {
    Action.REPAIR: "repair {after[version]} ({after[what]})",
    Action.COPY: "copy the artifact from {after[from]}",
    Action.LOAD: "load {after[version]}",
    Action.PROBE: "probe {after[version]}",
    Action.RETIRE: "retire {before[version]}",
}
_SIGNS = {Result.APPLIED: "✓", Result.FAILED: "✗", Result.RESTORED: "↩", Result.NOT_ATTEMPTED: "-"}


def plan_title(plan: Plan) -> str:
    """The first line of a plan."""
    count = len(plan.changes)
    changes = f"{count or 'no'} change{'' if count == 1 else 's'}"
    return f"{plan.environment} at {plan.commit[:12]}: {changes}"


def plan_text(plan: Plan, held_before: Set[str] = frozenset()) -> str:
    """A plan, with a line for each refused deployment and each change."""
    lines = refused_texts(plan, held_before)
    if not plan.changes:
        return "\n".join([*lines, plan_title(plan)])
    lines += [f"  {change_text(change)}" for change in plan.changes]
    return "\n".join([plan_title(plan), *lines, f"plan {plan.digest}"])


def change_text(change: Change) -> str:
    """One change in words, as `clinic/tumour  route 1.0.0 → 1.1.0`."""
    return f"{change.resource}  {_action_text(change)} ({change.provider})"


def outcome_text(outcome: Outcome) -> str:
    """How one change ended, in a line that begins with a sign."""
    reason = f": {outcome.reason}" if outcome.reason else ""
    sign = _SIGNS[outcome.result]
    result = "" if outcome.result is Result.APPLIED else f" {outcome.result.value}"
    return f"  {sign} {change_text(outcome.change)}{result}{reason}"


def refused_text(refused: Refused) -> str:
    """A deployment that is left as it is, where, why, and what to do."""
    fix = f"\n      {refused.fix}" if refused.fix else ""
    return f"  ✗ {refused.resource}  refused: {refused.where}: {refused.reason}{fix}"


def refused_texts(plan: Plan, held_before: Set[str]) -> list[str]:
    """Return a text for each refused deployment; those that were on hold before this change are not its failures."""
    texts = []
    for refused in plan.refused:
        text = refused_text(refused)
        if refused.resource in held_before:
            text = text.replace("✗", "-", 1).replace("refused:", "still on hold, as before this change:", 1)
        texts.append(text)
    return texts


def _action_text(change: Change) -> str:
    if change.action in _WORDS:
        return _WORDS[change.action].format(before=change.before, after=change.after)
    if change.action is Action.CHAMPION:
        return _aliases(change.before or {}, change.after or {})
    return _moved("version", change.before, change.after, change.action.value)


def _aliases(before: Values, after: Values) -> str:
    """The alias that moves; where none does, the deprecated stage that changes."""
    moved = next((name for name in ALIASES if before.get(name) != after.get(name)), None)
    if moved is None and (stage := before.get("stage")):
        return f"stage {stage['found']} → {stage['right']} of {stage['version']}"
    return _moved(moved or "champion", before, after, moved or "champion")


def _moved(key: str, before: Values | None, after: Values | None, name: str) -> str:
    return f"{name} {_value(before, key)} → {_value(after, key)}"


def _value(values: Values | None, key: str) -> str:
    return str(values[key]) if values and values.get(key) else "nothing"


def reconciled_text(reconciled: Reconciled) -> str:
    """How an apply ended, after its outcomes: a line, and one for each version that went on hold."""
    plan = reconciled.plan
    lines = refused_texts(plan, reconciled.held_before)
    if not plan.changes:
        return "\n".join([*lines, plan_title(plan)])
    counts = Counter(outcome.result.value for outcome in reconciled.outcomes)
    tally = ", ".join(f"{count} {result}" for result, count in counts.items())
    summary = f"{plan.environment} at {plan.commit[:12]}: {tally}"
    return "\n".join([*lines, summary, *(reverted_text(reverted) for reverted in reconciled.reverts)])


def reverted_text(reverted: Reverted) -> str:
    """A version that went on hold, and the branch that reverts it."""
    hold = reverted.hold
    proposed = (
        f"branch {reverted.branch} reverts it: merge it, then platform apply --env {hold.environment}"
        if reverted.branch
        else f"no revert could be proposed: {reverted.reason}"
    )
    return f"  {hold.model} {hold.version} is on hold; {proposed}"


def reconciled_json(reconciled: Reconciled) -> dict[str, Any]:
    holds = [
        {
            "resource": reverted.hold.model,
            "version": reverted.hold.version,
            "reason": reverted.hold.reason,
            "revert": reverted.branch,
        }
        for reverted in reconciled.reverts
    ]
    outcomes = [outcome.as_json() for outcome in reconciled.outcomes]
    return {
        **reconciled.plan.as_json(),
        "done": reconciled.is_done,
        "heldBefore": sorted(reconciled.held_before),
        "outcomes": outcomes,
        "held": holds,
    }
