"""Prints an access review: as text, JSON, CSV and Markdown."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from mlplatform.core.access import AccessChange, AccessEntry, AccessListing
from mlplatform.report.check.markdown.escaping import prose
from mlplatform.report.plain import counted, one_line
from mlplatform.report.table import table

_HEAD = ("where", "right", "who", "kind", "detail", "path")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what spreadsheets compute


def access_json(listing: AccessListing) -> dict[str, Any]:
    return {
        "quarter": listing.quarter,
        "commit": listing.commit,
        "digest": listing.digest,
        "lastReview": listing.last_review or None,
        "since": listing.since,
        "entries": [entry.as_json() for entry in listing.entries],
        "changes": [
            {
                "action": change.action,
                "commit": change.commit,
                "time": _time(change),
                "approvedBy": list(change.approved_by),
                "entry": change.entry.as_json(),
            }
            for change in listing.changes
        ],
        "leavers": [
            {
                "who": leaver.who,
                "reason": leaver.reason,
                "entries": [entry.as_json() for entry in leaver.entries],
            }
            for leaver in listing.leavers
        ],
    }


def access_text(listing: AccessListing, width: int | None = None) -> str:
    """Every right, what changed, and who should not be listed."""
    lines = [
        table(_HEAD, [[one_line(cell) for cell in _cells(entry)] for entry in listing.entries], width),
        "",
        *(one_line(line) for line in _changes(listing)),
        *(one_line(line) for line in _leavers(listing)),
        _summary(listing),
    ]
    return "\n".join(lines)


def access_csv(listing: AccessListing) -> str:
    """A row for each right and each change since the last review; no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("row", *_HEAD, "commit", "time", "approvedBy", "notable"))
    notable = {entry: leaver.reason for leaver in listing.leavers for entry in leaver.entries}
    for entry in listing.entries:
        writer.writerow(_harmless(("right", *_cells(entry), listing.commit, "", "", notable.get(entry, ""))))
    for change in listing.changes:
        approved = " ".join(change.approved_by)
        row = (change.action, *_cells(change.entry), change.commit, _time(change), approved, "")
        writer.writerow(_harmless(row))
    return out.getvalue()


def access_markdown(listing: AccessListing) -> str:
    """The same for a reader: what is notable first."""
    lines = [
        f"# Access review {listing.quarter}",
        "",
        prose(_summary(listing)),
        "",
        "## Who should not be listed",
        "",
    ]
    lines += [f"- {prose(line)}" for line in _leavers(listing)] or ["Nobody."]
    lines += ["", "## What changed", ""]
    lines += [f"- {prose(line)}" for line in _changes(listing)] or ["Nothing."]
    lines += ["", "## Who can do what", "", f"| {' | '.join(_HEAD)} |", f"|{'---|' * len(_HEAD)}"]
    lines += [f"| {' | '.join(prose(cell) for cell in _cells(entry))} |" for entry in listing.entries]
    return "\n".join(lines) + "\n"


def _cells(entry: AccessEntry) -> tuple[str, ...]:
    return entry.where, entry.right, entry.who, entry.kind, entry.detail, entry.path


def _changes(listing: AccessListing) -> Iterator[str]:
    for change in listing.changes:
        entry = change.entry
        by = f", approved by {', '.join(change.approved_by)}" if change.approved_by else ""
        yield f"{change.action} {entry.who}: {entry.where}, {entry.right} ({change.commit[:12]}, {_time(change)}{by})"


def _leavers(listing: AccessListing) -> Iterator[str]:
    for leaver in listing.leavers:
        rights = "; ".join(f"{entry.where}, {entry.right}" for entry in leaver.entries)
        yield f"{leaver.who} {leaver.reason}: {rights}"


def _summary(listing: AccessListing) -> str:
    since = f"the review of {listing.last_review}" if listing.last_review else "the quarter began"
    return (
        f"{listing.quarter} at {listing.commit[:12]}: {counted(len(listing.entries), 'right')}, "
        f"{counted(len(listing.changes), 'change')} since {since}, "
        f"{counted(len(listing.leavers), 'leaver')} still listed; {listing.digest}"
    )


def _harmless(row: Sequence[str]) -> list[str]:
    return [f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row]


def _time(change: AccessChange) -> str:
    return datetime.fromtimestamp(change.time, UTC).isoformat()
