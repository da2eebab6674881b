"""A change that passed a gate had an emergency that counted, and somebody else looks at that within a day."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mlplatform.flow.emergency.declare import EmergencyRequest, declare_emergency, review_emergency
from mlplatform.flow.review.merge import merge
from mlplatform.providers.signing.envelope import payload_of
from mlplatform.record.ledger import ENVELOPE
from mlplatform.record.recorder import KEY
from tests.support.evidence import Files, Recorded, recorded, with_predicate
from tests.support.scratch import isolate

PIN = "environments/production/reading/recommender.yaml"
SETTINGS = "\nemergency: {authorisers: [margaret, dennis], hours: 4, gates: [approvals-quorum]}\n"


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recorded:
    """A platform on which one change went to production in an emergency, with one approval of two."""
    isolate(monkeypatch, tmp_path / "home")
    made = recorded(tmp_path / "platform", 0)
    monkeypatch.setenv(KEY, str(made.key))
    platform = made.platform
    platform.land({"platform.yaml": platform.repo.read("platform.yaml") + SETTINGS})
    made = Recorded(platform, made.git.resolve("main"), made.key)
    asked = {"incident": "2026-11-30-wrong-scores", "reason": "owners are away", "authoriser": "margaret"}
    key = platform.keys.key("margaret")
    declare_emergency(
        platform.workspace,
        EmergencyRequest(**asked, key=key, tenants=["reading"], requester="linus"),  # type: ignore[arg-type]
    )
    scaled = platform.repo.read(PIN).replace("instances: 1", "instances: 2")
    platform.change("scale", {PIN: scaled}, by="linus")
    platform.say("request", "linus", branch="scale")
    platform.say("approve", "ada", branch="scale")
    done = merge(platform.workspace, "scale", made.key)
    assert done.record is not None
    platform.repo.run("pull", "--quiet", "origin", "main")
    return made


def name_of(made: Recorded) -> str:
    (gate,) = json.loads(payload_of(made.files(made.records()[-1])[ENVELOPE]))["predicate"]["passed"]
    assert (gate["rule"], gate["path"]) == ("approvals-quorum", PIN)
    return str(gate["emergency"])


def in_hours(hours: float) -> datetime:
    return datetime.now(UTC) + timedelta(hours=hours)


def test_a_change_in_an_emergency_is_verified_and_red_once_its_review_is_overdue(made: Recorded) -> None:
    name_of(made)
    assert made.problems() == []
    assert made.problems(now=in_hours(25)) == [("emergency-not-reviewed", made.records()[0])]
    checkpoint = made.verified().checkpoint
    assert made.problems(since=checkpoint, now=in_hours(25)) == [
        ("emergency-not-reviewed", made.records()[0])
    ]


def test_a_review_by_somebody_else_in_time_settles_it(made: Recorded) -> None:
    key = made.platform.keys.key("mary")
    review_emergency(made.platform.workspace, name_of(made), "approved", "it was right", key)
    assert made.problems(now=in_hours(25)) == []
    assert made.verified().checkpoint.openEmergencies == []


def test_a_change_that_names_an_emergency_that_does_not_count_is_found(made: Recorded) -> None:
    gate = {"rule": "approvals-quorum", "path": PIN, "emergency": "0" * 12}

    def forged(records: list[Files]) -> list[Files]:
        return [*records[:-1], with_predicate(records[-1], made.key, passed=[gate])]

    made.rewrite(forged)
    assert made.problems() == [("emergency-void", made.git.resolve("main"))]


def test_without_its_emergency_the_change_lacks_an_approval(made: Recorded) -> None:
    made.rewrite(lambda records: [*records[:-1], with_predicate(records[-1], made.key, passed=None)])
    assert ("quorum-missed", made.git.resolve("main")) in made.problems()


def test_a_record_that_cannot_be_read_hides_no_emergency(made: Recorded) -> None:
    made.rewrite(lambda records: [*records, {"notes.txt": b"nothing happened"}])
    newest = made.records()[-1]
    assert made.problems() == [("record-unreadable", newest)]
    first = made.records()[0]
    assert set(made.problems(now=in_hours(25))) == {
        ("record-unreadable", newest),
        ("emergency-not-reviewed", first),
    }
