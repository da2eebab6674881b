"""How an incident stands, and whether it was mitigated within the objective of its severity."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from mlplatform.core.kinds.incident import Incident, IncidentAction, IncidentSeverity

MITIGATION_OBJECTIVES: Mapping[IncidentSeverity, timedelta] = {
    "P0": timedelta(hours=1),
    "P1": timedelta(hours=4),
}

IncidentState = Literal["running", "mitigated", "resolved"]
ObjectiveVerdict = Literal["met", "missed", "running", "overdue", "none"]


@dataclass(frozen=True, slots=True)
class RecordedIncident:
    """An incident of a commit: its name (2026-11-30-wrong-scores), its path and its document."""

    name: str
    path: str
    body: Incident


@dataclass(frozen=True, slots=True)
class Mitigation:
    """How long an incident harmed users, or has until now, beside its objective (None: its severity has none)."""

    took: timedelta
    is_over: bool
    objective: timedelta | None

    @property
    def exceeded_by(self) -> timedelta:
        """How much longer than its objective it took; negative while there is time left, or none was needed."""
        return self.took - self.objective if self.objective is not None else timedelta(0)

    @property
    def verdict(self) -> ObjectiveVerdict:
        """`running` while it may still be met, `overdue` when it runs longer than it may."""
        if self.objective is None:
            return "none"
        is_late = self.took > self.objective
        if self.is_over:
            return "missed" if is_late else "met"
        return "overdue" if is_late else "running"


def mitigation_of(incident: Incident, now: datetime) -> Mitigation:
    """Return the time from detection to mitigation, or to now."""
    end = incident.mitigated or now
    return Mitigation(
        end - incident.detected,
        incident.mitigated is not None,
        MITIGATION_OBJECTIVES.get(incident.severity),
    )


def state_of(incident: Incident) -> IncidentState:
    """Return whether users are still harmed, and whether the cause is still there."""
    if incident.resolved is not None:
        return "resolved"
    return "mitigated" if incident.mitigated is not None else "running"


def open_actions(incident: Incident) -> tuple[IncidentAction, ...]:
    """Return what is still to be done, earliest first."""
    return tuple(
        sorted((action for action in incident.actions if not action.done), key=lambda action: action.due)
    )
