"""Approvals on the ledger: whose approval brought each deployment of an apply to main."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mlplatform.core.applied import applies
from mlplatform.core.records.statement import Statement

APPROVED_LOCALLY = "local-unreviewed"
NONE_REQUIRED = "none-required"  # it came by a pull request of an environment that asks for no approval


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approved a change, the commit (40 hex digits) that it became, and its pull request, if it had one."""

    commit: str
    approved_by: tuple[str, ...]
    pull_request: str | None = None

    def as_json(self) -> dict[str, Any]:
        named = {"pullRequest": self.pull_request} if self.pull_request else {}
        return {"commit": self.commit, "approvedBy": list(self.approved_by), **named}


Approvals = Mapping[str, Approval]  # by model


def approvals_in(oldest_first: Iterable[Statement], environment: str) -> Mapping[tuple[str, str], Approval]:
    """Return the approvals that an environment's deployments have on record, by model and commit."""
    recorded: dict[tuple[str, str], Approval] = {}
    for apply in applies(oldest_first, environment):
        for model, approval in apply.approvals.items():
            if APPROVED_LOCALLY not in approval.approvedBy:
                recorded[model, approval.commit] = Approval(
                    approval.commit, approval.approvedBy, approval.pullRequest or None
                )
    return recorded
