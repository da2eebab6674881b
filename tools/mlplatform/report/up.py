"""Prints the result of `platform up`."""

from collections.abc import Sequence
from typing import Any

from mlplatform.core.check_result import CheckResult
from mlplatform.core.reconciled import Reconciled
from mlplatform.core.repository import Repository
from mlplatform.report.change import reconciled_json, reconciled_text
from mlplatform.report.check.json import checked_json
from mlplatform.report.request import example_request
from mlplatform.report.status import Statuses, status_json, status_text


def up_text(
    repository: Repository, reconciled: Sequence[Reconciled], statuses: Statuses, width: int | None = None
) -> str:
    """How each apply ended, what runs where, and a request to try."""
    lines = [*map(reconciled_text, reconciled), "", status_text(statuses, width)]
    if request := example_request(repository, statuses):
        lines.append(f"\nask for an answer:\n{request}")
    return "\n".join(lines)


def up_json(checked: CheckResult, reconciled: Sequence[Reconciled], statuses: Statuses) -> dict[str, Any]:
    """The same for a program: the check of the commit, each apply, and the status of each environment."""
    return {
        "check": checked_json(checked),
        "applied": [reconciled_json(done) for done in reconciled],
        **status_json(statuses),
        "request": example_request(checked.repository, statuses),
    }
