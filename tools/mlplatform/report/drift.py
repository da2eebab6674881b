"""Prints configuration drift, and what was proposed to adopt it."""

from collections.abc import Mapping
from typing import Any

from mlplatform.core.check_result import CheckResult
from mlplatform.core.drift import Drifted
from mlplatform.core.errors import Refusal
from mlplatform.observe.adoptable import adoptable
from mlplatform.propose.adopt import Adopted
from mlplatform.report.plain import counted, one_line
from mlplatform.report.proposed import proposed_json, proposed_text

Environments = Mapping[str, Drifted | Refusal]


def drift_text(drifted: Drifted) -> str:
    """A line for each difference, and what the environment was compared with."""
    last = drifted.last
    lines = [f"  ✗ {drift.model or 'the server'}  {drift.message} ({drift.kind})" for drift in drifted.drifts]
    summary = f"{counted(len(lines), 'change')} by hand since the apply of {last.commit[:12]}"
    return "\n".join([*lines, f"{last.environment}: {summary} (recorded {last.taken})", *_remedies(drifted)])


def _remedies(drifted: Drifted) -> list[str]:
    command = f"platform drift --env {drifted.last.environment}"
    declarable, _ = adoptable(drifted.drifts, drifted.running())
    remedies = [f"  undo all of it: {command} --revert"] if drifted.drifts else []
    return [*remedies, f"  or declare it: {command} --adopt"] if declarable else remedies


def drift_json(drifted: Drifted) -> dict[str, Any]:
    last = drifted.last
    return {
        "environment": last.environment,
        "snapshot": {"commit": last.commit, "taken": last.taken},
        "drifts": [drift.as_json() for drift in drifted.drifts],
    }


def drifts_text(environments: Environments) -> str:
    """The drift of each environment, or why it cannot be compared."""
    return "\n".join(
        one_line(f"{name} cannot be compared: {drifted}")
        if isinstance(drifted, Refusal)
        else drift_text(drifted)
        for name, drifted in environments.items()
    )


def drifts_json(environments: Environments) -> dict[str, Any]:
    """By environment what `drift_json` gives, or an error."""
    return {
        "environments": {
            name: {"error": _refusal(drifted)} if isinstance(drifted, Refusal) else drift_json(drifted)
            for name, drifted in environments.items()
        }
    }


def _refusal(refusal: Refusal) -> dict[str, str]:
    return {"message": refusal.message, "fix": refusal.fix, "where": refusal.where}


def adopted_text(adopted: Adopted, checked: CheckResult) -> str:
    lines = [
        proposed_text(adopted.proposed, adopted.title, adopted.environment, checked),
        *(f"  ✗ cannot be declared: {sentence}" for sentence in adopted.refused),
    ]
    return "\n".join(lines)


def adopted_json(adopted: Adopted, checked: CheckResult) -> dict[str, Any]:
    return {**proposed_json(adopted.proposed, adopted.title, checked), "refused": list(adopted.refused)}
