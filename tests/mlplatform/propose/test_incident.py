"""Incidents are written as people would, and what is there stays as it is."""

from datetime import datetime

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.core.kinds import Incident
from mlplatform.propose.incident import IncidentEdit, incident_name, open_incident, update_incident
from mlplatform.strict_yaml.parser import parse
from tests.support.scratch import Scratch

NAME = "2026-11-30-wrong-scores"
PATH = f"incidents/{NAME}.yaml"
DAY = datetime.fromisoformat("2026-11-30T23:30:00-02:00")
TEXTS = {
    "severity": "P1",
    "title": 'Wrong "scores": all',
    "detected": "2026-11-30T10:00:00Z",
    "declared": "2026-11-30T10:04:00Z",
    "commander": "ada",
}
BY_HAND = """\
schema: incident/v1
severity: P1   # was P2
title: Wrong scores
detected: 2026-11-30T10:00:00Z
declared: 2026-11-30T10:04:00Z
commander: ada
tenants: [clinic] # so far
changes:
  - 4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f   # the promotion
"""


def body(text: bytes | None) -> Incident:
    data = parse(PATH, text or b"").data
    assert data is not None
    return Incident.model_validate(dict(data))


def test_an_opened_incident_holds_its_schema(repo: Scratch) -> None:
    edit = IncidentEdit(TEXTS, {"tenants": ["clinic"], "models": ["clinic/tumour"]})
    proposal = open_incident(repo.git, repo.head(), NAME, edit)
    opened = body(proposal.files[PATH])
    assert (opened.title, opened.tenants, opened.models) == (
        TEXTS["title"],
        ["clinic"],
        ["clinic/tumour"],
    )
    assert proposal.branch == f"incident/{NAME}"
    assert "2026-11-30T10:04:00Z" in proposal.message


def test_one_that_is_there_is_not_opened_again(repo: Scratch) -> None:
    base = repo.commit({PATH: BY_HAND})
    with pytest.raises(Refusal, match="is there already"):
        open_incident(repo.git, base, NAME, IncidentEdit(TEXTS))


def test_an_update_changes_what_it_names_and_nothing_else(repo: Scratch) -> None:
    base = repo.commit({PATH: BY_HAND})
    more = {"tenants": ["postal", "clinic"], "changes": ["2c" * 20], "models": ["clinic/tumour"]}
    edit = IncidentEdit({"mitigated": "2026-11-30T11:00:00Z"}, more)
    text = (update_incident(repo.git, base, NAME, edit).files[PATH] or b"").decode()
    added = [line for line in text.splitlines() if line not in BY_HAND.splitlines()]
    assert added == [
        'mitigated: "2026-11-30T11:00:00Z"',
        "tenants: [clinic, postal] # so far",
        "models: [clinic/tumour]",
        f"  - {'2c' * 20}",
    ]
    assert body(text.encode()).changes[-1] == "2c" * 20


def test_an_update_that_changes_nothing_or_of_nothing_is_refused(repo: Scratch) -> None:
    base = repo.commit({PATH: BY_HAND})
    with pytest.raises(Refusal, match="says this already"):
        update_incident(repo.git, base, NAME, IncidentEdit({"severity": "P1"}))
    with pytest.raises(Refusal, match="there is no incident 2026-11-30-lost"):
        update_incident(repo.git, base, "2026-11-30-lost", IncidentEdit({"severity": "P1"}))


def test_a_name_is_the_day_in_utc_and_the_words_of_the_title() -> None:
    assert incident_name("P1: Wrong scores, at night!", DAY) == "2026-12-01-p1-wrong-scores-at-night"
    assert len(incident_name("wrong " * 20, DAY)) <= len("2026-12-01-") + 40
    with pytest.raises(Refusal, match="gives no name"):
        incident_name("42", DAY)
