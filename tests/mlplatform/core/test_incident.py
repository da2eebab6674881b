"""Whether an incident was mitigated in time."""

from datetime import datetime, timedelta

import pytest

from mlplatform.core.incident import mitigation_of, state_of
from mlplatform.core.kinds import Incident

DETECTED = datetime.fromisoformat("2026-11-30T10:00:00Z")


def incident(severity: str, mitigated_after: float | None = None, **more: str) -> Incident:
    """An incident that was mitigated so many hours after its detection, if it was."""
    times = {"detected": DETECTED, "declared": DETECTED}
    if mitigated_after is not None:
        times["mitigated"] = DETECTED + timedelta(hours=mitigated_after)
    return Incident.model_validate(
        {"schema": "incident/v1", "severity": severity, "title": "Wrong scores", "commander": "ada"}
        | {key: moment.isoformat() for key, moment in times.items()}
        | more
    )


@pytest.mark.parametrize(
    ("severity", "hours", "verdict"),
    [
        ("P0", 1, "met"),
        ("P0", 1.01, "missed"),
        ("P1", 4, "met"),
        ("P1", 4.01, "missed"),
        ("P2", 400, "none"),
        ("P3", 400, "none"),
    ],
)
def test_the_objective_is_an_hour_for_p0_and_four_for_p1(severity: str, hours: float, verdict: str) -> None:
    assert mitigation_of(incident(severity, hours), DETECTED + timedelta(days=9)).verdict == verdict


def test_one_that_is_not_mitigated_runs_until_its_objective_is_missed() -> None:
    running = incident("P1")
    assert mitigation_of(running, DETECTED + timedelta(hours=4)).verdict == "running"
    late = mitigation_of(running, DETECTED + timedelta(hours=5))
    assert (late.verdict, late.exceeded_by) == ("overdue", timedelta(hours=1))


def test_it_runs_then_is_mitigated_then_resolved() -> None:
    resolved = incident("P1", 1, resolved="2026-11-30T12:00:00Z", cause="A wrong zone")
    assert [state_of(each) for each in (incident("P1"), incident("P1", 1), resolved)] == [
        "running",
        "mitigated",
        "resolved",
    ]
