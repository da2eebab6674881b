"""An apply that is killed at any of its steps is finished by the next one, while requests go on being answered."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from mlplatform.core.payload import short
from mlplatform.flow.past import holds_in
from mlplatform.local.stack import known, start_all, stop_all
from mlplatform.providers.serving.triton import TritonServing
from mlplatform.record.ledger import Record
from tests.support.laboratory import REPOSITORY, SCALER, Laboratory, laboratory
from tests.support.stack import infer_body, needs_serving
from tests.support.traffic import Traffic

VERSIONS = [f"1.{minor}.0" for minor in range(1, 41)]
BROKEN = [f"2.{minor}.0" for minor in range(1, 31)]
STEPS = {
    "registry.add",
    "serving.ensure",
    "serving.probe",
    "serving.route",
    "registry.point",
    "serving.retire",
}
Run = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """A running production with the second version in force and the first one kept for a rollback."""
    needs_serving()
    made = laboratory(tmp_path_factory.mktemp("lab"), VERSIONS, broken=BROKEN)
    start_all(made.place.target, ["production"])
    yield made
    stop_all(made.place.target, known(made.place.target))


@pytest.fixture(scope="module")
def run(lab: Laboratory) -> Iterator[Run]:
    """Apply HEAD to production in a child that is killed at the named point, or at none."""
    command = [sys.executable, "-m", "tests.support.killed_apply", str(lab.place.git.root), "production"]
    environment = {"PYTHONPATH": f"{REPOSITORY}:{REPOSITORY / 'tools'}", "PATH": "/usr/bin:/bin"}
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, text=True, cwd=REPOSITORY, env=environment
    ) as server:
        assert server.stdin
        assert server.stdout

        def ask(point: str) -> dict[str, Any]:
            assert server.stdin
            assert server.stdout
            print(point, file=server.stdin, flush=True)
            said: dict[str, Any] = json.loads(server.stdout.readline())
            return said

        yield ask
        server.stdin.close()


def end_state(lab: Laboratory) -> dict[str, Any]:
    """Everything that an apply is about: aliases, routes, loaded versions, folders, the outbox, what is on hold."""
    paths = lab.place.paths("production")
    registry, serving = lab.registry("production"), TritonServing.at(paths).observe()
    return {
        "aliases": dict(registry.aliases.get(SCALER, {})),
        "weights": dict(serving.weights.get(SCALER, {})),
        "loaded": sorted((held.version, held.ready) for held in serving.versions),
        "folders": sorted(folder.name for folder in paths.model_repository.iterdir()),
        "stored": {folder.name for folder in (paths.artifacts / "lab.scaler").iterdir()},
        "outbox": sorted(file.name for file in lab.place.target.outbox.iterdir()),
        "held": sorted(hold.version for hold in holds_in(lab.place, "production").values()),
    }


def uninterrupted(
    lab: Laboratory, champion: str | None, previous: str | None, so_far: Sequence[str], held: Sequence[str]
) -> dict[str, Any]:
    """The end state of applies that nothing interrupted, when these versions were in production so far."""
    digest = {version: ref.digest for version, ref in lab.payloads.items()}
    running = [version for version in (champion, previous) if version]
    aliases = {"champion": champion, "previous": previous}
    return {
        "aliases": {alias: version for alias, version in aliases.items() if version},
        "weights": {digest[champion]: 100} if champion else {},
        "loaded": sorted((version, True) for version in running),
        "folders": sorted(f"lab.scaler.{short(digest[version])}" for version in running),
        "stored": {digest[version].removeprefix("sha256:") for version in (*so_far, *held)},
        "outbox": [],
        "held": sorted(held),
    }


def outcomes(record: Record) -> list[tuple[str, str]]:
    said = record.statement.predicate.get("outcomes", ())
    return [(outcome["action"], outcome["result"]) for outcome in said]


def points_of(passed: Mapping[str, Any]) -> list[str]:
    """Where to kill: before everything that a run did, and after the last of it."""
    points: list[str] = passed["points"]
    return [point for point in points if point.startswith("before")] + points[-1:]


@pytest.fixture(scope="module")
def traffic(lab: Laboratory, run: Run) -> Iterator[Traffic]:
    """Requests that go on through everything, from the first version on."""
    lab.pin("production", VERSIONS[0])
    run("")
    url = TritonServing.at(lab.place.paths("production")).url(SCALER)
    with Traffic(url, infer_body(), 2, pause=0.005) as requests:
        yield requests


def test_a_promotion_killed_at_any_step_is_finished_by_the_next_run(
    lab: Laboratory, run: Run, traffic: Traffic
) -> None:
    for version in VERSIONS[1:3]:
        lab.pin("production", version)
        passed = run("")
    points = points_of(passed)
    assert {point.split()[1].split("#")[0] for point in points} >= STEPS
    assert len(points) < len(VERSIONS) - 3
    for at, (point, old, new) in enumerate(zip(points, VERSIONS[2:], VERSIONS[3:], strict=False), start=4):
        lab.pin("production", new)
        traffic.answers.clear()
        assert run(point)["status"] == -9, f"the run was not killed {point}"
        assert run("")["status"] == 0, f"the run after the one killed {point} failed"
        assert end_state(lab) == uninterrupted(lab, new, old, VERSIONS[:at], []), f"after a kill {point}"
        traffic.wait_for(new, 1)
        assert set(traffic.answers) <= {old, new}, f"a wrong version answered after a kill {point}"
    assert traffic.failures == []


def test_every_interrupted_apply_is_on_the_ledger(lab: Laboratory) -> None:
    records = list(lab.ledger().newest_first())
    interrupted = [record for record in records if ("champion", "not-attempted") in outcomes(record)]
    assert len(interrupted) >= 4
    assert len({record.id for record in records}) == len(records)
    applied = {
        outcome["after"]["champion"]
        for record in records
        for outcome in record.statement.predicate["outcomes"]
        if outcome["action"] == "champion" and outcome["after"]
    }
    assert applied >= set(VERSIONS[:10])


def test_an_apply_of_what_is_there_writes_nothing(lab: Laboratory, run: Run) -> None:
    before = {path: path.stat().st_mtime_ns for path in watched(lab)}
    tip = lab.ledger().tip()
    assert run("")["status"] == 0
    assert {path: path.stat().st_mtime_ns for path in watched(lab)} == before
    assert lab.ledger().tip() == tip


def test_a_version_that_fails_is_put_on_hold_wherever_the_run_is_killed(
    lab: Laboratory, run: Run, traffic: Traffic
) -> None:
    before = end_state(lab)["aliases"]
    champion, previous = before["champion"], before["previous"]
    so_far = VERSIONS[: VERSIONS.index(champion) + 1]
    lab.pin("production", BROKEN[0])
    passed = run("")
    assert passed["status"] == 1
    assert end_state(lab) == uninterrupted(lab, champion, previous, so_far, BROKEN[:1])
    points = [point for point in points_of(passed) if "rename" not in point and "replace" not in point]
    assert len(points) < len(BROKEN)
    for at, (point, bad) in enumerate(zip(points, BROKEN[1:], strict=False), start=2):
        lab.pin("production", bad)
        traffic.answers.clear()
        assert run(point)["status"] == -9, f"the run was not killed {point}"
        assert run("")["status"] == 1, f"the version was not on hold after a kill {point}"
        assert end_state(lab) == uninterrupted(lab, champion, previous, so_far, BROKEN[:at]), point
        traffic.wait_for(champion, 1)
        assert set(traffic.answers) == {champion}, f"a wrong version answered after a kill {point}"
    assert traffic.failures == []


def test_a_version_on_hold_is_not_tried_again_and_nothing_is_written(lab: Laboratory, run: Run) -> None:
    tip = lab.ledger().tip()
    passed = run("")
    assert (passed["status"], passed["points"]) == (1, [])
    assert lab.ledger().tip() == tip


def test_the_revert_of_what_failed_is_proposed_on_a_branch(lab: Laboratory) -> None:
    champion = end_state(lab)["aliases"]["champion"]
    branches = lab.place.git.run("branch", "--list", "rollback/*", "--format=%(refname:short)").decode()
    assert f"rollback/production/lab.scaler-{champion}" in branches.split()


def test_a_rollback_killed_at_any_step_is_finished_by_the_next_run(
    lab: Laboratory, run: Run, traffic: Traffic
) -> None:
    was = end_state(lab)
    champion, previous = was["aliases"]["champion"], was["aliases"]["previous"]
    so_far = VERSIONS[: VERSIONS.index(champion) + 1]
    lab.pin("production", previous)
    points = points_of(run(""))
    old, new = previous, champion
    for point in points:
        lab.pin("production", new)
        traffic.answers.clear()
        assert run(point)["status"] == -9, f"the run was not killed {point}"
        assert run("")["status"] == 0, f"the run after the one killed {point} failed"
        assert end_state(lab) == uninterrupted(lab, new, old, so_far, was["held"]), f"after a kill {point}"
        traffic.wait_for(new, 1)
        assert set(traffic.answers) <= {old, new}, f"a wrong version answered after a kill {point}"
        old, new = new, old
    assert traffic.failures == []


def test_a_removal_killed_at_any_step_is_finished_by_the_next_run(
    lab: Laboratory, run: Run, traffic: Traffic
) -> None:
    was = end_state(lab)
    champion = was["aliases"]["champion"]
    so_far = [version for version in VERSIONS if lab.payloads[version].digest[7:] in was["stored"]]
    lab.remove("production")
    run("")
    lab.pin("production", champion)
    run("")
    lab.remove("production")
    for point in points_of(run("")):
        lab.pin("production", champion)
        assert run("")["status"] == 0
        lab.remove("production")
        assert run(point)["status"] == -9, f"the run was not killed {point}"
        assert run("")["status"] == 0, f"the run after the one killed {point} failed"
        assert end_state(lab) == uninterrupted(lab, None, None, so_far, was["held"]), f"after a kill {point}"


def watched(lab: Laboratory) -> list[Path]:
    """Every file and folder of the target but what the servers log."""
    return sorted(path for path in lab.place.target.folder.rglob("*") if "logs" not in path.parts)
