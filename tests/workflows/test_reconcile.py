"""reconcile.yml and drift.yml, run by act on a runner with real servers: from a merged pull request to an answer."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.request import Request, urlopen

import pytest

from mlplatform.core.target import LocalTarget
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


def move_champion(world: Hosted, version: str | None) -> str:
    """Point production's alias at a version (None: remove it) behind the platform's back; return where it was."""
    from mlflow.tracking import MlflowClient

    database = LocalTarget(world.runner).environment("production").registry_database
    client = MlflowClient(tracking_uri=f"sqlite:///{database}", registry_uri=f"sqlite:///{database}")
    before = str(client.get_registered_model("clinic.tumour").aliases["champion"]) if version is None else ""
    if version is None:
        client.delete_registered_model_alias("clinic.tumour", "champion")
    else:
        client.set_registered_model_alias("clinic.tumour", "champion", version)
    return before


def test_a_merged_promotion_answers_lineage_names_who_approved_it_and_a_second_run_changes_nothing(
    up: Hosted,
) -> None:
    merged_promotion(up)
    up.git(
        "tag", "origin/main", "HEAD~1"
    )  # whoever may push tags gets no other commit applied, and stops none
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
    digest = json.loads(up.platform("status", MODEL, "--json", code=None))["environments"]["production"][
        MODEL
    ]
    for environment in ("development", "integration"):
        store = up.runner / f".platform/{environment}/registry/artifacts/clinic.tumour"
        for file in store.glob(f"*{digest['desired']['digest'][7:19]}*/model/model.onnx"):
            file.chmod(0o644)
            file.write_bytes(file.read_bytes()[:-1] + b"\0")
    ran = up.run("reconcile.yml", "push", push(up))
    assert not ran.succeeded
    assert serving(up) == "1.0.0"
    (revert,) = [
        pull for pull in up.github.state.pulls.values() if pull.author.login == "platform-reconciler[bot]"
    ]
    assert revert.state == "open"
    assert "goes back from 1.1.0, which failed" in revert.title
    (outcome,) = [c["body"] for c in up.github.state.comments if "wholly in force" in c["body"]]
    assert "model.onnx was changed" in outcome


def test_what_was_changed_by_hand_is_an_issue_until_it_is_gone(up: Hosted) -> None:
    before = move_champion(up, None)
    ran = up.run("drift.yml", "schedule", {"schedule": "47 5 * * *"})
    assert not ran.succeeded
    (issue,) = up.github.state.issues
    assert issue["state"] == "open"
    assert "clinic/tumour was changed by hand (alias)" in issue["title"]
    move_champion(up, before)
    ran = up.run("drift.yml", "schedule", {"schedule": "47 5 * * *"})
    assert ran.succeeded, ran.output
    assert issue["state"] == "closed"
