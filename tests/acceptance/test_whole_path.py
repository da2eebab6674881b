"""From reviewed YAML to answers, with the example tenants, in a clone that was brought up."""

import http.client
import json
import os
import re
import shlex
import signal
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from mlplatform.core.payload import short_digest
from mlplatform.core.target import LocalTarget
from mlplatform.local.stack import state
from tests.acceptance.conftest import Clone
from tests.support.traffic import Traffic
from tests.support.waiting import DEADLINE_SECONDS, wait_until

TUMOUR = "clinic/tumour"
PINNED = "environments/production/clinic/tumour.yaml"
BODY = json.dumps(
    {"inputs": [{"name": "X", "datatype": "FP32", "shape": [1, 30], "data": [1.0] * 30}]}
).encode()


def answer(url: str) -> dict[str, Any]:
    place = urlsplit(url)
    connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=DEADLINE_SECONDS)
    connection.request("POST", place.path, BODY)
    said: dict[str, Any] = json.loads(connection.getresponse().read())
    connection.close()
    return said


def url_of(clone: Clone, environment: str = "production") -> str:
    return str(clone.status(environment, TUMOUR)["url"])


def written(clone: Clone) -> dict[Path, int]:
    """When each file and folder of the repository was last written, but for what servers log."""
    found = [
        path for path in clone.root.rglob("*") if "logs" not in path.parts and "__pycache__" not in path.parts
    ]
    return {path: path.lstat().st_mtime_ns for path in found if not path.name.endswith(".log")}


def test_up_ends_with_a_table_and_a_request_that_answers_with_the_pinned_version(clone: Clone) -> None:
    said = (clone.root.parent / "up.txt").read_text()
    rows = [line for line in said.splitlines() if " Ready " in line]
    assert len(rows) == 9
    request = shlex.split(said[said.index("curl ") :])
    done = subprocess.run([*request, "-i"], capture_output=True, text=True, check=True)
    model = re.search(r"models/([a-z]+)\.([a-z]+)/infer", " ".join(request))
    assert model
    pinned = (clone.root / f"environments/production/{model[1]}/{model[2]}.yaml").read_text()
    version = re.search(r"^version: (.*)$", pinned, re.MULTILINE)
    assert version
    assert f"x-model-version: {version[1]}" in done.stdout


def test_up_again_changes_nothing_and_writes_nothing(clone: Clone) -> None:
    before = written(clone)
    said = clone.platform("up")
    assert said.count(": no changes") == 3
    assert written(clone) == before


def test_up_left_no_branch_and_no_tracked_change(clone: Clone) -> None:
    git = ["git", "-C", str(clone.root)]
    branches = subprocess.run(
        [*git, "branch", "--format=%(refname:short)"], capture_output=True, text=True, check=True
    )
    assert branches.stdout.split() == ["main"]
    changed = subprocess.run([*git, "status", "--porcelain"], capture_output=True, text=True, check=True)
    assert changed.stdout == ""


def test_every_environment_answers_with_the_version_that_it_pins(clone: Clone) -> None:
    versions = {
        env: answer(url_of(clone, env))["model_version"]
        for env in ("development", "integration", "production")
    }
    assert versions == {"development": "1.2.0", "integration": "1.1.0", "production": "1.0.0"}


@pytest.mark.parametrize(
    "args",
    [
        ("status",),
        ("status", TUMOUR, "--env", "production"),
        ("models",),
        ("drift",),
        ("drift", TUMOUR, "--env", "production"),
        ("diff", "development", "production"),
        ("logs", TUMOUR, "--env", "production"),
        ("lineage", TUMOUR, "--env", "production"),
        ("plan", "--env", "production"),
        ("apply", "--env", "production"),
        ("check",),
    ],
    ids=" ".join,
)
def test_what_a_command_prints_with_json_is_json(clone: Clone, args: tuple[str, ...]) -> None:
    assert isinstance(json.loads(clone.platform(*args, "--json")), dict)


def test_models_lists_every_registered_version_and_where_it_runs(clone: Clone) -> None:
    versions = json.loads(clone.platform("models", TUMOUR, "--json"))["versions"]
    registered = {(one["environment"], one["version"]) for one in versions if one["registered"]}
    assert registered == {
        *(("development", number) for number in ("1.0.0", "1.1.0", "1.2.0")),
        ("integration", "1.1.0"),
        ("production", "1.0.0"),
    }
    answering = {one["environment"]: one for one in versions if one["requestsPercent"] == 100}
    assert {name: one["version"] for name, one in answering.items()} == {
        "development": "1.2.0",
        "integration": "1.1.0",
        "production": "1.0.0",
    }
    assert all(one["pinned"] and one["aliases"] == ["champion"] for one in answering.values())
    assert all(one["metrics"]["auc"] > 0.9 for one in versions)


def test_status_and_drift_show_what_was_asked_for_alone(clone: Clone) -> None:
    shown = json.loads(clone.platform("status", "--tenant", "postal", "--env", "production", "--json"))
    assert {name: list(models) for name, models in shown["environments"].items()} == {
        "production": ["postal/digits"]
    }
    drifts = json.loads(clone.platform("drift", "--tenant", "postal", "--json"))["environments"]
    assert list(drifts) == ["development", "integration", "production"]


def test_what_will_be_denied_is_said_when_it_is_proposed(clone: Clone) -> None:
    said = clone.run("deploy", TUMOUR, "1.0.0", "--env", "development", "--json")
    proposal = json.loads(said.stdout)
    assert (said.returncode, [one["rule"] for one in proposal["check"]["findings"]]) == (1, ["semver-order"])
    subprocess.run(["git", "-C", str(clone.root), "branch", "-qD", proposal["branch"]], check=True)


def test_lineage_names_run_commit_data_and_who_approved(clone: Clone) -> None:
    said = json.loads(clone.platform("lineage", TUMOUR, "--env", "production", "--json"))
    assert re.fullmatch("[0-9a-f]{32}", said["run"])
    assert re.fullmatch("[0-9a-f]{40}", said["commit"])
    assert said["pinned"] == said["change"]
    assert [(used["name"], used["classification"]) for used in said["data"]] == [("clinic/biopsies", "pii")]
    assert said["approved_by"] == ["local-unreviewed"]


def test_a_promotion_without_apply_locally_is_a_branch_for_review_and_nothing_else(clone: Clone) -> None:
    before = (clone.root / PINNED).read_bytes()
    said = json.loads(clone.platform("promote", TUMOUR, "--to", "production", "--json"))
    assert said["branch"] == "promote/production/clinic.tumour-1.1.0"
    assert (clone.root / PINNED).read_bytes() == before
    clone.platform("check", "--base", "main", "--head", said["branch"])


def test_promotion_through_integration_to_production_and_rollback_lose_no_request(clone: Clone) -> None:
    with Traffic(url_of(clone), BODY, 2, pause=0.005) as traffic:
        traffic.wait_for("1.0.0", 20)
        clone.platform("promote", TUMOUR, "--to", "integration", "--apply-locally")
        assert answer(url_of(clone, "integration"))["model_version"] == "1.2.0"
        clone.platform("promote", TUMOUR, "--to", "production", "--apply-locally")
        traffic.wait_for("1.2.0", 20)
        now = clone.status("production", TUMOUR)
        assert (now["state"], now["actual"]["version"], now["desired"]["version"]) == (
            "Ready",
            "1.2.0",
            "1.2.0",
        )
        why = ("--reason", "wrong on small biopsies")
        clone.platform("rollback", TUMOUR, "--env", "production", "--apply-locally", *why)
        traffic.wait_for("1.0.0", 20)
    assert traffic.failures == []
    assert set(traffic.answers) == {"1.0.0", "1.2.0"}
    assert clone.status("production", TUMOUR)["state"] == "Ready"
    assert_git_tells_the_story(clone)


def assert_git_tells_the_story(clone: Clone) -> None:
    command = [
        "git",
        "-C",
        str(clone.root),
        "log",
        "--no-merges",
        "--format=%s%n%b",
        "--",
        "environments/production",
    ]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "production: clinic/tumour 1.0.0 → 1.2.0 (promotion from integration)" in told
    assert "production: clinic/tumour 1.2.0 → 1.0.0 (rollback)" in told
    assert "wrong on small biopsies" in told


@pytest.mark.exhaustive
def test_skipping_an_environment_is_refused_by_the_rule_of_promotion(clone: Clone) -> None:
    integration = clone.root / "environments/integration/postal/digits.yaml"
    production = clone.root / "environments/production/postal/digits.yaml"
    development = (clone.root / "environments/development/postal/digits.yaml").read_text()
    assert integration.read_text() != development or "1.1.0" in development
    production.write_text(
        development.replace("version: 1.1.0", "version: 1.3.0").replace(
            "from: {", "from: {environment: integration, "
        )
    )
    found = json.loads(clone.run("check", "--base", "HEAD", "--json").stdout)["findings"]
    assert [f["rule"] for f in found if f["rule"].startswith("promotion")], found
    assert {f["path"] for f in found} == {"environments/production/postal/digits.yaml"}


@pytest.mark.exhaustive
def test_a_byte_changed_in_a_registered_model_stops_its_promotion_by_file_name(clone: Clone) -> None:
    store = clone.root / ".platform/development/registry/artifacts/clinic.progression"
    payloads = sorted(store.glob("*/model/model.onnx"))
    pinned = clone.status("development", "clinic/progression")["desired"]["digest"]
    payload = next(path for path in payloads if short_digest(pinned) in str(path))
    held = payload.read_bytes()
    os.chmod(payload, 0o644)  # noqa: PTH101
    payload.write_bytes(held[:-1] + bytes([held[-1] ^ 1]))
    said = clone.platform("promote", "clinic/progression", "--to", "integration", "--apply-locally", code=1)
    assert "model.onnx was changed" in said
    assert "reverts it: merge it" in said
    status = clone.status("integration", "clinic/progression")
    assert (status["state"], status["actual"]["version"]) == ("Held", "1.0.0")
    payload.write_bytes(held)
    assert "on hold" in clone.platform("apply", "--env", "integration", code=1)
    retry = ("retry", "clinic/progression", "--env", "integration", "--reason", "the bytes are back")
    assert "is no longer on hold in integration" in clone.platform(*retry)
    assert clone.status("integration", "clinic/progression")["state"] == "Ready"


@pytest.mark.exhaustive
def test_training_that_gives_other_bytes_than_reviewed_is_refused_and_rewrites_nothing(clone: Clone) -> None:
    path = "environments/development/postal/digits.yaml"
    clone.replace(path, "version: 1.1.0", "version: 1.2.0")
    clone.commit("pin a version whose bytes are other ones")
    said = clone.platform("up", code=1)
    assert f"{path}:4:1" in said
    assert "the artifact differs from the reviewed one" in said
    assert clone.status("development", "postal/digits")["actual"]["version"] == "1.1.0"


@pytest.mark.exhaustive
def test_a_spoiled_route_file_harms_no_answer_and_the_next_apply_writes_it_again(clone: Clone) -> None:
    url, routes = url_of(clone), LocalTarget(clone.root).environment("production").routes
    routes.write_text("{")
    wait_until(lambda: clone.status("production", TUMOUR)["state"] == "Degraded")
    assert answer(url)["model_version"] == "1.0.0"
    clone.platform("apply", "--env", "production")
    assert clone.status("production", TUMOUR)["state"] == "Ready"
    assert json.loads(routes.read_text())["models"].keys() >= {"clinic.tumour", "postal.digits"}


@pytest.mark.exhaustive
@pytest.mark.parametrize("server", ["triton", "gateway"])
def test_a_dead_server_is_one_clear_sentence_and_up_brings_it_back(clone: Clone, server: str) -> None:
    os.kill(state(LocalTarget(clone.root).environment("production"))[server], signal.SIGKILL)
    said = clone.platform("apply", "--env", "production", code=1)
    assert "platform up" in said
    assert "Traceback" not in said
    assert clone.status("production", TUMOUR)["state"] == "Degraded"
    clone.platform("up")
    assert answer(url_of(clone))["model_version"] == "1.0.0"


def test_down_stops_what_up_started_and_a_promotion_then_merges_nothing(clone: Clone) -> None:
    url = url_of(clone)
    assert "production gateway" in json.loads(clone.platform("down", "--json"))["stopped"]
    with pytest.raises(ConnectionRefusedError):
        answer(url)
    assert clone.platform("down").strip() == "nothing was running"
    tip = ["git", "-C", str(clone.root), "for-each-ref", "refs/heads"]
    before = subprocess.run(tip, capture_output=True, text=True, check=True).stdout
    said = clone.platform("promote", TUMOUR, "--to", "production", "--apply-locally", code=1)
    assert "platform up" in said
    assert subprocess.run(tip, capture_output=True, text=True, check=True).stdout == before
