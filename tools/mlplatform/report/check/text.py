"""Prints the result of a check for a terminal or a log."""

from collections.abc import Iterable

from mlplatform.core.check_result import CheckResult, Waived
from mlplatform.core.finding import Finding
from mlplatform.report.check.summary import (
    elsewhere,
    loosened,
    missing,
    passed_by_emergency,
    some,
    summary,
    touched,
)
from mlplatform.report.plain import one_line


def checked_text(checked: CheckResult) -> str:
    """What an emergency lets go and what loosens, all that was found, then missing approvals, then the counts."""
    approvals = (one_line(f"{message}: {some(paths)}") for message, paths in missing(checked).items())
    return "\n".join(
        [
            *(f"passed by emergency: {one_line(line)}" for line in passed_by_emergency(checked)),
            *(f"loosens: {one_line(line)}" for line in loosened(checked)),
            *map(finding_text, checked.findings),
            *_section("this change's own policies also find", map(finding_text, checked.proposed)),
            *_section("waived", map(waived_text, touched(checked))),
            *elsewhere(checked),
            *_section("approvals still missing", approvals),
            summary(checked),
        ]
    )


def finding_text(finding: Finding) -> str:
    """`path:line:column: error: message [rule]`, and the fix on a second line."""
    fix = f"\n    {one_line(finding.fix)}" if finding.fix else ""
    place = one_line(finding.where)
    return f"{place}: {finding.severity.value}: {one_line(finding.message)} [{one_line(finding.rule)}]{fix}"


def waived_text(waived: Waived) -> str:
    """A waived finding, and the waiver's owner, last day and reason."""
    finding = waived.finding
    until = (
        f"waived until {waived.expires.isoformat()} by {one_line(waived.owner)} ({one_line(waived.waiver)})"
    )
    return (
        f"{one_line(finding.where)}: {one_line(finding.message)} [{one_line(finding.rule)}]"
        f"\n    {until}: {one_line(waived.reason)}"
    )


def _section(title: str, entries: Iterable[str]) -> list[str]:
    lines = [f"  {line}" for entry in entries for line in entry.split("\n")]
    return [f"{title}:", *lines] if lines else []
