"""reconcile.yml and drift.yml, run by act on a runner with real servers: from a merged pull request to an answer."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tests.support.github_state import Pull
from tests.support.hosted import Hosted

pytestmark = [pytest.mark.exhaustive, pytest.mark.servers]
MODEL = "clinic/tumour"
PROMOTED = "promote/production/clinic.tumour-1.1.0"


@pytest.fixture
def up(world: Hosted) -> Iterator[Hosted]:
    """A runner on which every environment runs."""
    world.platform("up")
    try:
        yield world
    finally:
        world.platform("down")


def push(world: Hosted) -> Mapping[str, Any]:
    return {"ref": "refs/heads/main", "after": world.git("rev-parse", "origin/main")}


def merged_promotion(world: Hosted) -> Pull:
    world.platform("promote", MODEL, "--to", "production")
    pull = world.open(PROMOTED)
    for owner in ("ada", "mary"):
        world.github.state.review(pull, world.person(owner))
    event = {"action": "completed", "workflow_run": {"name": "review", "head_sha": pull.head}}
    assert world.run("verdict.yml", "workflow_run", event).succeeded
    world.merge(pull)
    return pull


def serving(world: Hosted) -> str:
    """Return the version that answers a request in production."""
    status = json.loads(world.platform("status", MODEL, "--env", "production", "--json", code=None))
    url = status["environments"]["production"][MODEL]["url"]
    inputs = [{"name": "X", "datatype": "FP32", "shape": [1, 30], "data": [0.0] * 30}]
    request = Request(url, json.dumps({"inputs": inputs}).encode(), {"content-type": "application/json"})
    with urlopen(request, timeout=30) as answer:
        return str(json.load(answer)["model_version"])


def test_a_merged_promotion_answers_lineage_names_who_approved_it_and_a_second_run_changes_nothing(
    up: Hosted,
) -> None:
    merged_promotion(up)
    ran = up.run("reconcile.yml", "push", push(up))
    assert ran.succeeded, ran.output
    assert serving(up) == "1.1.0"
    lineage = json.loads(up.platform("lineage", MODEL, "--env", "production", "--json"))
    assert lineage["approved_by"] == ["ada", "mary"]
    (outcome,) = [c["body"] for c in up.github.state.comments if "in force in" in c["body"]]
    assert "✅" in outcome
    assert "route 1.0.0 → 1.1.0" in outcome
    again = up.run("reconcile.yml", "push", push(up))
    assert again.succeeded, again.output
    assert "no changes" in again.output


def test_a_rollout_that_fails_is_red_keeps_the_old_version_and_opens_its_revert(up: Hosted) -> None:
    merged_promotion(up)
    artifacts = up.runner / ".platform/integration/registry/artifacts"
    (file,) = [path for path in artifacts.rglob("model.onnx") if b"tumour" in str(path).encode()][-1:]
    file.write_bytes(file.read_bytes()[:-1] + b"\0")
    ran = up.run("reconcile.yml", "push", push(up))
    assert not ran.succeeded
    assert serving(up) == "1.0.0"
