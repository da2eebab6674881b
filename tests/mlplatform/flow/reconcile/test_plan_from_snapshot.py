"""A plan in a clone that has git and nothing else: no target, no registry, no server."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mlplatform.core.applied import newest_snapshot
from mlplatform.core.errors import Refusal
from mlplatform.core.snapshot import RegisteredEntry, ServedEntry, Snapshot
from mlplatform.core.snapshot_plan import SnapshotPlan
from mlplatform.core.target import LocalTarget
from mlplatform.flow.check.run_check import load_repository
from mlplatform.flow.progress import SILENT
from mlplatform.flow.reconcile.plan_from_snapshot import plan_from_snapshot
from mlplatform.flow.reconcile.planning import make_plan
from mlplatform.flow.reconcile.reconcile import reconcile
from mlplatform.flow.workspace import Workspace
from mlplatform.providers.git import Git
from mlplatform.record.ledger import shared_ledger
from mlplatform.record.snapshots import publish_snapshot, read_snapshot
from mlplatform.report.snapshot_plan import snapshot_plan_json, snapshot_plan_text
from tests.support.known_state import Template
from tests.support.laboratory import SCALER, Laboratory, laboratory, run_git
from tests.support.records import predicate_json
from tests.support.stack import servers
from tests.support.values import ENVIRONMENTS as LAB_ENVIRONMENTS
from tests.support.values import environment

LEDGERS = "refs/platform/*:refs/platform/*"
ENVIRONMENTS = ("integration", "production")

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template[Laboratory]]:
    """Two environments that were applied to."""
    made = laboratory(tmp_path_factory.mktemp("foresee"), ["1.0.0", "1.1.0", "1.2.0"])
    with servers(made.place.target, *ENVIRONMENTS):
        for name, version in (("integration", "1.0.0"), ("integration", "1.1.0"), ("production", "1.0.0")):
            apply(made, name, version)
        yield Template.of(made)


@pytest.fixture
def clone(lab: Laboratory, tmp_path: Path) -> Workspace:
    """What a pull request's runner has: a clone of another machine's repository, and the ledger."""
    root = tmp_path / "clone"
    run_git(lab.place.git.root, "clone", "-q", str(lab.place.git.root), str(root))
    fetch(root)
    assert not (root / ".platform").exists()
    return Workspace(Git(root), LocalTarget(root))


def apply(lab: Laboratory, environment: str, version: str) -> None:
    commit = lab.pin(environment, version)
    assert reconcile(lab.place, load_repository(lab.place.git, commit), environment, SILENT).is_done


def fetch(root: Path) -> None:
    run_git(root, "fetch", "-q", "origin", LEDGERS, "main")


def foreseen(
    clone: Workspace, rev: str, environment: str = "production", target: str | None = None
) -> SnapshotPlan:
    return plan_from_snapshot(clone, load_repository(clone.git, rev), environment, target)


def changes(made: SnapshotPlan) -> list[tuple[str, str]]:
    return [(change.action.value, change.resource) for change in made.plan.changes]


def test_what_is_applied_is_foreseen_to_need_nothing(lab: Laboratory, clone: Workspace) -> None:
    made = foreseen(clone, "origin/main")
    assert (made.plan.changes, made.plan.refused) == ((), ())


def test_a_promotion_is_foreseen_as_it_is_planned(lab: Laboratory, clone: Workspace) -> None:
    commit = lab.pin("production", "1.1.0")
    fetch(clone.git.root)
    made = foreseen(clone, commit)
    planned = make_plan(lab.place, load_repository(lab.place.git, commit), "production")
    assert changes(made) == [(change.action.value, change.resource) for change in planned.changes]
    assert [action for action, _ in changes(made)] == ["copy", "load", "probe", "route", "champion"]


def test_it_says_how_old_its_snapshots_are_and_what_it_does_not_know(
    lab: Laboratory, clone: Workspace
) -> None:
    commit = lab.pin("production", "1.1.0")
    fetch(clone.git.root)
    text = snapshot_plan_text(foreseen(clone, commit))
    assert "which may be out of date" in text
    assert "production: less than a minute old (taken " in text
    assert "integration: less than a minute old (taken " in text
    assert f"metrics and gates of {SCALER} 1.1.0 are not compared with the registry" in text
    said = snapshot_plan_json(foreseen(clone, commit))
    assert [basis["environment"] for basis in said["against"]["snapshots"]] == ["production", "integration"]
    assert "nothing was ever applied to development, so it is taken to be empty" in said["against"]["unknown"]


def test_a_version_that_no_snapshot_holds_is_refused(lab: Laboratory, clone: Workspace) -> None:
    commit = lab.pin("production", "1.1.0")
    path = lab.place.git.root / f"environments/production/{SCALER}.yaml"
    said = json.loads(path.read_text())
    commit = lab.commit({f"environments/production/{SCALER}.yaml": {**said, "version": "9.0.0"}}, "another")
    fetch(clone.git.root)
    (refused,) = foreseen(clone, commit).plan.refused
    assert refused.reason.startswith(f"the registry of integration does not hold {SCALER} 9.0.0")


def test_the_snapshot_is_redacted(lab: Laboratory, clone: Workspace) -> None:
    root = str(lab.place.git.root)
    blobs = []
    for record in lab.ledger().newest_first():
        if blob := predicate_json(record).get("blob"):
            blobs.append(clone.git.blobs([blob])[blob].decode())
    assert len(blobs) == 4
    for text in blobs:
        assert all(secret not in text for secret in (root, "file:", "run-1", "f" * 40, "auc", "unreviewed"))


def test_a_clone_without_the_ledger_is_told_to_fetch_it(lab: Laboratory, tmp_path: Path) -> None:
    run_git(tmp_path, "clone", "-q", str(lab.place.git.root), str(tmp_path / "bare-clone"))
    git = Git(tmp_path / "bare-clone")
    with pytest.raises(Refusal, match="is not in this clone") as told:
        foreseen(Workspace(git, LocalTarget(git.root)), "origin/main")
    assert "git fetch" in (told.value.fix or "")


def test_of_several_ledgers_one_must_be_named(lab: Laboratory, clone: Workspace) -> None:
    ledger = lab.ledger()
    run_git(clone.git.root, "update-ref", "refs/platform/another", str(ledger.tip()))
    with pytest.raises(Refusal, match="ledgers of several local targets"):
        foreseen(clone, "origin/main")
    made = foreseen(clone, "origin/main", target=lab.place.target_id())
    assert made.plan.changes == ()


def test_a_snapshot_that_was_tampered_with_is_refused(lab: Laboratory, clone: Workspace) -> None:
    said = [record.statement for record in lab.ledger().newest_first()][::-1]
    newest, since = newest_snapshot(said, "production")
    assert newest
    assert since == ()
    other, _ = newest_snapshot(said, "integration")
    assert other
    swapped = replace(newest, blob=other.blob)
    with pytest.raises(Refusal, match="it is not what its statement says"):
        read_snapshot(clone.git, swapped)


def test_a_plain_clone_foresees_a_shared_environment_from_the_companys_ledger(tmp_path: Path) -> None:
    lab = laboratory(tmp_path / "lab", ["1.0.0", "1.1.0"])
    shared = {name: environment(order) for order, name in enumerate(LAB_ENVIRONMENTS, start=1)}
    for name, said in shared.items():
        said["registry"] = {"provider": "mlflow", "uri": "https://mlflow.example.com", "prefix": f"{name}."}
    lab.commit({f"environments/{name}/environment.yaml": said for name, said in shared.items()}, "shared")
    commit = lab.pin("production", "1.1.0")
    run_git(tmp_path, "clone", "-q", "--bare", str(tmp_path / "lab"), "remote.git")
    run_git(lab.place.git.root, "remote", "add", "origin", str(tmp_path / "remote.git"))
    before, after = (lab.payloads[version].digest for version in ("1.0.0", "1.1.0"))
    taken = Snapshot(
        "production",
        "company",
        commit,
        "2026-11-01T10:00:00+00:00",
        {SCALER: {"1.0.0": RegisteredEntry(before, before), "1.1.0": RegisteredEntry(after, after)}},
        {SCALER: {"champion": "1.0.0"}},
        {SCALER: {before: ServedEntry("1.0.0", before, True, 1, before)}},
        {SCALER: {before: 100}},
    )
    publish_snapshot(shared_ledger(lab.place.git, "origin"), taken)
    run_git(tmp_path, "clone", "-q", str(tmp_path / "remote.git"), "clone")
    place = Workspace(Git(tmp_path / "clone"), LocalTarget(tmp_path / "clone"))
    made = foreseen(place, commit)
    assert [action for action, _ in changes(made)] == ["load", "probe", "route", "champion"]
    assert made.plan.target == "company"
    assert "nothing was ever applied to integration, so it is taken to be empty" in made.unknown
    shared_ledger(place.git, "origin").sync()
    publish_snapshot(
        shared_ledger(lab.place.git, "origin"), replace(taken, aliases={SCALER: {"champion": "1.1.0"}})
    )
    run_git(place.git.root, "fetch", "-q", "origin")
    assert [action for action, _ in changes(foreseen(place, commit))] == ["load", "probe", "route", "retire"]
