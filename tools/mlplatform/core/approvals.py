"""Approvals on the ledger: whose approval brought each deployment of an apply to main."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mlplatform.core.statement import DEPLOYMENT, Statement

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
    for statement in oldest_first:
        predicate = statement.predicate
        if statement.predicate_type == DEPLOYMENT and predicate["environment"] == environment:
            for model, values in predicate.get("approvals", {}).items():
                approval = Approval(values["commit"], tuple(values["approvedBy"]), values.get("pullRequest"))
                if APPROVED_LOCALLY not in approval.approved_by:
                    recorded[model, approval.commit] = approval
    return recorded


def approved_by(predicate: Mapping[str, Any], model: str) -> tuple[str, ...]:
    """Return by whose approval a recorded apply changed a model; older records name the people of the whole apply."""
    of_model = predicate.get("approvals", {}).get(model)
    return tuple((of_model or predicate).get("approvedBy", ()))
