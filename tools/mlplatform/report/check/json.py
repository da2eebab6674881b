"""Prints the result of a check as JSON."""

import json
from typing import Any

from mlplatform.core.check_result import CheckResult, DeploymentChange, Waived
from mlplatform.core.finding import Finding


def json_text(value: Any) -> str:
    """JSON in ASCII, in which no text is a command to GitHub's runner."""
    return json.dumps(value, indent=1).replace("##[", "#\\u0023[")


def checked_json(checked: CheckResult) -> dict[str, Any]:
    """The whole result, under the keys of the command contract."""
    return {
        "passedByEmergency": [
            {
                **finding_json(passed.finding),
                "emergency": passed.emergency,
                "incident": passed.incident,
                "authoriser": passed.authoriser,
            }
            for passed in checked.passed
        ],
        "loosens": _findings(checked.loosens),
        "findings": _findings(checked.findings),
        "checked": {
            "documents": checked.documents,
            "rules": list(checked.rules),
            "notApplicable": list(checked.not_applicable),
        },
        "waived": [_waived(waived) for waived in checked.waived],
        "proposed": _findings(checked.proposed),
        "missingApprovals": _findings(checked.missing_approvals),
        "changes": [_change(change) for change in checked.changes],
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "message": finding.message,
        "fix": finding.fix,
    }


def _findings(findings: tuple[Finding, ...]) -> list[dict[str, Any]]:
    return [finding_json(finding) for finding in findings]


def _waived(waived: Waived) -> dict[str, Any]:
    return {
        **finding_json(waived.finding),
        "waiver": waived.waiver,
        "owner": waived.owner,
        "reason": waived.reason,
        "expires": waived.expires.isoformat(),
    }


def _change(change: DeploymentChange) -> dict[str, Any]:
    return {
        "environment": change.environment,
        "model": change.model,
        "action": change.action,
        "isRollback": change.is_rollback,
        "before": None if change.before is None else dict(change.before),
        "after": None if change.after is None else dict(change.after),
    }
