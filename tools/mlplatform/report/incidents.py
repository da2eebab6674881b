"""Prints incidents: how they stand, and how long they harmed users beside their objectives."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from mlplatform.core.incident import (
    Mitigation,
    RecordedIncident,
    mitigation_of,
    open_actions,
    state_of,
)
from mlplatform.core.kinds.incident import IncidentAction
from mlplatform.report.plain import one_line
from mlplatform.report.table import table


def incidents_text(incidents: Sequence[RecordedIncident], now: datetime, width: int | None = None) -> str:
    """A row for each incident."""
    if not incidents:
        return "no incident"
    head = ("incident", "severity", "state", "objective", "tenants", "title")
    rows = [
        (
            incident.name,
            incident.body.severity,
            state_of(incident.body),
            objective_text(mitigation_of(incident.body, now)),
            ", ".join(incident.body.tenants) or "-",
            one_line(incident.body.title),
        )
        for incident in incidents
    ]
    return table(head, rows, width)


def incident_text(incident: RecordedIncident, now: datetime) -> str:
    """All that is on record of one incident."""
    return "\n".join(_lines(incident, now))


def incident_json(incident: RecordedIncident, now: datetime) -> dict[str, Any]:
    """The document with its state and its objective; times in minutes."""
    mitigation = mitigation_of(incident.body, now)
    objective = mitigation.objective
    return {
        "name": incident.name,
        "state": state_of(incident.body),
        "objective": {
            "verdict": mitigation.verdict,
            "minutes": _minutes(objective) if objective is not None else None,
            "tookMinutes": _minutes(mitigation.took),
        },
        **incident.body.model_dump(mode="json", by_alias=True),
    }


def objective_text(mitigation: Mitigation) -> str:
    """Whether users were harmed no longer than the objective allows."""
    took, over = span(mitigation.took), mitigation.exceeded_by
    allowed = span(mitigation.objective or timedelta(0))
    match mitigation.verdict:
        case "met":
            return f"met: {took} of {allowed}"
        case "missed":
            return f"missed by {span(over)}: {took} of {allowed}"
        case "running":
            return f"still running: {took} of {allowed}, {span(-over)} left"
        case "overdue":
            return f"still running, missed by {span(over)}: {took} of {allowed}"
        case _:
            return f"none: {took}" if mitigation.is_over else f"none, still running: {took}"


def span(time: timedelta) -> str:
    """`35 min`, `4 h`, `1 h 20 min`, `2 d 3 h`: whole minutes, seconds left out."""
    minutes = _minutes(time)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{rest} min"


def _lines(incident: RecordedIncident, now: datetime) -> Iterator[str]:
    body = incident.body
    yield f"{incident.name}  {body.severity}  {state_of(body)}"
    yield f"  {one_line(body.title)}"
    yield f"  objective    {objective_text(mitigation_of(body, now))}"
    for key in ("detected", "declared", "mitigated", "resolved"):
        moment = getattr(body, key)
        yield f"  {key:<12} {moment.isoformat() if moment else '-'}"
    yield f"  cause        {one_line(body.cause) if body.cause else '-'}"
    yield f"  commander    {body.commander}"
    for key in ("tenants", "models", "environments", "changes"):
        yield f"  {key:<12} {', '.join(getattr(body, key)) or '-'}"
    yield from (_action(action, now) for action in open_actions(body))
    yield from (
        f"  done {action.done}: {one_line(action.what)} ({action.owner})"
        for action in body.actions
        if action.done
    )


def _action(action: IncidentAction, now: datetime) -> str:
    due = f"was due on {action.due}" if action.due < now.date() else f"due on {action.due}"
    return f"  to do, {due}: {one_line(action.what)} ({action.owner})"


def _minutes(time: timedelta) -> int:
    return int(time.total_seconds() // 60)
