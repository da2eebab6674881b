"""The judgement as GitHub's workflow commands; values are escaped, so that no document can write one of its own."""

from mlplatform.core.check_result import CheckResult
from mlplatform.core.finding import Finding
from mlplatform.report.check.summary import elsewhere, missing, proposed, some, summary, touched
from mlplatform.report.check.text import finding_text, waived_text
from mlplatform.report.plain import counted, one_line

_KEPT = 10  # GitHub keeps so many annotations of each level for a step, and drops the rest silently


def checked_github(checked: CheckResult) -> str:
    """The annotations that GitHub keeps, errors first, then everything else as plain lines, then how many those are."""
    found = sorted([*checked.findings, *proposed(checked)])
    errors = [finding for finding in found if finding.is_error]
    warnings = [finding for finding in found if not finding.is_error]
    notices = [f"{message}: {some(paths)}" for message, paths in missing(checked).items()]
    return "\n".join(
        [
            *(_annotation("error", finding) for finding in errors[:_KEPT]),
            *(_annotation("warning", finding) for finding in warnings[:_KEPT]),
            *(f"::notice title=approvals still missing::{_data(said)}" for said in notices[:_KEPT]),
            *map(finding_text, (*errors[_KEPT:], *warnings[_KEPT:])),
            *map(waived_text, touched(checked)),
            *elsewhere(checked),
            *map(one_line, notices[_KEPT:]),
            _last(
                checked, {"error": len(errors), "warning": len(warnings), "missing approval": len(notices)}
            ),
        ]
    )


def _annotation(level: str, finding: Finding) -> str:
    place = f"file={_property(finding.path)},line={finding.line},col={finding.column}"
    said = "%0A".join(_data(part) for part in (finding.message, finding.fix) if part)
    return f"::{level} {place},title={_property(finding.rule)}::{said}"


def _last(checked: CheckResult, found: dict[str, int]) -> str:
    more = [counted(number - _KEPT, f"more {level}") for level, number in found.items() if number > _KEPT]
    return summary(checked) + (f"; not annotated, in the lines above: {', '.join(more)}" if more else "")


def _data(text: str) -> str:
    return one_line(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
