"""Lineage of the present and of the past, over 200 promotions of a real repository, and the other way round."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from mlplatform.cli.lineage import command
from mlplatform.core.errors import Refusal
from mlplatform.core.outcome import Outcome, Result
from mlplatform.core.plan import Action, Change
from mlplatform.core.records.statement import Statement
from mlplatform.core.target import LocalTarget
from mlplatform.flow.lineage.lineage import lineage_of, trained_on
from mlplatform.flow.workspace import Workspace
from mlplatform.local.identity import target_id
from mlplatform.providers.git import Git
from mlplatform.record.ledger import local_ledger
from tests.support.git_objects import Entry, ObjectStore
from tests.support.records import apply_record, registration_record
from tests.support.values import deployment, digest, model

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
PROMOTIONS = 200
MODELS = ("clinic/tumour", "postal/digits")
DATA = {name: {f"{name.split('/')[0]}/rows": digest(f"9.{at}.0")} for at, name in enumerate(MODELS)}


@dataclass(frozen=True, slots=True)
class Promotion:
    """One promotion to production: when it was merged, and when it was in force."""

    at: datetime
    name: str
    version: str
    commit: str


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A repository of 200 promotions, a day apart, each applied an hour later."""
    root = tmp_path_factory.mktemp("lineage") / "repository"
    store = ObjectStore.new(root)
    found = Workspace(Git(root), LocalTarget(root))
    target_id(found.target)
    ledger = local_ledger(found.git, found.target_id())
    files = {
        f"models/{name}.yaml": entry({**model(), "data": {"datasets": list(DATA[name])}}) for name in MODELS
    }
    for name in MODELS:
        files[f"tenants/{name.split('/')[0]}/datasets/rows.yaml"] = entry(data_set())
    commit: str | None = None
    for number in range(PROMOTIONS):
        name, version = promoted(number)
        said = {**deployment(version), "from": {"environment": "integration", "data": DATA[name]}}
        files |= {f"environments/production/{name}.yaml": entry(said)}
        when = BEGIN + timedelta(days=number)
        commit = store.commit(files, commit, int(when.timestamp()))
        applied = when + timedelta(hours=1)
        made = {
            "run": f"run-{number}",
            "data": DATA[name],
            "recordedAt": when.isoformat(),
        }
        ledger.append(registration_record(name, version, **made))
        ledger.append(put_into_force(name, version, commit, applied))
    assert commit is not None
    store.point("main", commit)
    return found


def promoted(number: int) -> tuple[str, str]:
    """The model and version of the number-th promotion; every seventh one of a model is a rollback."""
    at = number // 2
    back = at - 1 if at % 7 == 6 else at
    return MODELS[number % 2], f"1.{back}.{number % 2}"


def put_into_force(name: str, version: str, commit: str, at: datetime) -> Statement:
    after = {"weights": {digest(version): 100}, "version": version}
    routed = Outcome(Change(Action.ROUTE, "triton", name, None, after), Result.APPLIED)
    return apply_record(outcomes=[routed], commit=commit, approvedBy=["grace"], recordedAt=at.isoformat())


def entry(said: dict[str, Any]) -> Entry:
    return Entry(json.dumps(said).encode())


def data_set() -> dict[str, Any]:
    return {
        "schema": "dataset/v1",
        "owner": "ada",
        "location": "s3://rows/v1/",
        "region": "us-east-1",
        "format": "parquet",
        "digest": digest("9.9.9"),
        "classification": "pii",
        "columns": {"x": {"type": "float", "classification": "pii"}},
        "encryption": {"atRest": "aws:kms", "key": "alias/rows", "inTransit": "tls"},
        "retention": {"days": 30, "deletion": "delete"},
        "consent": {"basis": "contract", "record": "DPA-1"},
    }


def pinned_by_git(place: Workspace, name: str, at: datetime) -> tuple[str, str]:
    """What git itself says: the version in the tree of the newest commit by that moment, and that commit."""
    git = ["git", "-C", str(place.git.root)]
    moment = str(int(at.timestamp()))
    newest = [*git, "rev-list", "-1", "--first-parent", f"--before={moment}", "main"]
    commit = subprocess.run(newest, check=True, capture_output=True, text=True).stdout.strip()
    show = [*git, "show", f"{commit}:environments/production/{name}.yaml"]
    said = json.loads(subprocess.run(show, check=True, capture_output=True).stdout)
    return said["version"], commit


@pytest.mark.exhaustive
@settings(max_examples=40, deadline=None)
@given(minutes=st.integers(2 * 24 * 60, (PROMOTIONS + 3) * 24 * 60), name=st.sampled_from(MODELS))
def test_what_was_production_at_any_moment_is_what_git_had_then(
    place: Workspace, minutes: int, name: str
) -> None:
    at = BEGIN + timedelta(minutes=minutes)
    version, _ = pinned_by_git(place, name, at)
    found = lineage_of(place, "main", "production", name, at)
    assert found.version == version
    assert found.digest == digest(version)
    assert found.data[0].classification == "pii"


def test_since_is_the_newest_apply_before_the_moment_that_was_asked_for(place: Workspace) -> None:
    at = BEGIN + timedelta(days=100, minutes=30)  # merged half an hour ago, applied in another half
    name, version = promoted(100)
    before = lineage_of(place, "main", "production", name, at)
    after = lineage_of(place, "main", "production", name, at + timedelta(hours=1))
    assert (before.version, after.version) == (version, version)
    assert before.since is None
    assert after.since == (BEGIN + timedelta(days=100, hours=1)).isoformat()
    assert after.approved_by == ("grace",)


def test_the_present_has_run_code_data_and_the_commit_that_pins_it(place: Workspace) -> None:
    name, version = promoted(PROMOTIONS - 1)
    found = lineage_of(place, "main", "production", name)
    assert found.version == version
    assert found.run
    assert found.commit == "f" * 40
    assert {used.name: used.digest for used in found.data} == DATA[name]
    _, commit = pinned_by_git(place, name, BEGIN + timedelta(days=PROMOTIONS))
    assert found.pinned == commit


def test_before_the_first_commit_there_was_nothing(place: Workspace) -> None:
    with pytest.raises(Refusal, match="no commit of"):
        lineage_of(place, "main", "production", MODELS[0], BEGIN - timedelta(days=1))


def test_a_moment_that_is_still_to_come_is_refused(place: Workspace) -> None:
    with pytest.raises(Refusal, match=r"2099-01-01.* is in the future"):
        lineage_of(place, "main", "production", MODELS[0], datetime(2099, 1, 1, tzinfo=UTC))


def test_today_can_be_asked_for_and_is_until_now(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place.git.root)
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    asked = [MODELS[0], "--env", "production", "--at", today, "--json"]
    said = json.loads(CliRunner().invoke(command, asked, catch_exceptions=False).stdout)
    assert said["version"] == lineage_of(place, "main", "production", MODELS[0]).version


def test_what_an_environment_did_not_pin_has_no_lineage_there(place: Workspace) -> None:
    with pytest.raises(Refusal, match="development pins no clinic/tumour"):
        lineage_of(place, "main", "development", MODELS[0])


def test_every_version_that_a_data_set_went_into_is_listed_once_for_each_time_it_was_pinned(
    place: Workspace,
) -> None:
    [dataset] = DATA[MODELS[0]]
    found = trained_on(place, "main", dataset)
    stretches = list(stretches_of(MODELS[0]))
    assert [one.version for one in found] == stretches[::-1]
    assert {one.model for one in found} == {MODELS[0]}
    assert [one.is_pinned for one in found] == [True] + [False] * (len(found) - 1)
    assert {one.data for one in found} == set(DATA[MODELS[0]].values())


def stretches_of(name: str) -> Iterator[str]:
    last = ""
    for number in range(PROMOTIONS):
        model, version = promoted(number)
        if model == name and version != last:
            last = version
            yield version


def test_a_data_set_that_nothing_was_trained_on_has_no_versions(place: Workspace) -> None:
    for nothing in ("clinic/nothing", "clinic", "a/b/c"):
        with pytest.raises(Refusal, match=f"there is no data set {nothing}"):
            trained_on(place, "main", nothing)


def test_what_a_data_set_went_into_is_told_of_a_moment_of_the_past_too(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    [dataset] = DATA[MODELS[0]]
    noon = BEGIN + timedelta(days=PROMOTIONS // 2, hours=12)
    before = (
        place.git.run("rev-list", "--max-count=1", f"--before={noon.isoformat()}", "main").decode().strip()
    )
    then = trained_on(place, "main", dataset, at=noon)
    assert then == trained_on(place, before, dataset)
    assert 0 < len(then) < len(trained_on(place, "main", dataset))
    monkeypatch.chdir(place.git.root)
    asked = ["--dataset", dataset, "--rev", "main", "--at", f"{noon:%Y-%m-%dT%H:%M:%S}"]
    assert CliRunner().invoke(command, asked, catch_exceptions=False).output.count("pinned then") == 1
