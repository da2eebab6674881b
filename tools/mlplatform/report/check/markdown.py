"""The judgement as Markdown: what a reviewer reads first, short enough for a comment."""

from collections.abc import Sequence
from dataclasses import dataclass

from mlplatform.core.check_result import CheckResult, Waived
from mlplatform.core.finding import Finding
from mlplatform.report.check.markdown_changes import HEAD, change_row
from mlplatform.report.check.markdown_text import code, prose
from mlplatform.report.check.summary import elsewhere, errors_first, missing, some, summary, tally, touched

LIMIT = 60_000  # bytes; GitHub refuses a comment of more than 65,536 characters
_AROUND = 200  # bytes for a section's title and for saying what was left out


@dataclass(frozen=True, slots=True)
class _Section:
    title: str
    rows: tuple[str, ...]
    head: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        return _AROUND + sum(map(_size, (*self.head, *self.rows)))


def checked_markdown(checked: CheckResult) -> str:
    """The verdict, what changes where, findings, what the change's own policies find, approvals missing, waivers."""
    sections = [section for section in _sections(checked) if section.rows]
    opening = f"## {_verdict(checked)}\n\n{summary(checked)}.\n"
    room = _shared([section.size for section in sections], LIMIT - _size(opening))
    return "\n".join(
        [opening, *(_fitted(section, space) for section, space in zip(sections, room, strict=True))]
    )


def _verdict(checked: CheckResult) -> str:
    what = "this change" if checked.changes or checked.proposed or checked.missing_approvals else "it"
    if not checked.is_clean:
        return f"❌ {tally((*checked.findings, *checked.proposed))}: {what} is stopped"
    return f"✅ Nothing stops {what}" + (", once it is approved" if checked.missing_approvals else "")


def _sections(checked: CheckResult) -> list[_Section]:
    approvals = [
        f"- For {some(paths, code)}: {prose(message)}" for message, paths in missing(checked).items()
    ]
    return [
        _Section("What changes", tuple(map(change_row, checked.changes)), HEAD),
        _Section("Findings", tuple(map(_finding, errors_first(checked.findings)))),
        _Section(
            "What this change's own policies find", tuple(map(_finding, errors_first(checked.proposed)))
        ),
        _Section("Approvals still missing", tuple(approvals)),
        _Section(
            "Waivers used", (*map(_waived, touched(checked)), *(f"- {said}" for said in elsewhere(checked)))
        ),
    ]


def _finding(finding: Finding) -> str:
    fix = f"\\\n  Fix: {prose(finding.fix)}" if finding.fix else ""
    return f"- **{finding.severity.value}** {_place(finding)} {prose(finding.message)} ({code(finding.rule)}){fix}"


def _waived(waived: Waived) -> str:
    finding = waived.finding
    until = f"until {waived.expires.isoformat()} by {code(waived.owner)} in {code(waived.waiver)}"
    said = f"{_place(finding)} {prose(finding.message)} ({code(finding.rule)})"
    return f"- {said}\\\n  Waived {until}: {prose(waived.reason)}"


def _place(finding: Finding) -> str:
    return code(f"{finding.path}:{finding.line}:{finding.column}", 500)


def _shared(wanted: Sequence[int], room: int) -> list[int]:
    """What each may have of the room: all it wants where that is little, else an even share of the rest."""
    given = [0] * len(wanted)
    smallest_first = sorted(range(len(wanted)), key=wanted.__getitem__)
    for left, index in zip(range(len(wanted), 0, -1), smallest_first, strict=True):
        given[index] = min(wanted[index], room // left)
        room -= given[index]
    return given


def _fitted(section: _Section, room: int) -> str:
    left, kept = room - _AROUND - sum(map(_size, section.head)), 0
    for line in section.rows:
        left -= _size(line)
        if left < 0:
            break
        kept += 1
    lines = [f"### {section.title}", "", *section.head, *section.rows[:kept], ""]
    if kept < len(section.rows):
        lines += [f"{len(section.rows) - kept} more are left out here: `platform check` prints them all.", ""]
    return "\n".join(lines)


def _size(line: str) -> int:
    return len(line.encode()) + 1
