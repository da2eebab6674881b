"""Prints the result of a check as Markdown for reviewers, short enough for a pull request comment."""

from collections.abc import Sequence
from dataclasses import dataclass

from mlplatform.core.check_result import CheckResult, Waived
from mlplatform.core.finding import Finding
from mlplatform.report.check.markdown.deployment_table import HEAD, change_row
from mlplatform.report.check.markdown.escaping import code, prose
from mlplatform.report.check.summary import (
    elsewhere,
    errors_first,
    missing,
    passed_by_emergency,
    some,
    summary,
    tally,
    touched,
)

LIMIT = 60_000  # bytes; GitHub refuses a comment of more than 65,536 characters
_OVERHEAD = 200  # bytes for a section's title and for the line about omitted rows


@dataclass(frozen=True, slots=True)
class _Section:
    title: str
    rows: tuple[str, ...]
    head: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        return _OVERHEAD + sum(map(_size, (*self.head, *self.rows)))


def checked_markdown(checked: CheckResult) -> str:
    """The verdict, what an emergency lets go, what loosens, changed deployments, then what was found and waived."""
    sections = [section for section in _sections(checked) if section.rows]
    opening = f"## {_verdict(checked)}\n\n{summary(checked)}.\n"
    room = _divide(LIMIT - _size(opening), [section.size for section in sections])
    return "\n".join(
        [opening, *(_fitted(section, space) for section, space in zip(sections, room, strict=True))]
    )


def _verdict(checked: CheckResult) -> str:
    subject = "this change" if checked.changes or checked.proposed or checked.missing_approvals else "it"
    if not checked.is_clean:
        return f"❌ {tally((*checked.findings, *checked.proposed))}: {subject} is stopped"
    return f"✅ Nothing stops {subject}" + (", once it is approved" if checked.missing_approvals else "")


def _sections(checked: CheckResult) -> list[_Section]:
    approvals = [
        f"- For {some(paths, code)}: {prose(message)}" for message, paths in missing(checked).items()
    ]
    return [
        _Section("Passed by emergency", tuple(f"- {prose(line)}" for line in passed_by_emergency(checked))),
        _Section("Loosens", tuple(map(_loosened, checked.loosens))),
        _Section("What changes", tuple(map(change_row, checked.changes)), HEAD),
        _Section("Findings", tuple(map(_finding, errors_first(checked.findings)))),
        _Section(
            "What this change's own policies find", tuple(map(_finding, errors_first(checked.proposed)))
        ),
        _Section("Approvals still missing", tuple(approvals)),
        _Section(
            "Waivers used", (*map(_waived, touched(checked)), *(f"- {line}" for line in elsewhere(checked)))
        ),
    ]


def _finding(finding: Finding) -> str:
    fix = f"\\\n  Fix: {prose(finding.fix)}" if finding.fix else ""
    return f"- **{finding.severity.value}** {_position(finding)} {prose(finding.message)} ({code(finding.rule)}){fix}"


def _loosened(finding: Finding) -> str:
    return f"- loosens: {_position(finding)} {prose(finding.message)}"


def _waived(waived: Waived) -> str:
    finding = waived.finding
    until = f"until {waived.expires.isoformat()} by {code(waived.owner)} in {code(waived.waiver)}"
    waived_finding = f"{_position(finding)} {prose(finding.message)} ({code(finding.rule)})"
    return f"- {waived_finding}\\\n  Waived {until}: {prose(waived.reason)}"


def _position(finding: Finding) -> str:
    return code(f"{finding.path}:{finding.line}:{finding.column}", 500)


def _divide(room: int, sizes: Sequence[int]) -> list[int]:
    """Divide room among sections of these sizes: small ones get all they need, the others an even share of the rest."""
    shares = [0] * len(sizes)
    smallest_first = sorted(range(len(sizes)), key=sizes.__getitem__)
    for sharers, index in zip(range(len(sizes), 0, -1), smallest_first, strict=True):
        shares[index] = min(sizes[index], room // sharers)
        room -= shares[index]
    return shares


def _fitted(section: _Section, room: int) -> str:
    room -= _OVERHEAD + sum(map(_size, section.head))
    kept = 0
    for line in section.rows:
        room -= _size(line)
        if room < 0:
            break
        kept += 1
    lines = [f"### {section.title}", "", *section.head, *section.rows[:kept], ""]
    if kept < len(section.rows):
        lines += [f"{len(section.rows) - kept} more are left out here: `platform check` prints them all.", ""]
    return "\n".join(lines)


def _size(line: str) -> int:
    return len(line.encode()) + 1
