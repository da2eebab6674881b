"""Prints the result of a check as GitHub's workflow commands, escaped so that no document can add one."""

from mlplatform.core.check_result import CheckResult
from mlplatform.core.finding import Finding
from mlplatform.report.check.summary import elsewhere, loosened, missing, proposed, some, summary, touched
from mlplatform.report.check.text import finding_text, waived_text
from mlplatform.report.plain import counted, one_line

_LIMIT = 10  # GitHub keeps so many annotations of each level for a step, and drops the rest silently


def checked_github(checked: CheckResult) -> str:
    """The annotations that GitHub keeps, errors first; then the rest as plain lines; then their number."""
    findings = sorted([*checked.findings, *proposed(checked)])
    errors = [finding for finding in findings if finding.is_error]
    warnings = [finding for finding in findings if not finding.is_error]
    notices = [f"{message}: {some(paths)}" for message, paths in missing(checked).items()]
    return "\n".join(
        [
            *(f"loosens: {one_line(line)}" for line in loosened(checked)),
            *(_annotation("error", finding) for finding in errors[:_LIMIT]),
            *(_annotation("warning", finding) for finding in warnings[:_LIMIT]),
            *(f"::notice title=approvals still missing::{_data(notice)}" for notice in notices[:_LIMIT]),
            *map(finding_text, (*errors[_LIMIT:], *warnings[_LIMIT:])),
            *map(waived_text, touched(checked)),
            *elsewhere(checked),
            *map(one_line, notices[_LIMIT:]),
            _last_line(
                checked, {"error": len(errors), "warning": len(warnings), "missing approval": len(notices)}
            ),
        ]
    )


def _annotation(level: str, finding: Finding) -> str:
    position = f"file={_property(finding.path)},line={finding.line},col={finding.column}"
    message = "%0A".join(_data(part) for part in (finding.message, finding.fix) if part)
    return f"::{level} {position},title={_property(finding.rule)}::{message}"


def _last_line(checked: CheckResult, counts: dict[str, int]) -> str:
    more = [counted(number - _LIMIT, f"more {level}") for level, number in counts.items() if number > _LIMIT]
    return summary(checked) + (f"; not annotated, in the lines above: {', '.join(more)}" if more else "")


def _data(text: str) -> str:
    return one_line(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
