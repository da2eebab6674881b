"""Counts, waivers and missing approvals of a check, for every output format."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from mlplatform.core.check_result import CheckResult, Waived
from mlplatform.core.finding import Finding, Severity
from mlplatform.report.plain import counted, one_line


def summary(checked: CheckResult) -> str:
    """`40 documents, 31 rules (9 not applicable): 1 error, no warnings`, and what else stops the change."""
    scope = f"{counted(checked.documents, 'document')}, {counted(len(checked.rules), 'rule')}"
    if checked.not_applicable:
        scope += f" ({len(checked.not_applicable)} not applicable)"
    results = [tally(checked.findings)]
    if checked.waived:
        results.append(f"{len(checked.waived)} waived")
    if checked.proposed:
        results.append(f"{tally(checked.proposed)} by the change's own policies")
    return f"{scope}: {'; '.join(results)}"


def tally(findings: Iterable[Finding]) -> str:
    """`1 error, no warnings`"""
    severities = [finding.severity for finding in findings]
    errors, warnings = severities.count(Severity.ERROR), severities.count(Severity.WARNING)
    return f"{counted(errors, 'error')}, {counted(warnings, 'warning')}"


def missing(checked: CheckResult) -> dict[str, tuple[str, ...]]:
    """The missing approvals as sentences, each with the paths that need it.

    When approvals were given, a missing one is a finding already, and is not repeated.
    """
    paths: dict[str, list[str]] = {}
    reported = {*checked.findings, *(waived.finding for waived in checked.waived)}
    for finding in (missed for missed in checked.missing_approvals if missed not in reported):
        paths.setdefault(finding.message, []).append(finding.path)
    return {message: tuple(dict.fromkeys(needing)) for message, needing in paths.items()}


def loosened(checked: CheckResult) -> list[str]:
    """`models/postal/digits.yaml:12:1: slo is removed`, for each safeguard that a change takes away or weakens."""
    return [f"{finding.where}: {finding.message}" for finding in checked.loosens]


def touched(checked: CheckResult) -> tuple[Waived, ...]:
    """The waived findings in tenants or paths that the change touches."""
    return tuple(waived for waived in checked.waived if waived.is_touched)


def elsewhere(checked: CheckResult) -> list[str]:
    """A line that counts the waived findings elsewhere, if there are any."""
    number = len(checked.waived) - len(touched(checked))
    is_are = "is" if number == 1 else "are"
    return [f"{counted(number, 'finding')} elsewhere {is_are} waived: --all shows them"] if number else []


def some(paths: Sequence[str], shown: Callable[[str], str] = one_line) -> str:
    """The first three of some paths, and how many more there are."""
    more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
    return ", ".join(shown(path) for path in paths[:3]) + more


def proposed(checked: CheckResult) -> tuple[Finding, ...]:
    """The findings of the change's own policies alone, marked as such, to be printed among the others."""
    return tuple(
        replace(finding, message=f"by the change's own policies: {finding.message}")
        for finding in checked.proposed
    )


def errors_first(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: (not finding.is_error, finding))


def passed_by_emergency(checked: CheckResult) -> list[str]:
    """What an emergency lets go, and whose word that is."""
    return [
        f"{each.finding.where}: {each.finding.message} [{each.finding.rule}], by {each.authoriser} in the emergency "
        f"{each.emergency} of {each.incident}"
        for each in checked.passed
    ]
