"""record.yml, run by act: what comes to main is on record with its reviews, once, and a plain clone verifies it."""

import json
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mlplatform.core.kinds.git_host import GITHUB_ACTIONS
from mlplatform.providers.signing.envelope import payload_of
from tests.support.github_state import Pull
from tests.support.hosted import PLATFORM, Hosted

pytestmark = pytest.mark.exhaustive
TENANT = "tenants/clinic/tenant.yaml"


def push(world: Hosted) -> Mapping[str, Any]:
    return {"ref": "refs/heads/main", "after": world.git("rev-parse", "origin/main")}


def merged(world: Hosted) -> Pull:
    """Have a change reviewed, judged and merged."""
    text = (world.runner / TENANT).read_text()
    pull = world.propose("describe", {TENANT: text.replace("description: ", "description: Reviewed; ")})
    for owner in ("ada", "mary"):
        world.github.state.review(pull, world.person(owner))
    event = {"action": "completed", "workflow_run": {"name": "review", "head_sha": pull.head}}
    ran = world.run("verdict.yml", "workflow_run", event)
    assert ran.succeeded, ran.output
    world.github.state.app("github-actions", GITHUB_ACTIONS)
    run = {"name": "required", "conclusion": "success", "app": "github-actions"}
    world.github.state.check_runs.append({"sha": pull.head, **run})
    world.merge(pull)
    pull.merged_at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"  # as git says of the merge commit
    return pull


def records(world: Hosted) -> list[dict[str, Any]]:
    """Return the predicates on the company's ledger, oldest first."""
    world.git("fetch", "-q", "origin", "evidence")
    commits = world.git("rev-list", "--reverse", "FETCH_HEAD").split()
    envelopes = [world.git("show", f"{commit}:envelope.json") for commit in commits]
    return [json.loads(payload_of(envelope.encode()))["predicate"] for envelope in envelopes]


def test_a_merged_pull_request_is_on_record_once_and_a_plain_clone_verifies_it(
    world: Hosted, tmp_path: Path
) -> None:
    pull = merged(world)
    for _ in range(2):
        ran = world.run("record.yml", "push", push(world))
        assert ran.succeeded, ran.output
    (record,) = records(world)
    assert record["merge"]["name"] == f"#{pull.number}"
    assert record["approvals"][TENANT]["approvedBy"] == ["ada", "mary"]
    results = {check["name"]: check["result"] for check in record["checks"] if check["required"]}
    assert results == {"platform check": "passed", "platform/verdict": "passed", "required": "passed"}
    clone = tmp_path / "auditor"
    subprocess.run(["git", "clone", "-q", str(world.origin), str(clone)], check=True)
    trust = subprocess.run([PLATFORM, "evidence", "trust"], cwd=clone, capture_output=True, check=True)
    (tmp_path / "trust.yaml").write_bytes(trust.stdout)
    verify = [PLATFORM, "evidence", "verify", "--trust", str(tmp_path / "trust.yaml"), "--json"]
    done = subprocess.run(verify, cwd=clone, capture_output=True, text=True, check=False)
    assert json.loads(done.stdout)["problems"] == []


def test_a_direct_push_is_on_record_as_what_nobody_reviewed(world: Hosted) -> None:
    merged(world)
    assert world.run("record.yml", "push", push(world)).succeeded
    world.git("checkout", "-q", "main")
    world.git("commit", "-q", "--allow-empty", "-m", "nobody looked")
    world.git("push", "-q", "origin", "HEAD:main")
    ran = world.run("record.yml", "push", push(world))
    assert ran.succeeded, ran.output
    _, pushed = records(world)
    assert (pushed["merge"], pushed["denied"]) == (None, ["it came to main without a pull request"])
