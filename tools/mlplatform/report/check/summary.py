"""What every format says of a judgement: the counts, and which approvals are missing."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from mlplatform.core.check_result import CheckResult, Waived
from mlplatform.core.finding import Finding, Severity
from mlplatform.report.plain import counted, one_line


def summary(checked: CheckResult) -> str:
    """`40 documents, 31 rules (9 not applicable): 1 error, no warnings`, and what else stops the change."""
    asked = f"{counted(checked.documents, 'document')}, {counted(len(checked.rules), 'rule')}"
    if checked.not_applicable:
        asked += f" ({len(checked.not_applicable)} not applicable)"
    said = [tally(checked.findings)]
    if checked.waived:
        said.append(f"{len(checked.waived)} waived")
    if checked.proposed:
        said.append(f"{tally(checked.proposed)} by the change's own policies")
    return f"{asked}: {'; '.join(said)}"


def tally(findings: Iterable[Finding]) -> str:
    """`1 error, no warnings`"""
    severities = [finding.severity for finding in findings]
    errors, warnings = severities.count(Severity.ERROR), severities.count(Severity.WARNING)
    return f"{counted(errors, 'error')}, {counted(warnings, 'warning')}"


def missing(checked: CheckResult) -> dict[str, tuple[str, ...]]:
    """What approvals are missing, in words, each with the paths that it is missing for.

    With the approvals given it is a finding already, and not told twice.
    """
    paths: dict[str, list[str]] = {}
    told = {*checked.findings, *(waived.finding for waived in checked.waived)}
    for finding in (one for one in checked.missing_approvals if one not in told):
        paths.setdefault(finding.message, []).append(finding.path)
    return {message: tuple(dict.fromkeys(found)) for message, found in paths.items()}


def touched(checked: CheckResult) -> tuple[Waived, ...]:
    """What is waived of what the change is about."""
    return tuple(waived for waived in checked.waived if waived.is_touched)


def elsewhere(checked: CheckResult) -> list[str]:
    """A line that counts what is waived of what the change is not about, where there is any."""
    number = len(checked.waived) - len(touched(checked))
    is_are = "is" if number == 1 else "are"
    return [f"{counted(number, 'finding')} elsewhere {is_are} waived: --all shows them"] if number else []


def some(paths: Sequence[str], shown: Callable[[str], str] = one_line) -> str:
    """The first three of some paths, and how many more there are."""
    more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
    return ", ".join(shown(path) for path in paths[:3]) + more


def proposed(checked: CheckResult) -> tuple[Finding, ...]:
    """What only the change's own policies find, saying so, to stand among the findings."""
    return tuple(
        replace(finding, message=f"by the change's own policies: {finding.message}")
        for finding in checked.proposed
    )


def errors_first(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: (not finding.is_error, finding))
