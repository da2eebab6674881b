"""Prints emergencies: which gates may be passed, until when, and who still has to look at it."""

from collections.abc import Sequence
from typing import Any

from mlplatform.core.emergency import EmergencyStatus
from mlplatform.core.records.emergency import EmergencyPredicate
from mlplatform.report.plain import one_line
from mlplatform.report.table import table


def declared_text(said: EmergencyPredicate) -> str:
    """What was put on record, and what has to follow."""
    return "\n".join(
        [
            f"emergency {said.name}: {', '.join(said.gates)} may be passed for {', '.join(said.tenants)} "
            f"until {said.until.isoformat()}",
            f"  asked by {said.requester}, authorised by {said.authoriser}, for {said.incident}",
            f"  by {said.reviewDue.isoformat()} somebody else: platform emergency review {said.name} --approve",
        ]
    )


def emergencies_text(emergencies: Sequence[EmergencyStatus], width: int | None = None) -> str:
    """A row for each emergency, and why one does not count."""
    if not emergencies:
        return "no emergency"
    head = ("emergency", "incident", "state", "until", "gates", "tenants", "authoriser", "review")
    rows = [
        (
            each.name,
            each.incident,
            each.state,
            each.until.isoformat(),
            ", ".join(each.gates),
            ", ".join(each.tenants),
            each.authoriser,
            _review(each),
        )
        for each in emergencies
    ]
    void = [one_line(f"{each.name} does not count: {each.void}") for each in emergencies if each.void]
    return "\n".join([table(head, [[one_line(cell) for cell in row] for row in rows], width), *void])


def emergency_json(each: EmergencyStatus) -> dict[str, Any]:
    return {
        "emergency": each.name,
        "incident": each.incident,
        "state": each.state,
        "until": each.until.isoformat(),
        "gates": list(each.gates),
        "tenants": list(each.tenants),
        "requester": each.requester,
        "authoriser": each.authoriser,
        "review": each.review,
        "reviewDue": each.review_due.isoformat(),
        "reviewer": each.reviewer or None,
        "void": each.void or None,
    }


def _review(each: EmergencyStatus) -> str:
    if each.reviewer:
        return f"{each.review} by {each.reviewer}"
    return f"{each.review}: {each.review_due.isoformat()}"
