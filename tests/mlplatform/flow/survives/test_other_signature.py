"""Development takes a version with another input; production, which runs an older one, goes on as if nothing was."""

import json
from collections.abc import Iterator
from typing import Any, Never

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.core.outcome import Outcome, Result
from mlplatform.core.payload import short_digest
from mlplatform.core.plan import Action
from mlplatform.flow.check.run_check import check_change, load_repository
from mlplatform.flow.drift.drift import revert_drift
from mlplatform.flow.progress import SILENT
from mlplatform.flow.reconcile.plan_from_snapshot import plan_from_snapshot
from mlplatform.flow.reconcile.reconcile import reconcile
from mlplatform.providers.registry.interface import Lineage
from mlplatform.providers.registry.mlflow import MlflowRegistry
from mlplatform.providers.serving.triton import TritonServing
from mlplatform.providers.serving.triton.control import Control
from mlplatform.providers.serving.triton.ports import read_triton_ports
from mlplatform.record.outbox import Journal
from tests.support.known_state import Template
from tests.support.laboratory import DATA, SCALER, Laboratory, connected, laboratory, ran
from tests.support.payloads import write_payload
from tests.support.stack import (
    COLUMNS,
    SCALING,
    ask,
    infer_body,
    scaling_model,
    servers,
    signature,
    tensor,
)
from tests.support.survival import end_state
from tests.support.traffic import Traffic
from tests.support.values import METRICS

PREVIOUS, CHAMPION, OTHER = "1.0.0", "1.1.0", "2.0.0"
PRODUCTION = f"environments/production/{SCALER}.yaml"
TAKES_Z = signature([tensor("Z", [-1, COLUMNS])], [tensor("Y", [-1, COLUMNS])])

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template[Laboratory]]:
    """Production went through two versions that take X; then development took one that takes Z."""
    made = laboratory(tmp_path_factory.mktemp("lab"), [PREVIOUS, CHAMPION])
    root = made.place.git.root
    other = write_payload(root / "payloads" / OTHER, {"model.onnx": scaling_model(7, takes="Z")})
    for name in ("development", "integration"):
        connected(made, name).add(SCALER, OTHER, other, Lineage("run-2", "f" * 40, DATA, METRICS))
    made = Laboratory(made.place, {**made.payloads, OTHER: other})
    made.ledger().append(ran(made, "integration", {OTHER: other}))
    with servers(made.place.target, "production"):
        for version in (PREVIOUS, CHAMPION):
            made.pin("development", version)
            made.pin("production", version)
            applied(made)
        base = made.place.git.resolve("HEAD")
        model = json.loads((root / f"models/{SCALER}.yaml").read_text())
        model["signature"] = TAKES_Z.model_dump(mode="json")
        made.commit({f"models/{SCALER}.yaml": model}, "2.x takes Z")
        made.pin("development", OTHER)
        assert check_change(made.place.git, base, "HEAD").findings == ()
        yield Template.of(made)


@pytest.fixture
def running(lab: Laboratory) -> dict[str, Any]:
    """Production as it was when development went on."""
    return end_state(lab)


def applied(lab: Laboratory) -> list[tuple[str, str]]:
    done = reconcile(lab.place, load_repository(lab.place.git, "HEAD"), "production", SILENT)
    assert done.is_done, done
    return [(one.change.action.value, one.result.value) for one in done.outcomes]


def url(lab: Laboratory) -> str:
    return TritonServing.at(lab.place.paths("production")).url(SCALER)


@pytest.mark.exhaustive
def test_going_back_and_more_instances_change_nothing_for_who_asks(
    lab: Laboratory, running: dict[str, Any]
) -> None:
    with Traffic(url(lab), infer_body(), 2, pause=0.005) as traffic:
        lab.pin("production", PREVIOUS)
        foreseen = plan_from_snapshot(lab.place, load_repository(lab.place.git, "HEAD"), "production").plan
        probed = [one.after for one in foreseen.changes if one.action is Action.PROBE]
        assert [after and after["signature"] for after in probed] == [SCALING.model_dump(mode="json")]
        assert [action for action, _ in applied(lab)] == ["probe", "route", "champion"]
        traffic.wait_for(PREVIOUS, 1)
        lab.pin("production", CHAMPION)
        said = json.loads((lab.place.git.root / PRODUCTION).read_text())
        for instances in (2, 1):
            said["serving"]["instances"] = instances
            lab.commit({PRODUCTION: said}, f"{instances} instances")
            assert ("load", "applied") in applied(lab)
        traffic.wait_for(CHAMPION, 1)
    assert traffic.failures == []
    assert set(traffic.answers) == {PREVIOUS, CHAMPION}
    assert end_state(lab) == running


@pytest.mark.exhaustive
def test_what_was_unloaded_by_hand_is_loaded_again(lab: Laboratory, running: dict[str, Any]) -> None:
    ports = read_triton_ports(lab.place.paths("production"))
    assert ports
    Control.of(lab.place.paths("production"), ports).unload(
        f"lab.scaler.{short_digest(lab.payloads[CHAMPION].digest)}"
    )
    assert ask(url(lab))[0] != 200
    done = revert_drift(lab.place, load_repository(lab.place.git, "HEAD"), "production", SILENT)
    assert {one.result for one in done.outcomes} == {Result.APPLIED}, done
    assert ask(url(lab))[0] == 200
    assert end_state(lab) == running


@pytest.mark.exhaustive
def test_what_an_apply_that_failed_and_died_has_left_is_put_back(
    lab: Laboratory, running: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.pin("production", OTHER)
    with monkeypatch.context() as broken:
        broken.setattr(MlflowRegistry, "set_aliases", _says_no)
        broken.setattr(Journal, "record_outcome", _dying(Journal.record_outcome))
        with pytest.raises(KeyboardInterrupt):
            reconcile(lab.place, load_repository(lab.place.git, "HEAD"), "production", SILENT)
    assert ask(url(lab))[0] == 400, "2.0.0 answers, and takes no X"
    done = reconcile(lab.place, load_repository(lab.place.git, "HEAD"), "production", SILENT)
    assert {one.result for one in done.outcomes} == {Result.APPLIED}, done
    assert ask(url(lab))[1]["model_version"] == CHAMPION
    left = end_state(lab)
    assert left.pop("held") == [OTHER]
    assert left["stored"] > running["stored"]
    assert {**running, **left} == {**running, "stored": left["stored"]}


def _says_no(*_: object) -> Never:
    raise Refusal("the registry says no")


def _dying(heard: Any) -> Any:
    def and_die(journal: Journal, outcome: Outcome) -> None:
        heard(journal, outcome)
        if outcome.result is Result.FAILED:
            raise KeyboardInterrupt

    return and_die
