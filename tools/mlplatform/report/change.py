"""What `platform plan` and `platform apply` print."""

from collections import Counter
from typing import Any

from mlplatform.core.outcome import Outcome, Result
from mlplatform.core.plan import Action, Change, Plan, Refused, Values
from mlplatform.core.reconciled import Reconciled, Reverted
from mlplatform.core.snapshot import ALIASES

_WORDS = {
    Action.REPAIR: "repair {after[version]} ({after[what]})",
    Action.COPY: "copy the bytes from {after[from]}",
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
    mark = _SIGNS[outcome.result]
    result = "" if outcome.result is Result.APPLIED else f" {outcome.result.value}"
    return f"  {mark} {change_text(outcome.change)}{result}{why}"


def refused_text(refused: Refused) -> str:
    fix = f"\n      {refused.fix}" if refused.fix else ""
    return f"  ✗ {refused.resource}  refused: {refused.where}: {refused.reason}{fix}"


def _said(change: Change) -> str:
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
        f"branch {reverted.branch} takes it back: merge it, then platform apply --env {hold.environment}"
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
