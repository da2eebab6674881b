"""Prints configuration drift, and what was proposed to adopt it."""

from collections.abc import Mapping
from typing import Any

from mlplatform.core.check_result import CheckResult
from mlplatform.core.drift import Drift, Drifted
from mlplatform.core.errors import Refusal
from mlplatform.core.pull_request import Issue, PullRequest
from mlplatform.observe.adoptable import adoptable
from mlplatform.propose.adopt import Adopted
from mlplatform.report.check.markdown.escaping import code, prose
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


def drift_issue(environment: str, drift: Drift) -> Issue:
    """One difference as an issue: what was changed by hand, and the two ways to settle it."""
    subject = drift.model or "the server"
    command = f"platform drift --env {environment}"
    remedies = (
        f"Undo it with {code(f'{command} --revert')}, or declare it with {code(f'{command} --adopt --open')}."
    )
    return Issue(
        f"{environment}/{drift.model}/{drift.kind}/{drift.about}/{drift.digest}",
        one_line(f"{environment}: {subject} was changed by hand ({drift.kind})", 200),
        f"{prose(drift.message)}\n\n{remedies}\n",
    )


def adopted_text(adopted: Adopted, checked: CheckResult, opened: PullRequest | None = None) -> str:
    lines = [
        proposed_text(adopted.proposed, adopted.title, adopted.environment, checked, opened=opened),
        *(f"  ✗ cannot be declared: {sentence}" for sentence in adopted.refused),
    ]
    return "\n".join(lines)


def adopted_json(adopted: Adopted, checked: CheckResult, opened: PullRequest | None = None) -> dict[str, Any]:
    return {
        **proposed_json(adopted.proposed, adopted.title, checked, opened),
        "refused": list(adopted.refused),
    }
