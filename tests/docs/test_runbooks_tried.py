"""The runbooks, tried: each failure is brought about, seen as its page says, and ended by the commands of the page."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.core.target import LocalTarget
from mlplatform.providers.git import Git
from mlplatform.record.ledger import shared_ledger
from tests.acceptance.conftest import Clone, brought_up, clone
from tests.docs.runbooks import runbook
from tests.support.laboratory import run_git
from tests.support.records import registration_record

__all__ = ["brought_up", "clone"]
pytestmark = [pytest.mark.servers, pytest.mark.exhaustive]

TUMOUR = "clinic/tumour"
PROGRESSION = "environments/development/clinic/progression.yaml"
ROUTES = ".platform/production/serving/routes.json"


def see(clone: Clone, page: str, *command: str) -> None:
    """Run a command that fails and prints one of the messages of a page."""
    printed = clone.platform(*command, code=1)
    assert runbook(page).is_seen_in(printed), printed


def do(clone: Clone, page: str, *command: str) -> str:
    """Run a command that a page names, and which ends well."""
    assert any(line.startswith(" ".join(("platform", *command[:1]))) for line in runbook(page).commands)
    return clone.platform(*command)


def is_over(clone: Clone, environment: str = "production") -> None:
    """The status of an environment is as it should be, and requests are answered."""
    clone.platform("status", "--env", environment)


def kill_server(clone: Clone, name: str) -> None:
    """Kill a server of production as a lack of memory does."""
    record = LocalTarget(clone.root).environment("production").folder / "processes" / name
    pid = int(record.read_text().splitlines()[1].split()[0])
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not Path(f"/proc/{pid}/exe").exists())


def wait_for(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def scale(clone: Clone, instances: int) -> None:
    """Commit another number of instances of one model in development."""
    text = (clone.root / PROGRESSION).read_text()
    before, _, after = text.partition("instances: ")
    (clone.root / PROGRESSION).write_text(f"{before}instances: {instances}{after[1:]}")
    clone.commit(f"{instances} instances")


def test_triton_that_was_killed_is_started_again(clone: Clone) -> None:
    kill_server(clone, "triton")
    see(clone, "triton-down", "status", TUMOUR, "--env", "production")
    see(clone, "triton-down", "apply", "--env", "production")
    do(clone, "triton-down", "logs", TUMOUR, "--env", "production")
    do(clone, "triton-down", "up")
    is_over(clone)


def test_a_gateway_that_was_killed_is_started_again(clone: Clone) -> None:
    kill_server(clone, "gateway")
    see(clone, "gateway-down", "status", TUMOUR, "--env", "production")
    do(clone, "gateway-down", "up")
    is_over(clone)


def test_routes_that_cannot_be_read_are_written_again(clone: Clone) -> None:
    (clone.root / ROUTES).write_text("{")
    wait_for(lambda: clone.run("status", "--env", "production").returncode == 1)
    see(clone, "routes-unreadable", "status", TUMOUR, "--env", "production")
    (clone.root / ROUTES).unlink()
    do(clone, "routes-unreadable", "up")
    is_over(clone)
    clone.platform("drift", "--env", "production")


def test_a_version_whose_artifact_was_edited_is_held_and_tried_again(clone: Clone) -> None:
    pinned = (clone.root / "environments/integration/clinic/tumour.yaml").read_text()
    digest = pinned.split("digest: sha256:")[1][:64]
    folder = clone.root / f".platform/integration/registry/artifacts/clinic.tumour/{digest}"
    (artifact,) = folder.glob("model/model.onnx")
    good = artifact.read_bytes()
    artifact.write_bytes(good + b"x")
    clone.platform("promote", TUMOUR, "--to", "production", "--apply-locally", code=1)
    see(clone, "version-held", "status", TUMOUR, "--env", "production")
    artifact.write_bytes(good)
    do(clone, "version-held", "retry", TUMOUR, "--env", "production", "--reason", "it was restored")
    is_over(clone)


def test_a_wrong_version_is_rolled_back(clone: Clone) -> None:
    clone.platform("promote", TUMOUR, "--to", "production", "--apply-locally")
    wrong = clone.status("production", TUMOUR)
    assert wrong["state"] == "Ready"
    title = ("--severity", "P1", "--title", "Wrong scores", "--commander", "ada")
    do(clone, "wrong-version", "incident", "open", *title, "--model", TUMOUR, "--env", "production")
    do(
        clone,
        "wrong-version",
        "rollback",
        TUMOUR,
        "--env",
        "production",
        "--reason",
        "wrong",
        "--apply-locally",
    )
    right = clone.status("production", TUMOUR)
    assert (right["state"], right["actual"]["version"] < wrong["actual"]["version"]) == ("Ready", True)


def test_a_route_that_was_taken_away_by_hand_is_reverted(clone: Clone) -> None:
    routes = json.loads((clone.root / ROUTES).read_text())
    del routes["models"]["clinic.tumour"]
    routes["generation"] += 1
    (clone.root / ROUTES).write_text(json.dumps(routes))
    see(clone, "changed-by-hand", "drift", "--env", "production")
    do(clone, "changed-by-hand", "drift", "--env", "production", "--revert", "--reason", "routed by hand")
    clone.platform("drift", "--env", "production")
    is_over(clone)


def test_a_tenant_that_was_blocked_is_applied_once_its_document_is_repaired(clone: Clone) -> None:
    tenant = "tenants/clinic/tenant.yaml"
    clone.replace(tenant, "monthlyUSD: 2000", "monthlyUSD: 1")
    clone.commit("a budget of a dollar")
    see(clone, "tenant-blocked", "apply", "--env", "production")
    assert clone.status("production", TUMOUR)["state"] == "Blocked"
    clone.platform("check", code=1)
    clone.replace(tenant, "monthlyUSD: 1", "monthlyUSD: 2000")
    clone.commit("the budget as it was")
    do(clone, "tenant-blocked", "check")
    is_over(clone)


def test_an_apply_that_was_killed_is_finished_by_the_next(clone: Clone) -> None:
    scale(clone, 2)
    outbox = clone.root / ".platform/outbox"
    command = [".venv/bin/platform", "apply", "--env", "development"]
    program = str(Path(__file__).parents[2] / command[0])
    with subprocess.Popen([program, *command[1:]], cwd=clone.root, stdout=subprocess.DEVNULL) as apply:
        wait_for(lambda: any(outbox.iterdir()) if outbox.exists() else False)
        apply.kill()
    see(clone, "apply-interrupted", "status", "--env", "development")
    do(clone, "apply-interrupted", "apply", "--env", "development")
    is_over(clone, "development")
    assert list(outbox.iterdir()) == []


def test_a_registry_that_was_damaged_is_put_back(clone: Clone, tmp_path: Path) -> None:
    database = clone.root / ".platform/development/registry/mlflow.db"
    shutil.copy(database, tmp_path / "backup")
    database.write_text("no database")
    see(clone, "registry-unreadable", "plan", "--env", "development")
    shutil.copy(tmp_path / "backup", database)
    do(clone, "registry-unreadable", "drift", "--env", "development")
    assert "no changes" in clone.platform("plan", "--env", "development")


def test_a_lost_key_of_a_laptop_is_made_anew(clone: Clone) -> None:
    key = clone.root / ".platform/recorder"
    key.write_text("no key")
    key.with_name("recorder.pub").unlink()
    scale(clone, 2)
    see(clone, "recorder-key-lost", "apply", "--env", "development")
    key.unlink()
    do(clone, "recorder-key-lost", "apply", "--env", "development")
    is_over(clone, "development")


def test_a_copied_checkout_makes_a_target_of_its_own(clone: Clone, tmp_path: Path) -> None:
    shutil.copytree(clone.root, tmp_path / "copy", symlinks=True)
    copy = Clone(tmp_path / "copy", clone.command)
    see(copy, "checkout-copied", "status")
    is_over(clone)


def test_personal_data_that_came_to_main_is_found_and_gone_once_it_is_taken_out(clone: Clone) -> None:
    incident = clone.root / "incidents/2026-11-30-wrong-scores.yaml"
    incident.parent.mkdir()
    incident.write_text("schema: incident/v1\ntitle: Wrong for jane.roe@example.com\n")
    clone.commit("an incident")
    see(clone, "pii-leak", "check", "--all")
    do(clone, "pii-leak", "lineage", "--dataset", "clinic/biopsies")
    do(clone, "pii-leak", "status", "--tenant", "clinic")
    incident.unlink()
    clone.commit("without it")
    clone.platform("check", "--all")


def test_a_secret_that_came_to_main_is_found_and_gone_once_it_is_taken_out(clone: Clone) -> None:
    note = clone.root / "examples/data/clinic/README.md"
    note.write_text("TOKEN = gh" + "p_16C7e42F292c6912E7710c838347Ae178B4a\n")
    clone.commit("a note")
    see(clone, "secret-leak", "check", "--all")
    note.unlink()
    clone.commit("without it")
    do(clone, "secret-leak", "check", "--all")


def test_a_ledger_that_was_rewritten_is_put_back_from_a_clone_that_has_it(tmp_path: Path) -> None:
    run_git(tmp_path, "init", "-q", "--bare", "remote")
    run_git(tmp_path, "clone", "-q", "remote", "clone")
    ledger = shared_ledger(Git(tmp_path / "clone"), "origin")
    statements = [registration_record(TUMOUR, "1.0.0", run=run) for run in "ab"]
    first, second = (ledger.append(statement) for statement in statements)
    run_git(tmp_path / "clone", "push", "-q", "--force", "origin", f"{first}:refs/heads/evidence")
    with pytest.raises(Refusal) as refused:
        ledger.sync()
    assert runbook("ledger-rewritten").is_seen_in(str(refused.value))
    (push,) = (line for line in runbook("ledger-rewritten").commands if line.startswith("git push"))
    run_git(tmp_path / "clone", *push.split()[1:])
    ledger.sync()
    assert ledger.tip() == second
