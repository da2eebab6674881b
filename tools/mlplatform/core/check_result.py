"""The result of `platform check`."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field
from datetime import date
from typing import Any

from mlplatform.core.change_base import FileAction
from mlplatform.core.emergency import PassedFinding
from mlplatform.core.finding import Finding
from mlplatform.core.repository import Repository


@dataclass(frozen=True, slots=True, order=True)
class Waived:
    """A finding that a waiver suspends: it is reported and stops nothing.

    `is_touched` is True when the finding belongs to a tenant or a path that the change touches; without a change it is
    always True.
    """

    finding: Finding
    waiver: str
    owner: str
    reason: str
    expires: date
    is_touched: bool = True


@dataclass(frozen=True, slots=True)
class DeploymentChange:
    """How a change affects a deployment; `before` and `after` are its data, None when it does not exist."""

    environment: str
    model: str
    action: FileAction
    is_rollback: bool
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The checked repository, all findings sorted by position, and which rules were checked in how many documents.

    `not_applicable` lists the rules that this mode does not check, such as rules about a change when there is no base.
    `waived` are the findings that waivers suspend. For a change, `proposed` are the findings that only its own
    policies, schemas and waivers make, `missing_approvals` what the rules about reviews would still deny, `approved_by`
    whose approvals counted for each path (logins as the Git host has them), `required_approvals` how many each path
    takes, `changes` what it changes about deployments, `loosens` those of the findings that say what it makes looser,
    and `passed` what an emergency lets go.
    """

    repository: Repository
    findings: tuple[Finding, ...]
    documents: int
    rules: tuple[str, ...]
    not_applicable: tuple[str, ...]
    waived: tuple[Waived, ...] = ()
    proposed: tuple[Finding, ...] = ()
    missing_approvals: tuple[Finding, ...] = ()
    approved_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    required_approvals: Mapping[str, int] = field(default_factory=dict)
    changes: tuple[DeploymentChange, ...] = ()
    loosens: tuple[Finding, ...] = ()
    passed: tuple[PassedFinding, ...] = ()

    @property
    def approvers(self) -> tuple[str, ...]:
        """Everybody whose approval counted for a path of the change, sorted."""
        return tuple(sorted({name for names in self.approved_by.values() for name in names}))

    def digest(self) -> str:
        """Return `sha256:` over what was found, waived and approved, and by which rules."""
        content: list[Any] = [
            [astuple(finding) for finding in (*self.findings, *self.proposed)],
            [[*astuple(waived.finding), waived.waiver] for waived in self.waived],
            {path: list(names) for path, names in self.approved_by.items()},
            list(self.rules),
        ]
        if self.passed:  # a change that needed no emergency has the digest that it always had
            content.append([[*astuple(passed.finding), passed.emergency] for passed in self.passed])
        return f"sha256:{hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()}"

    @property
    def is_clean(self) -> bool:
        """True when there is no error; errors by the change's own policies count, as they would stop main later."""
        return not any(finding.is_error for finding in (*self.findings, *self.proposed))
