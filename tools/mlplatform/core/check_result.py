"""What `check` answers with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from mlplatform.core.change_base import Action
from mlplatform.core.finding import Finding
from mlplatform.core.repository import Repository


@dataclass(frozen=True, slots=True, order=True)
class Waived:
    """A finding that a waiver suspends: it stops nothing, and is reported as such.

    `is_touched` says whether it is of a tenant or a path that the change is about; without a change everything is.
    """

    finding: Finding
    waiver: str
    owner: str
    reason: str
    expires: date
    is_touched: bool = True


@dataclass(frozen=True, slots=True)
class DeploymentChange:
    """What a change makes of a deployment; `before` and `after` are its data, None where there is none."""

    environment: str
    model: str
    action: Action
    is_rollback: bool
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The judged repository, every finding sorted by place, and which rules were asked of how many documents.

    `not_applicable` lists the rules that this mode does not ask, as a rule of change without a base. `waived` are
    the findings that waivers suspend. Of a change: `proposed` is what only the policies, schemas and waivers of
    the change itself find, `missing_approvals` what rules of review would still deny, `changes` what becomes of
    deployments.
    """

    repository: Repository
    findings: tuple[Finding, ...]
    documents: int
    rules: tuple[str, ...]
    not_applicable: tuple[str, ...]
    waived: tuple[Waived, ...] = ()
    proposed: tuple[Finding, ...] = ()
    missing_approvals: tuple[Finding, ...] = ()
    changes: tuple[DeploymentChange, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether nothing stops it: what the change's own policies find counts too, as it would stop main after."""
        return not any(finding.is_error for finding in (*self.findings, *self.proposed))
