"""What `platform check` prints."""

from typing import Any

from mlplatform.core.checked import Checked
from mlplatform.core.finding import Finding, Severity


def checked_json(checked: Checked) -> dict[str, Any]:
    return {
        "findings": [finding_json(finding) for finding in checked.findings],
        "checked": {
            "documents": checked.documents,
            "rules": list(checked.rules),
            "notApplicable": list(checked.not_applicable),
        },
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


def checked_text(checked: Checked) -> str:
    lines = [finding_text(finding) for finding in checked.findings]
    errors = sum(finding.is_error for finding in checked.findings)
    warnings = sum(finding.severity is Severity.WARNING for finding in checked.findings)
    asked = f"{checked.documents} documents, {len(checked.rules)} rules"
    if checked.not_applicable:
        asked += f" ({len(checked.not_applicable)} more with --base)"
    return "\n".join([*lines, f"{asked}: {_count(errors, 'error')}, {_count(warnings, 'warning')}"])


def finding_text(finding: Finding) -> str:
    fix = f"\n    {finding.fix}" if finding.fix else ""
    return f"{finding.where}: {finding.severity.value}: {finding.message} [{finding.rule}]{fix}"


def checked_github(checked: Checked) -> str:
    """GitHub's workflow commands; every value is escaped, so that no document can write one of its own."""
    return "\n".join(_annotation(finding) for finding in checked.findings)


def _annotation(finding: Finding) -> str:
    level = "error" if finding.is_error else "warning"
    place = f"file={_property(finding.path)},line={finding.line},col={finding.column}"
    said = f"{finding.message} {finding.fix}".strip()
    return f"::{level} {place},title={_property(finding.rule)}::{_data(said)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _count(number: int, word: str) -> str:
    return f"{number or 'no'} {word}{'' if number == 1 else 's'}"
