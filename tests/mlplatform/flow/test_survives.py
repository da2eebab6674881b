"""An apply that is killed at any of its steps is finished by the next one, while requests go on being answered."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mlplatform.core.payload import short
from mlplatform.local.stack import known, start_all, stop_all
from mlplatform.providers.serving.triton import TritonServing
from mlplatform.record.ledger import Record
from tests.support.laboratory import REPOSITORY, SCALER, Laboratory, laboratory
from tests.support.stack import infer_body, needs_serving
from tests.support.traffic import Traffic

VERSIONS = [f"1.{minor}.0" for minor in range(1, 41)]
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
    made = laboratory(tmp_path_factory.mktemp("lab"), VERSIONS)
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
    """Everything that an apply is about: aliases, routes, loaded versions, folders, the outbox."""
    paths = lab.place.paths("production")
    registry, serving = lab.registry("production"), TritonServing.at(paths).observe()
    return {
        "aliases": dict(registry.aliases[SCALER]),
        "weights": dict(serving.weights[SCALER]),
        "loaded": sorted((held.version, held.ready) for held in serving.versions),
        "folders": sorted(folder.name for folder in paths.model_repository.iterdir()),
        "stored": sorted(folder.name for folder in (paths.artifacts / "lab.scaler").iterdir()),
        "outbox": sorted(file.name for file in lab.place.target.outbox.iterdir()),
    }


def uninterrupted(lab: Laboratory, old: str, new: str) -> dict[str, Any]:
    """The end state of an apply that nothing interrupted."""
    digests = {version: lab.payloads[version].digest for version in VERSIONS}
    so_far = VERSIONS[: VERSIONS.index(new) + 1]
    return {
        "aliases": {"champion": new, "previous": old},
        "weights": {digests[new]: 100},
        "loaded": sorted([(old, True), (new, True)]),
        "folders": sorted(f"lab.scaler.{short(digests[version])}" for version in (old, new)),
        "stored": sorted(digests[version].removeprefix("sha256:") for version in so_far),
        "outbox": [],
    }


def outcomes(record: Record) -> list[tuple[str, str]]:
    said = record.statement.predicate["outcomes"]
    return [(outcome["action"], outcome["result"]) for outcome in said]


def test_an_apply_killed_at_any_step_is_finished_by_the_next_one(lab: Laboratory, run: Run) -> None:
    for version in VERSIONS[:3]:
        lab.pin("production", version)
        passed = run("")
    assert end_state(lab) == uninterrupted(lab, VERSIONS[1], VERSIONS[2])
    points = [point for point in passed["points"] if point.startswith("before")] + passed["points"][-1:]
    assert {point.split()[1].split("#")[0] for point in points} >= STEPS
    assert len(points) < len(VERSIONS) - 3

    with Traffic(
        TritonServing.at(lab.place.paths("production")).url(SCALER), infer_body(), 2, pause=0.005
    ) as traffic:
        for point, old, new in zip(points, VERSIONS[2:], VERSIONS[3:], strict=False):
            lab.pin("production", new)
            traffic.answers.clear()
            assert run(point)["status"] == -9, f"the run was not killed {point}"
            assert run("")["status"] == 0, f"the run after the one killed {point} failed"
            assert end_state(lab) == uninterrupted(lab, old, new), f"after a kill {point}"
            traffic.wait_for(new, 1)
            assert set(traffic.answers) <= {old, new}, f"a wrong version answered after a kill {point}"
    assert traffic.failures == []


def test_every_interrupted_apply_is_on_the_ledger(lab: Laboratory) -> None:
    records = list(lab.place.ledger().newest_first())
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
    tip = lab.place.ledger().tip()
    assert run("")["status"] == 0
    assert {path: path.stat().st_mtime_ns for path in watched(lab)} == before
    assert lab.place.ledger().tip() == tip


def watched(lab: Laboratory) -> list[Path]:
    """Every file and folder of the target but what the servers log."""
    return sorted(path for path in lab.place.target.folder.rglob("*") if "logs" not in path.parts)
