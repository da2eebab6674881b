"""Records are read strictly and written as they were read, and those of earlier releases stay readable."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mlplatform.core.applied import last_applied, newest_fence, newest_snapshot
from mlplatform.core.approvals import approvals_in
from mlplatform.core.champions import champions
from mlplatform.core.hold import holds
from mlplatform.core.intent import unfinished
from mlplatform.core.records.changes import ChampionOutcome
from mlplatform.core.records.deployment import DeploymentPredicate
from mlplatform.core.records.schemas import NAMES, record_schema
from mlplatform.core.records.snapshot import SnapshotPredicate
from mlplatform.core.records.statement import Statement, UnknownPredicate
from mlplatform.core.records.table import PREDICATES
from mlplatform.core.registration_record import registration_records
from mlplatform.core.served_signature import proven
from mlplatform.observe.lineage import registration_of
from tests.support.record_examples import CHANGES, EARLIER, ONE_RELEASE_ONLY, TODAY, Example, without

DEPLOYED = dict(TODAY)["deployment"]


def text_of(name: str, predicate: Any, **keys: Any) -> bytes:
    subject = [{"name": "production/clinic/tumour@1.1.0", "digest": {"sha256": "a" * 64}}]
    frame = {"_type": "https://in-toto.io/Statement/v1", "subject": subject}
    kind = {"predicateType": f"urn:mlplatform:predicate:{name}:v1"}
    return json.dumps({**frame, **kind, "predicate": predicate, **keys}).encode()


def flaw(text: bytes) -> str:
    try:
        Statement.from_json(text)
    except ValueError as refused:
        return str(refused)
    pytest.fail("it was read")


def deployed(outcome: dict[str, Any]) -> bytes:
    return text_of("deployment", {**DEPLOYED, "outcomes": [{**outcome, "result": "applied", "reason": ""}]})


def test_every_type_of_record_has_an_example() -> None:
    assert {name for name, _ in TODAY} == NAMES.keys()


@pytest.mark.parametrize("example", TODAY)
def test_what_is_read_is_written_again_to_the_letter(example: Example) -> None:
    statement = Statement.from_json(text_of(*example))
    assert isinstance(statement.predicate, PREDICATES[NAMES[example[0]]])
    written = json.dumps(statement.as_json(), sort_keys=True)  # in which 1 is not 1.0
    assert written == json.dumps(json.loads(text_of(*example)), sort_keys=True)


@pytest.mark.parametrize("example", [*TODAY, *EARLIER])
def test_what_is_read_fits_the_published_schema(example: Example) -> None:
    Statement.from_json(text_of(*example))
    Draft202012Validator(record_schema(example[0])).validate(example[1])


def test_a_stage_is_read_under_the_name_that_one_release_gave_it() -> None:
    predicate = Statement.from_json(text_of(*ONE_RELEASE_ONLY)).predicate
    assert isinstance(predicate, DeploymentPredicate)
    (outcome,) = predicate.outcomes
    assert isinstance(outcome, ChampionOutcome)
    assert outcome.before
    assert outcome.before.stage
    assert outcome.before.stage.found == "Archived"


def test_a_record_of_a_type_of_a_later_release_is_kept_as_it_is() -> None:
    text = text_of(
        "canary", {"steps": [5, 50]}, subject=[{"uri": "x", "digest": {"gitTree": "1", "sha1": "2"}}]
    )
    statement = Statement.from_json(text)
    assert statement.predicate == UnknownPredicate("urn:mlplatform:predicate:canary:v1", json.loads(text))
    assert statement.as_json() == json.loads(text)


def test_every_reader_passes_over_a_record_of_a_later_release() -> None:
    ledger = [Statement.from_json(text_of("canary", {"environment": "production", "late": True}))]
    assert (last_applied(ledger, "production"), newest_fence(ledger, "production")) == (None, 0)
    assert newest_snapshot(ledger, "production") == (None, ())
    assert unfinished(ledger, "production") == ()
    assert holds(ledger, "production") == champions(ledger, "production") == {}
    assert (
        approvals_in(ledger, "production")
        == registration_records(ledger, "production")
        == proven(ledger)
        == {}
    )
    assert registration_of("clinic/tumour", "sha256:1", ledger) is None


def test_a_subject_may_be_a_commit() -> None:
    snapshot = SnapshotPredicate(environment="production", commit="c" * 40, taken="today", blob="b" * 40)
    statement = Statement({"main": "gitCommit:" + "d" * 40}, snapshot)
    assert statement.as_json()["subject"] == [{"name": "main", "digest": {"gitCommit": "d" * 40}}]
    assert Statement.from_json(json.dumps(statement.as_json()).encode()) == statement


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (b"{}", "predicateType: "),
        (b"not JSON", "Invalid JSON"),
        (b'{"a": "\xff"}', "Invalid JSON"),
        (b"[" * 100_000, "Invalid JSON"),
        (text_of("retry", {}), "predicate.environment: "),
        (text_of("retry", []), "predicate: "),
        (text_of("retry", dict(TODAY)["retry"], subject=[{"name": "x", "digest": {}}]), "subject.0.digest: "),
        (text_of("retry", dict(TODAY)["retry"], _type="of another kind"), "_type: "),
        (text_of("retry", {**dict(TODAY)["retry"], "mood": "good"}), "predicate.mood: "),
        (text_of("deployment", without(DEPLOYED, "commit")), "predicate.commit: "),
        (text_of("deployment", {**DEPLOYED, "commit": "HEAD"}), "predicate.commit: "),
        (text_of("deployment", {**DEPLOYED, "fence": "3"}), "predicate.fence: "),
        (text_of("deployment", {**DEPLOYED, "late": "yes"}), "predicate.late: "),
        (text_of("deployment", {**DEPLOYED, "previous": "x"}), "predicate.previous: "),
        (
            deployed({**CHANGES[1], "after": {**CHANGES[1]["after"], "digest": "md5:1"}}),
            "outcomes.0.after.digest: ",
        ),
        (deployed({**CHANGES[1], "after": None}), "predicate.outcomes.0.after: "),
        (deployed({**CHANGES[1], "action": "canary"}), "predicate.outcomes.0: "),
        (deployed({**CHANGES[1], "facts": {}}), "predicate.outcomes.0.facts: "),
    ],
)
def test_what_does_not_fit_is_said_in_a_line_with_its_key(text: bytes, key: str) -> None:
    said = flaw(text)
    assert key in said
    assert "\n" not in said
