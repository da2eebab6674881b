"""Who has read the newest statement on each topic knows what whoever has read the whole ledger knows."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from mlplatform.core.applied import failures, last_applied, last_champions, newest_apply, newest_snapshot
from mlplatform.core.hold import holds
from mlplatform.core.kinds import Deployment
from mlplatform.core.outcome import Outcome, Result
from mlplatform.core.plan import Action, Change
from mlplatform.core.records.statement import Statement, UnknownPredicate
from mlplatform.core.topics import Topic, TopicKind, lineage_topics, status_topics, topics
from mlplatform.observe.lineage import DeclaredDeployment, lineage, registration_of
from tests.support.ledgers import ENVIRONMENTS, MODELS, VERSIONS, ledgers, newest_of
from tests.support.records import DIGEST, apply_record, candidate, copied
from tests.support.values import deployment, digest

environments, models, versions = map(st.sampled_from, (ENVIRONMENTS, MODELS, VERSIONS))
moments = st.none() | st.sampled_from([datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2)])


@given(ledgers, environments, st.sets(models), versions)
def test_a_status_is_the_same(ledger: list[Statement], name: str, shown: set[str], version: str) -> None:
    pins = [(model, digest(version)) for model in shown]
    few = newest_of(ledger, status_topics(name, shown, pins))
    assert newest_apply(few, name) == newest_apply(ledger, name)
    assert {pin: holds(few, name).get(pin) for pin in pins} == {
        pin: holds(ledger, name).get(pin) for pin in pins
    }
    for read in (failures, last_champions):
        now, fully = read(few, name), read(ledger, name)
        assert {model: now.get(model) for model in shown} == {model: fully.get(model) for model in shown}
    (snapshot, since), (same, all_since) = newest_snapshot(few, name), newest_snapshot(ledger, name)
    assert (snapshot, bool(since)) == (same, bool(all_since))


@given(ledgers, environments, models, versions, moments)
def test_a_lineage_is_the_same(
    ledger: list[Statement], name: str, model: str, version: str, at: datetime | None
) -> None:
    pin = model, digest(version)
    body = Deployment.model_validate(deployment(version))
    declared = DeclaredDeployment(name, model, body, (), {})
    whole = [statement for statement in ledger if at is None or statement.recorded_at <= at]
    few = newest_of(ledger, lineage_topics(name, *pin), at)
    assert lineage(declared, None, few[::-1]) == lineage(declared, None, whole[::-1])
    assert holds(few, name).get(pin) == holds(whole, name).get(pin)


@given(ledgers, models, versions)
def test_an_origin_is_the_same(ledger: list[Statement], model: str, version: str) -> None:
    few = newest_of(ledger, {Topic(TopicKind.ORIGIN, "", model, digest(version))})
    assert registration_of(model, digest(version), few[::-1]) == registration_of(
        model, digest(version), ledger[::-1]
    )


@given(ledgers, environments)
def test_the_newest_apply_says_which_commit_was_applied_last(ledger: list[Statement], name: str) -> None:
    last, newest = last_applied(ledger, name), newest_apply(ledger, name)
    assert (last and last.commit) == (newest and newest.commit)


def test_what_an_apply_decides() -> None:
    """Where this changes, FORMAT in record/ledger_index.py changes too: what was kept says otherwise."""
    copy = Change(Action.COPY, "mlflow", "a/x", None, copied("1.1.0"))
    load = Change(Action.LOAD, "triton", "a/x", None, candidate("1.1.0"))
    route = Change(
        Action.ROUTE, "triton", "a/x", None, {"weights": {digest("1.1.0"): 100}, "version": "1.1.0"}
    )
    after = {"champion": "1.1.0", "previous": None, "digest": digest("1.1.0")}
    champion = Change(Action.CHAMPION, "mlflow", "a/x", None, after)
    applied = apply_record("production", [Outcome(change, Result.APPLIED) for change in (copy, load, route)])
    batch = apply_record("production", [Outcome(champion, Result.APPLIED)])
    failed = apply_record(
        "production", [Outcome(copy, Result.APPLIED), Outcome(load, Result.FAILED, "broke")]
    )
    removed = apply_record(
        "production", [Outcome(Change(Action.CHAMPION, "mlflow", "a/x", None, None), Result.APPLIED)]
    )
    interrupted = apply_record("production", [Outcome(route, Result.NOT_ATTEMPTED, "interrupted")])
    any_apply = {"apply/production", "changes/production", "outcomes/production/a/x"}
    version = f"production/a/x/{digest('1.1.0')}"
    moved = {"activation/production/a/x", f"activated/{version}", f"hold/{version}"}
    origin = {f"origin//a/x/{digest('1.1.0')}"}
    assert named(applied) == any_apply | moved | origin
    assert named(batch) == any_apply | moved | {"champion/production/a/x"}
    assert named(failed) == any_apply | origin | {f"hold/{version}"}
    assert named(removed) == any_apply | {"activation/production/a/x"}
    assert named(interrupted) == any_apply
    assert named(apply_record("production")) == {"apply/production"}
    assert named(apply_record("production", late=True)) == set()


def named(statement: Statement) -> set[str]:
    return {"/".join(topic).rstrip("/") for topic in topics(statement)}


def test_a_statement_of_a_later_release_decides_nothing_here() -> None:
    later = Statement({}, UnknownPredicate("urn:mlplatform:predicate:later:v1", {"digest": DIGEST}))
    assert topics(later) == frozenset()
