"""Prints how the controls of a Git host differ from those that are declared, and what was set up."""

import json
from collections.abc import Iterable
from typing import Any

from mlplatform.core.control_differences import ControlDifference
from mlplatform.core.controls_comparison import ControlsComparison, ControlsSetUp
from mlplatform.core.errors import Refusal
from mlplatform.report.plain import counted, one_line


def comparison_text(comparison: ControlsComparison) -> str:
    """A line for each difference, and what was compared with what."""
    declared = comparison.declared
    if comparison.cause:
        fix = f"\n  {one_line(comparison.cause.fix)}" if comparison.cause.fix else ""
        message = f"the controls of {declared.repository} are unknown: {comparison.cause.message}"
        return f"{one_line(message)}{fix}"
    summary = (
        f"{declared.repository}: {counted(len(comparison.differences), 'difference')} from what main declares"
    )
    lines = [*_lines(comparison.differences), f"{summary} at {declared.commit[:12]}"]
    if comparison.differences:
        lines.append("  make it so: platform forge setup --apply")
    return "\n".join(lines)


def comparison_json(comparison: ControlsComparison) -> dict[str, Any]:
    """What is declared, in force and different; `error` where it is not known."""
    declared, in_force, cause = comparison.declared, comparison.in_force, comparison.cause
    return {
        "repository": declared.repository,
        "commit": declared.commit,
        "digest": declared.controls.digest(),
        "declared": declared.controls.as_json(),
        "inForce": in_force.as_json() if in_force else None,
        "differences": [difference.as_json() for difference in comparison.differences],
        **({"error": _refusal_json(cause)} if cause else {}),
    }


def set_up_text(set_up: ControlsSetUp) -> str:
    """What differs, or what was changed and what remains."""
    name = set_up.declared.repository
    if set_up.remaining is None:
        summary = f"{name}: {counted(len(set_up.differences), 'difference')} from what main declares"
        hint = ["  make it so: platform forge setup --apply"] if set_up.differences else []
        return "\n".join([*_lines(set_up.differences), summary, *hint])
    refused = [
        one_line(f"  ✗ {control} cannot be changed: {refusal}") for control, refusal in set_up.refused.items()
    ]
    changed = {each.control for each in set_up.differences} - {each.control for each in set_up.remaining}
    done = [f"  ✓ {control}" for control in sorted(changed)]
    remains = f"{counted(len(set_up.remaining), 'difference')} left"
    return "\n".join([*done, *_lines(set_up.remaining), *refused, f"{name}: {remains}"])


def set_up_json(set_up: ControlsSetUp) -> dict[str, Any]:
    """The differences before; with --apply those after, and what could not be changed."""
    remaining = set_up.remaining
    return {
        "repository": set_up.declared.repository,
        "commit": set_up.declared.commit,
        "differences": [difference.as_json() for difference in set_up.differences],
        "remaining": None if remaining is None else [difference.as_json() for difference in remaining],
        "refused": {control: _refusal_json(refusal) for control, refusal in set_up.refused.items()},
    }


def difference_text(difference: ControlDifference) -> str:
    """One sentence for a difference."""
    declared = _value(difference.declared)
    if difference.is_hidden:
        who = f"it is shown only with the permission {difference.needs}"
        return f"{difference.control}: {difference.setting} could not be seen, {who} (declared: {declared})"
    if not difference.setting:
        return f"{difference.control} is missing"
    if difference.in_force is None:
        return f"{difference.control}: {difference.setting} is missing (declared: {declared})"
    return (
        f"{difference.control}: {difference.setting} is {_value(difference.in_force)} (declared: {declared})"
    )


def _lines(differences: Iterable[ControlDifference]) -> list[str]:
    return [one_line(f"  ✗ {difference_text(difference)}") for difference in differences]


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _refusal_json(refusal: Refusal) -> dict[str, str]:
    return {"message": refusal.message, "fix": refusal.fix, "where": refusal.where}
