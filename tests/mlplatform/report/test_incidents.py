"""Incidents as they are printed."""

from datetime import datetime, timedelta

import pytest

from mlplatform.core.incident import Mitigation, RecordedIncident
from mlplatform.core.kinds import Incident
from mlplatform.report.incidents import incident_json, incident_text, incidents_text, objective_text, span

NOW = datetime.fromisoformat("2026-12-10T10:00:00Z")
HOUR = timedelta(hours=1)


def recorded(**more: object) -> RecordedIncident:
    document = {
        "schema": "incident/v1",
        "severity": "P1",
        "title": "Wrong \x1b[31mscores",
        "detected": "2026-11-30T10:00:00Z",
        "declared": "2026-11-30T10:04:00Z",
        "commander": "ada",
        "tenants": ["clinic"],
        **more,
    }
    path = "incidents/2026-11-30-wrong-scores.yaml"
    return RecordedIncident("2026-11-30-wrong-scores", path, Incident.model_validate(document))


@pytest.mark.parametrize(
    ("mitigation", "text"),
    [
        (Mitigation(HOUR * 0.5, True, HOUR), "met: 30 min of 1 h"),
        (Mitigation(HOUR * 5.25, True, HOUR * 4), "missed by 1 h 15 min: 5 h 15 min of 4 h"),
        (Mitigation(HOUR, False, HOUR * 4), "still running: 1 h of 4 h, 3 h left"),
        (Mitigation(HOUR * 6, False, HOUR * 4), "still running, missed by 2 h: 6 h of 4 h"),
        (Mitigation(HOUR * 50, True, None), "none: 2 d 2 h"),
        (Mitigation(HOUR * 48, False, None), "none, still running: 2 d"),
    ],
)
def test_an_objective_is_met_missed_or_still_running(mitigation: Mitigation, text: str) -> None:
    assert objective_text(mitigation) == text


def test_seconds_are_left_out() -> None:
    assert span(timedelta(minutes=59, seconds=59)) == "59 min"


def test_a_row_cannot_control_the_terminal() -> None:
    printed = incidents_text([recorded()], NOW) + incident_text(recorded(), NOW)
    assert "\x1b" not in printed
    assert "still running, missed by 9 d 20 h" in printed


def test_what_is_to_be_done_is_listed_until_it_is() -> None:
    actions = [
        {"what": "Test both zones", "owner": "grace", "due": "2026-12-20"},
        {"what": "Ask the supplier", "owner": "ada", "due": "2026-12-09"},
        {"what": "Write it down", "owner": "mary", "due": "2026-12-05", "done": "2026-12-04"},
    ]
    assert incident_text(recorded(actions=actions), NOW).splitlines()[-3:] == [
        "  to do, was due on 2026-12-09: Ask the supplier (ada)",
        "  to do, due on 2026-12-20: Test both zones (grace)",
        "  done 2026-12-04: Write it down (mary)",
    ]


def test_json_has_the_document_its_state_and_its_objective() -> None:
    printed = incident_json(recorded(mitigated="2026-11-30T15:00:00Z"), NOW)
    assert printed["schema"] == "incident/v1"
    assert printed["state"] == "mitigated"
    assert printed["objective"] == {"verdict": "missed", "minutes": 240, "tookMinutes": 300}
