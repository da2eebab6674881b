"""What `platform plan` and `platform apply` print."""

from collections import Counter
from typing import Any

from mlplatform.core.outcome import Outcome, Result
from mlplatform.core.plan import Action, Change, Plan, Refused, Values
from mlplatform.core.reconciled import Reconciled, Reverted

_WORDS = {
    Action.REPAIR: "repair {after[version]} ({after[what]})",
    Action.COPY: "copy the bytes from {after[from]}",
    Action.LOAD: "load {after[version]}",
    Action.PROBE: "probe {after[version]}",
    Action.RETIRE: "unload {before[version]}",
}


def plan_title(plan: Plan) -> str:
    """The first line of a plan."""
    count = len(plan.changes)
    changes = f"{count or 'no'} change{'' if count == 1 else 's'}"
    return f"{plan.environment} at {plan.commit[:12]}: {changes}"


def plan_text(plan: Plan) -> str:
    """A plan, a line a change."""
    lines = [refused_text(refused) for refused in plan.refused]
    if not plan.changes:
        return "\n".join([*lines, plan_title(plan)])
    lines += [f"  {change_text(change)}" for change in plan.changes]
    return "\n".join([plan_title(plan), *lines, f"plan {plan.digest}"])


def change_text(change: Change) -> str:
    """One change in words, as `clinic/tumour  route 1.0.0 → 1.1.0`."""
    return f"{change.resource}  {_said(change)} ({change.provider})"


def outcome_text(outcome: Outcome) -> str:
    why = f": {outcome.reason}" if outcome.reason else ""
    mark = "✓" if outcome.result is Result.APPLIED else "✗"
    result = "" if outcome.result is Result.APPLIED else f" {outcome.result.value}"
    return f"  {mark} {change_text(outcome.change)}{result}{why}"


def refused_text(refused: Refused) -> str:
    fix = f"\n      {refused.fix}" if refused.fix else ""
    return f"  ✗ {refused.resource}  refused: {refused.where}: {refused.reason}{fix}"


def _said(change: Change) -> str:
    if change.action in _WORDS:
        return _WORDS[change.action].format(before=change.before, after=change.after)
    key = "champion" if change.action is Action.CHAMPION else "version"
    return f"{change.action.value} {_value(change.before, key)} → {_value(change.after, key)}"


def _value(values: Values | None, key: str) -> str:
    return str(values[key]) if values and values.get(key) else "nothing"


def reconciled_text(done: Reconciled) -> str:
    """How an apply ended, after its outcomes: a line, and one for each version that went on hold."""
    plan = done.plan
    lines = [refused_text(refused) for refused in plan.refused]
    if not plan.changes:
        return "\n".join([*lines, plan_title(plan)])
    counts = Counter(outcome.result.value for outcome in done.outcomes)
    said = ", ".join(f"{count} {result}" for result, count in counts.items())
    summary = f"{plan.environment} at {plan.commit[:12]}: {said}"
    return "\n".join([*lines, summary, *(reverted_text(one) for one in done.reverts)])


def reverted_text(reverted: Reverted) -> str:
    """What is on hold now, and which branch takes it back."""
    hold = reverted.hold
    proposed = (
        f"branch {reverted.branch} takes it back: merge it"
        if reverted.branch
        else f"no revert could be proposed: {reverted.reason}"
    )
    return f"  {hold.model} {hold.version} is on hold; {proposed}"


def reconciled_json(done: Reconciled) -> dict[str, Any]:
    held = [
        {"resource": r.hold.model, "version": r.hold.version, "reason": r.hold.reason, "revert": r.branch}
        for r in done.reverts
    ]
    outcomes = [outcome.as_json() for outcome in done.outcomes]
    return {**done.plan.as_json(), "outcomes": outcomes, "held": held}
