"""A shared registry that is down, slow, broken or cut off: a refusal or a failed change, and nothing half done."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mlplatform.cli.main import main
from mlplatform.core.errors import Refusal
from mlplatform.core.outcome import Result
from mlplatform.core.plan import Plan
from mlplatform.core.reconciled import Reconciled
from mlplatform.flow.check.run_check import load_repository
from mlplatform.flow.drift.drift import find_drift
from mlplatform.flow.progress import SILENT
from mlplatform.flow.reconcile.reconcile import reconcile
from mlplatform.flow.rollback.holds import holds_in
from mlplatform.flow.rollback.retry import lift_hold
from mlplatform.providers.git import Git
from mlplatform.providers.http import Endpoint, HttpAnswer, HttpRequest, Use
from mlplatform.providers.lease.remote import remote_lease
from mlplatform.providers.mlflow import server
from mlplatform.providers.registry.interface import Lineage
from mlplatform.providers.serving.triton import TritonServing
from mlplatform.record.journal_to_ledger import begin_journal
from mlplatform.record.ledger import shared_ledger
from tests.support.known_state import Template
from tests.support.laboratory import DATA, REPOSITORY, SCALER, Laboratory, connected, laboratory, run_git
from tests.support.mlflow_between import Asked, Between, anything, between
from tests.support.mlflow_server import Running, empty_mlflow, mlflow
from tests.support.payloads import write_payload
from tests.support.records import run_header
from tests.support.stack import infer_body, scaling_model, servers
from tests.support.tiers import cell
from tests.support.traffic import Traffic
from tests.support.values import ENVIRONMENTS, METRICS

__all__ = ["empty_mlflow", "mlflow"]
pytestmark = pytest.mark.servers

VERSIONS = BEFORE, NEW = ["1.1.0", "1.2.0"]
SAYS = {
    "down": "does not answer",
    "slow": "gave no answer within",
    "error": "answered 500: the database is gone",
    "garbage": "answered something that no MLflow server says",
    "noise": "answered something that no MLflow server says",
    "cut": "ended the connection in its answer",
    "lost": "does not answer",
}


@pytest.fixture(scope="module")
def proxy(empty_mlflow: Running) -> Iterator[Between]:
    with between(empty_mlflow.port) as made:
        yield made


@pytest.fixture(scope="module")
def template(
    empty_mlflow: Running, proxy: Between, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Template[Laboratory]]:
    """A production on a shared registry, whose first version is in force."""
    made = laboratory(tmp_path_factory.mktemp("lab"), VERSIONS, shared=proxy.url)
    with servers(made.place.target, "production"):
        made.pin("production", BEFORE)
        assert apply(made).is_done
        yield Template.of(made, empty_mlflow.folder)


def apply(lab: Laboratory) -> Reconciled:
    return reconcile(lab.place, load_repository(lab.place.git, "HEAD"), "production", SILENT)


def retry(lab: Laboratory) -> None:
    repository = load_repository(lab.place.git, "HEAD")
    lift_hold(lab.place, repository, "production", SCALER, None, "it is repaired")


def state(lab: Laboratory) -> dict[str, Any]:
    """What an apply is about: aliases and versions, routes, what is loaded, the outbox."""
    registry = lab.registry("production")
    serving = TritonServing.at(lab.place.paths("production")).observe()
    return {
        "aliases": dict(registry.aliases[SCALER]),
        "weights": dict(serving.weights[SCALER]),
        "loaded": sorted(held.version for held in serving.versions if held.ready),
        "outbox": list(lab.place.target.outbox.iterdir()),
        "notes": registry.notes,
    }


def give_up_early(monkeypatch: pytest.MonkeyPatch, gives_up: Asked) -> None:
    """Have the calls that nobody will answer in time end after a second, and no others."""
    real = server.exchange

    def exchange(
        endpoint: Endpoint, request: HttpRequest, seconds: float, use: Callable[[int], Use]
    ) -> HttpAnswer:
        path = request.target.partition("?")[0]
        return real(endpoint, request, 1.0 if gives_up(request.method, path) else seconds, use)

    monkeypatch.setattr(server, "exchange", exchange)


@pytest.mark.parametrize("fault", SAYS)
def test_a_plan_and_an_apply_are_refused_with_the_cause_and_nothing_changes(
    fault: str,
    lab: Laboratory,
    proxy: Between,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before, tip = state(lab), lab.ledger().tip()
    monkeypatch.chdir(lab.place.git.root)
    with proxy.broken(fault), monkeypatch.context() as patch:
        if fault == "slow":
            give_up_early(patch, anything)
        for command in ("plan", "apply"):
            with pytest.raises(SystemExit) as ended:
                main([command, "--env", "production"])
            said = capsys.readouterr().err
            assert ended.value.code == 1
            assert SAYS[fault] in said
            assert proxy.url in said
            assert "Traceback" not in said
    assert state(lab) == before
    assert (lab.ledger().tip(), holds_in(lab.place, "production")) == (tip, {})


def uploading(method: str, path: str) -> bool:
    return method == "PUT"


def registering(method: str, path: str) -> bool:
    return path.endswith("model-versions/create")


def naming_the_champion(method: str, path: str) -> bool:
    return method == "POST" and path.endswith("registered-models/alias")


CASES = [
    ("error", uploading, "copy"),
    ("cut", registering, "copy"),
    ("lost", registering, "copy"),
    ("slow", naming_the_champion, "champion"),
    ("error", naming_the_champion, "champion"),
    ("cut", naming_the_champion, "champion"),
]


@pytest.mark.parametrize(
    ("fault", "breaks", "action"), [cell(*case, quick=case is CASES[2]) for case in CASES]
)
def test_a_change_that_fails_is_put_back_and_held_and_the_retry_finishes(
    fault: str, breaks: Asked, action: str, lab: Laboratory, proxy: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state(lab)
    lab.pin("production", NEW)
    url = TritonServing.at(lab.place.paths("production")).url(SCALER)
    with Traffic(url, infer_body(), 1, pause=0.02) as requests:
        with proxy.broken(fault, breaks), monkeypatch.context() as patch:
            if fault == "slow":
                give_up_early(patch, breaks)
            failed = apply(lab)
        (outcome,) = [one for one in failed.outcomes if one.result is Result.FAILED]
        assert (outcome.change.action.value, failed.is_done) == (action, False)
        assert SAYS[fault] in outcome.reason
        assert [hold.version for hold in holds_in(lab.place, "production").values()] == [NEW]
        apply(lab)  # what could not be put back while the registry was broken is put back now
        assert state(lab) == before
        retry(lab)
        assert apply(lab).is_done
    assert requests.failures == []
    assert set(requests.answers) <= {BEFORE, NEW}
    after = state(lab)
    assert after["aliases"] == {"champion": NEW, "previous": BEFORE}
    assert after["weights"] == {lab.payloads[NEW].digest: 100}
    assert (after["loaded"], after["outbox"], after["notes"]) == ([BEFORE, NEW], [], ())


@pytest.mark.exhaustive
def test_a_call_that_was_carried_out_after_it_was_given_up_is_mended_by_the_next_apply(
    lab: Laboratory,
) -> None:
    before = state(lab)
    connected(lab, "production").set_aliases(SCALER, BEFORE, BEFORE)
    assert state(lab)["aliases"] == {"champion": BEFORE, "previous": BEFORE}
    assert apply(lab).is_done
    assert state(lab) == before


@pytest.mark.exhaustive
def test_drift_is_not_looked_for_while_another_machine_is_at_work(lab: Laboratory, tmp_path: Path) -> None:
    run_git(tmp_path, "clone", "-q", str(lab.place.target.folder / "remote"), "other")
    repository = load_repository(lab.place.git, "HEAD")
    assert find_drift(lab.place, repository, "production").drifts == ()
    with (
        remote_lease(Git(tmp_path / "other"), "origin", "production", "other"),
        pytest.raises(Refusal, match="production is being changed by an apply"),
    ):
        find_drift(lab.place, repository, "production")
    begun = Plan.of("production", "other", repository.commit or "", ())
    begin_journal(tmp_path / "outbox", begun, run_header(), shared_ledger(Git(tmp_path / "other"), "origin"))
    with pytest.raises(Refusal, match="the last apply to production was interrupted"):
        find_drift(lab.place, repository, "production")
    assert apply(lab).is_done
    assert find_drift(lab.place, repository, "production").drifts == ()


@pytest.mark.exhaustive
def test_an_apply_of_what_is_there_writes_nothing_to_the_registry(lab: Laboratory, proxy: Between) -> None:
    proxy.calls.clear()
    assert apply(lab).outcomes == ()
    assert proxy.writes() == []
    assert len(proxy.calls) == 2 * len(ENVIRONMENTS)


FULL = """
import resource, sys
from pathlib import Path
from mlplatform.flow.drift.drift import find_drift
from mlplatform.flow.check.run_check import load_repository
from mlplatform.flow.progress import SILENT
from mlplatform.flow.workspace import Workspace
from mlplatform.flow.reconcile.reconcile import reconcile
place = Workspace.discover(Path(sys.argv[1]))
repository = load_repository(place.git, "HEAD")
resource.setrlimit(resource.RLIMIT_FSIZE, (4 << 20, 4 << 20))
done = reconcile(place, repository, "production", SILENT)
print(*(f"{one.change.action} {one.result.value} {one.reason}" for one in done.outcomes), sep="\\n")
"""


@pytest.mark.exhaustive
def test_a_disk_that_is_full_while_bytes_are_copied_leaves_nothing_and_the_retry_finishes(
    tmp_path: Path,
) -> None:
    local = laboratory(tmp_path / "lab", VERSIONS[:1])
    files = {"model.onnx": scaling_model(7), "table.bin": bytes(8 << 20)}
    local.payloads["9.0.0"] = write_payload(tmp_path / "large", files)  # type: ignore[index]
    for name in ("development", "integration"):
        connected(local, name).add(
            SCALER, "9.0.0", local.payloads["9.0.0"], Lineage("run-1", "f" * 40, DATA, METRICS)
        )
    with servers(local.place.target, "production"):
        local.pin("production", "9.0.0")
        said = subprocess.run(
            [sys.executable, "-c", FULL, str(local.place.git.root)],
            env={**os.environ, "PYTHONPATH": f"{REPOSITORY / 'tools'}"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert said.startswith("copy failed ")
        assert ": file too large" in said
        kept = local.place.paths("production").artifacts / "lab.scaler"
        assert not kept.exists() or not list(kept.iterdir())
        assert local.registry("production").versions == {}
        retry(local)
        assert apply(local).is_done
        assert local.registry("production").aliases == {SCALER: {"champion": "9.0.0"}}
