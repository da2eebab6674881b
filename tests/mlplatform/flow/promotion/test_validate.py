"""`platform validate` tries a version on held-out rows in the real servers, and leaves nothing behind."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import pytest
from click.testing import CliRunner

from mlplatform.cli.logs import command as logs_command
from mlplatform.cli.validate import command
from mlplatform.core.errors import Refusal
from mlplatform.core.payload import digest_of_bytes
from mlplatform.core.reconciled import Reconciled
from mlplatform.core.records.validation import ValidationPredicate
from mlplatform.flow.check.run_check import load_repository
from mlplatform.flow.progress import SILENT
from mlplatform.flow.promotion.validate import validate
from mlplatform.flow.reconcile.reconcile import reconcile
from mlplatform.providers.registry import connect_registry
from mlplatform.providers.registry.interface import Lineage
from mlplatform.providers.serving.triton import TritonServing, routes
from mlplatform.validate.result import ValidationResult
from tests.support.known_state import Template
from tests.support.laboratory import DATA, SCALER, Laboratory, laboratory, ran
from tests.support.payloads import write_payload
from tests.support.records import predicate_json
from tests.support.stack import onnx_bytes, servers, signature, tensor
from tests.support.waiting import wait_until

pytestmark = pytest.mark.servers

WEIGHTS = {"1.0.0": (1.0, 0.0), "1.1.0": (1.0, 0.3), "1.2.0": (-1.0, 0.0), "1.3.0": (1.0, 1.0)}
SIGNED = signature([tensor("X", [-1, 2])], [tensor("price", [-1, 1])])
OTHER = signature([tensor("Z", [-1, 2])], [tensor("price", [-1, 1])])
SECRET = "grace.hopper@example.com"  # noqa: S105
HELD_OUT = "tenants/lab/datasets/held-out.yaml"
FILE = "examples/data/lab/held-out.csv"
MODEL = f"models/{SCALER}.yaml"
ROWS = "who,a,b,price\n" + "".join(f"{SECRET},{n},{n % 7},{n}\n" for n in range(1, 101))
ASKED = {"dataset": "lab/held-out", "task": "regression", "target": "price", "inputs": ["a", "b"]}
REGISTERED = {"1.1.0": 9.0, "1.2.0": 8.5}  # rmse; of the others it is 3
GATES = {"production": {"r2": {"min": 0.9}, "rmse": {"max": 10, "maxDropFromCurrent": 5}}}


def priced(weights: tuple[float, ...], *, takes: str = "X", wide: bool = False) -> bytes:
    """ONNX: a price that is the weighted sum of a and b; `wide`: twice in a row, which nobody signed."""
    from onnx import TensorProto, helper

    columns, rows = 2 if wide else 1, len(weights)
    graph = helper.make_graph(
        [helper.make_node("MatMul", [takes, "weights"], ["price"])],
        "priced",
        [helper.make_tensor_value_info(takes, TensorProto.FLOAT, [None, rows])],
        [helper.make_tensor_value_info("price", TensorProto.FLOAT, [None, columns])],
        [
            helper.make_tensor(
                "weights", TensorProto.FLOAT, [rows, columns], [w for w in weights for _ in range(columns)]
            )
        ],
    )
    return onnx_bytes(graph)


def looked_up() -> bytes:
    """ONNX: a price by its place in a table of 128, where ONNX Runtime says which other place was asked for."""
    from onnx import TensorProto, helper

    graph = helper.make_graph(
        [
            helper.make_node("MatMul", ["X", "weights"], ["place"]),
            helper.make_node("Cast", ["place"], ["whole"], to=TensorProto.INT64),
            helper.make_node("Gather", ["table", "whole"], ["price"]),
        ],
        "looked up",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, 2])],
        [helper.make_tensor_value_info("price", TensorProto.FLOAT, [None, 1])],
        [
            helper.make_tensor("weights", TensorProto.FLOAT, [2, 1], [1.0, 0.0]),
            helper.make_tensor("table", TensorProto.FLOAT, [128], list(map(float, range(128)))),
        ],
    )
    return onnx_bytes(graph)


def astronomic() -> bytes:
    """ONNX: a price so high that its square is no number."""
    from onnx import TensorProto, helper

    graph = helper.make_graph(
        [
            helper.make_node("MatMul", ["X", "weights"], ["sum"]),
            helper.make_node("Cast", ["sum"], ["wide"], to=TensorProto.DOUBLE),
            helper.make_node("Mul", ["wide", "factor"], ["price"]),
        ],
        "astronomic",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, 2])],
        [helper.make_tensor_value_info("price", TensorProto.DOUBLE, [None, 1])],
        [
            helper.make_tensor("weights", TensorProto.FLOAT, [2, 1], [1.0, 0.0]),
            helper.make_tensor("factor", TensorProto.DOUBLE, [], [1e300]),
        ],
    )
    return onnx_bytes(graph)


def metrics(version: str) -> dict[str, float]:
    """What a version's registry says of it."""
    return {"auc": 0.95, "r2": 0.95, "rmse": REGISTERED.get(version, 3.0)}


def held_out(rows: str = ROWS) -> dict[str, Any]:
    columns = {name: {"type": "float", "classification": "internal"} for name in ("a", "b", "price")}
    return {
        "schema": "dataset/v1",
        "owner": "ada",
        "location": FILE,
        "region": "us-east-1",
        "format": "csv",
        "digest": digest_of_bytes(rows.encode()),
        "classification": "pii",
        "columns": {"who": {"type": "string", "classification": "pii"}, **columns},
        "encryption": {"atRest": "aws:kms", "key": "alias/lab", "inTransit": "tls"},
        "retention": {"days": 30, "deletion": "delete"},
        "consent": {"basis": "consent", "record": "DPA-1"},
    }


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template[Laboratory]]:
    """A running production whose champion is 1.0.0, and integration's registry with what may come after it."""
    made = laboratory(tmp_path_factory.mktemp("lab"), [])
    registry = connect_registry(_environment(made, "integration"), made.place.paths("integration"))
    refs = dict(made.payloads)
    contents = {version: priced(weights) for version, weights in WEIGHTS.items()}
    contents |= {"2.0.0": priced((1.0, 0.0), wide=True), "3.0.0": priced((1.0, 0.0), takes="Z")}
    contents |= {"4.0.0": priced((1.0,))}
    contents |= {"2.1.0": looked_up(), "2.2.0": astronomic()}
    for version, content in contents.items():
        refs[version] = write_payload(made.place.git.root / "payloads" / version, {"model.onnx": content})
        registry.add(SCALER, version, refs[version], Lineage("run-1", "f" * 40, DATA, metrics(version)))
    made = Laboratory(made.place, refs)
    made.ledger().append(ran(made, "integration", refs))
    (made.place.git.root / FILE).parent.mkdir(parents=True)
    (made.place.git.root / FILE).write_text(ROWS)
    root = made.place.git.root
    tenant = json.loads((root / "tenants/lab/tenant.yaml").read_text())
    made.commit(
        {
            "tenants/lab/tenant.yaml": {**tenant, "clearance": "pii"},
            HELD_OUT: held_out(),
            MODEL: document(made, {}),
        },
        "a held-out sample",
    )
    with servers(made.place.target, "production"):
        assert applied(made, "1.1.0").is_done
        yield Template.of(made)


def _environment(lab: Laboratory, name: str) -> Any:
    return load_repository(lab.place.git, "HEAD").environments[name].body


def document(lab: Laboratory, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The model's document with a validation."""
    said = json.loads((lab.place.git.root / MODEL).read_text())
    return {
        **said,
        "signature": SIGNED.model_dump(mode="json"),
        "gates": GATES,
        "slo": {"latencyP99Ms": 5000},
        "validation": ASKED,
        **changes,
    }


def pin(lab: Laboratory, environment: str, version: str) -> None:
    lab.pin(environment, version)
    path = f"environments/{environment}/{SCALER}.yaml"
    said = json.loads((lab.place.git.root / path).read_text())
    lab.commit(
        {path: {**said, "metrics": metrics(version)}},
        f"{environment}: metrics of {version}",
    )


def tried(lab: Laboratory, version: str | None = None) -> ValidationResult:
    return validate(lab.place, load_repository(lab.place.git, "HEAD"), "production", SCALER, version, SILENT)


def unmet(done: ValidationResult) -> dict[str, str]:
    return {check.name: check.failure for check in done.checks if check.failure}


def loaded(lab: Laboratory) -> dict[str, Any]:
    """Everything that a validation must leave as it was."""
    paths, observed = lab.place.paths("production"), TritonServing.at(lab.place.paths("production")).observe()
    return {
        "versions": sorted((held.version, held.ready) for held in observed.versions),
        "weights": observed.weights,
        "folders": sorted(folder.name for folder in paths.model_repository.iterdir()),
        "routes": paths.routes.read_bytes(),
        "aliases": lab.registry("production").aliases,
        "registered": sorted(lab.registry("production").versions[SCALER]),
        "ledger": lab.ledger().tip(),
    }


def test_a_version_that_meets_everything_is_valid_and_nothing_is_left_behind(lab: Laboratory) -> None:
    before = loaded(lab)
    done = tried(lab, "1.0.0")
    assert unmet(done) == {}
    assert done.passed
    assert done.rows == 100
    assert done.candidate.evaluation.metrics == pytest.approx({"mae": 0, "rmse": 0, "r2": 1})
    assert done.champion
    assert done.champion.version == "1.1.0"
    assert done.champion.evaluation.metrics["rmse"] > 1
    assert done.latency
    assert loaded(lab) == before


@pytest.mark.exhaustive
def test_the_same_version_on_the_same_rows_gets_the_same_verdict(lab: Laboratory) -> None:
    first, second = (tried(lab, "1.3.0") for _ in range(2))
    assert first.candidate == second.candidate
    assert (first.passed, set(unmet(first))) == (second.passed, set(unmet(second)))


@pytest.mark.exhaustive
def test_a_version_below_its_gates_is_not_valid(lab: Laboratory) -> None:
    done = tried(lab, "1.2.0")
    assert set(unmet(done)) == {"r2", "rmse"}
    assert "the gate asks for at least 0.9" in unmet(done)["r2"]


@pytest.mark.exhaustive
def test_a_version_worse_than_the_champion_on_the_same_rows_is_not_valid(lab: Laboratory) -> None:
    strict = {"production": {"rmse": {"max": 100, "maxDropFromCurrent": 0.1}}}
    lab.commit({MODEL: document(lab, {"gates": strict})}, "no version may be worse")
    assert tried(lab, "1.0.0").passed
    done = tried(lab, "1.3.0")
    assert set(unmet(done)) == {"rmse"}
    assert "allows a loss of 0.1" in unmet(done)["rmse"]


@pytest.mark.exhaustive
def test_a_version_that_answers_in_another_shape_is_not_valid(lab: Laboratory) -> None:
    before = loaded(lab)
    done = tried(lab, "2.0.0")
    assert "price has the shape [64, 2] and the signature says [-1, 1]" in unmet(done)["signature"]
    assert {"r2", "rmse", "latency p99"} <= set(unmet(done))
    assert loaded(lab) == before


@pytest.mark.exhaustive
def test_a_version_slower_than_its_slo_is_not_valid(lab: Laboratory) -> None:
    slo = {"latencyP99Ms": 0.001}
    lab.commit({MODEL: document(lab, {"slo": slo})}, "faster than light")
    assert set(unmet(tried(lab, "1.0.0"))) == {"latency p99"}


def test_what_cannot_be_loaded_is_refused_and_nothing_is_left_behind(lab: Laboratory) -> None:
    before = loaded(lab)
    with pytest.raises(Refusal, match=r"could not load lab/scaler 3.0.0: .*no input X"):
        tried(lab, "3.0.0")
    assert loaded(lab) == before


@pytest.mark.exhaustive
def test_a_champion_that_takes_the_same_columns_by_another_name_is_compared_with(lab: Laboratory) -> None:
    lab.commit({MODEL: document(lab, {"signature": OTHER.model_dump(mode="json")})}, "other inputs")
    done = tried(lab, "3.0.0")
    assert unmet(done) == {}
    assert done.champion
    assert done.champion.evaluation.metrics["rmse"] > 1


def test_a_version_that_ran_is_tried_as_what_it_was_though_the_document_is_of_another(
    lab: Laboratory,
) -> None:
    lab.commit({MODEL: document(lab, {"signature": OTHER.model_dump(mode="json")})}, "other inputs")
    assert tried(lab, "1.1.0").passed


@pytest.mark.exhaustive
def test_a_champion_that_takes_more_columns_cannot_be_compared_with(lab: Laboratory) -> None:
    narrow = signature([tensor("X", [-1, 1])], [tensor("price", [-1, 1])])
    said = {"signature": narrow.model_dump(mode="json"), "validation": {**ASKED, "inputs": ["a"]}}
    lab.commit({MODEL: document(lab, said)}, "one column")
    done = tried(lab, "4.0.0")
    assert set(unmet(done)) == {"rmse"}
    assert "takes 2 columns for each row, and 1 are named" in unmet(done)["rmse"]


def test_the_champion_itself_is_validated_where_nothing_else_is_pinned(lab: Laboratory) -> None:
    before = loaded(lab)
    done = tried(lab)
    assert (done.candidate.version, done.champion) == ("1.1.0", None)
    assert done.because == "production pins it, and it is champion"
    assert loaded(lab) == before


@pytest.mark.exhaustive
def test_what_the_environment_before_pins_is_validated_as_what_comes_next(lab: Laboratory) -> None:
    pin(lab, "integration", "1.0.0")
    done = tried(lab)
    assert (done.candidate.version, done.because) == (
        "1.0.0",
        "integration pins it: it would be promoted to production next",
    )


@pytest.mark.exhaustive
def test_what_is_pinned_and_not_champion_yet_is_validated_first(lab: Laboratory) -> None:
    pin(lab, "integration", "1.3.0")
    pin(lab, "production", "1.0.0")
    done = tried(lab)
    assert (done.candidate.version, done.because) == (
        "1.0.0",
        "production pins it, and it is not champion yet",
    )


def test_a_version_that_is_loaded_already_stays_loaded(lab: Laboratory) -> None:
    assert tried(lab, "1.1.0").passed
    assert loaded(lab)["versions"] == [("1.1.0", True)]


def test_a_version_that_nobody_registered_is_refused(lab: Laboratory) -> None:
    with pytest.raises(Refusal, match="no registry holds lab/scaler"):
        tried(lab, "9.9.9")


def test_a_sample_that_changed_after_its_review_is_refused_and_nothing_is_sent(lab: Laboratory) -> None:
    root = lab.place.git.root
    (root / FILE).write_text(ROWS + f"{SECRET},1,1,1\n")
    lab.commit({}, "a row more")
    with pytest.raises(Refusal, match="digest") as refused:
        tried(lab, "1.0.0")
    assert refused.value.where.startswith(HELD_OUT)
    assert SECRET not in str(refused.value)


def test_data_that_the_tenant_is_not_cleared_for_is_refused(lab: Laboratory) -> None:
    tenant = json.loads((lab.place.git.root / "tenants/lab/tenant.yaml").read_text())
    lab.commit({"tenants/lab/tenant.yaml": {**tenant, "clearance": "internal"}}, "no clearance")
    with pytest.raises(Refusal, match="pii data"):
        tried(lab, "1.0.0")


def sampled(lab: Laboratory, rows: str, **changes: Any) -> None:
    """Commit another sample."""
    (lab.place.git.root / FILE).write_text(rows)
    lab.commit({HELD_OUT: {**held_out(rows), **changes}}, "another sample")


@pytest.mark.exhaustive
def test_a_metric_over_few_rows_is_told_of_public_data_only(lab: Laboratory) -> None:
    rows = "".join(ROWS.splitlines(keepends=True)[:30])
    sampled(lab, rows)
    with pytest.raises(
        Refusal, match="holds 29 rows of pii data, and a metric over fewer than 30 would tell"
    ):
        tried(lab, "1.0.0")
    plain = {name: {"type": "string", "classification": "public"} for name in ("who", "a", "b", "price")}
    sampled(lab, rows.replace(SECRET, "x"), classification="public", columns=plain)
    assert tried(lab, "1.0.0").rows == 29


@pytest.mark.exhaustive
def test_a_value_that_the_model_fails_on_is_told_nowhere(
    lab: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = "4111111"
    sampled(lab, f"{ROWS}{SECRET},{number},1,1\n")
    code, said = run(lab, monkeypatch, "--version", "2.1.0", "--record")
    assert (code, "does not take rows of the sample (status 400)" in said) == (1, True)
    told = CliRunner().invoke(logs_command, [SCALER, "--env", "production"])
    ledger = lab.place.git.run("log", "-p", lab.ledger().ref).decode()
    logs = lab.place.paths("production").logs.rglob("*")
    for text in (said, told.output, ledger, *(log.read_text(errors="replace") for log in logs)):
        assert number not in text


@pytest.mark.exhaustive
def test_answers_that_are_too_large_for_metrics_are_not_valid(lab: Laboratory) -> None:
    wide = signature([tensor("X", [-1, 2])], [tensor("price", [-1, 1], "FP64")])
    lab.commit({MODEL: document(lab, {"signature": wide.model_dump(mode="json")})}, "doubles")
    assert "too far from the truth" in unmet(tried(lab, "2.2.0"))["signature"]


def test_a_model_without_a_sample_is_refused_with_what_to_write(lab: Laboratory) -> None:
    lab.commit({MODEL: document(lab, {"validation": None})}, "no sample")
    said = json.loads((lab.place.git.root / MODEL).read_text())
    del said["validation"]
    lab.commit({MODEL: said}, "no sample")
    with pytest.raises(Refusal, match="names no held-out sample"):
        tried(lab, "1.0.0")


@pytest.mark.exhaustive
def test_an_interrupted_validation_unloads_what_it_loaded(
    lab: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any) -> Any:
        assert ("1.0.0", True) in loaded(lab)["versions"]
        raise KeyboardInterrupt

    before = loaded(lab)
    monkeypatch.setattr(TritonServing, "infer", interrupted)
    with pytest.raises(KeyboardInterrupt):
        tried(lab, "1.0.0")
    assert loaded(lab) == before


def started(lab: Laboratory, *arguments: str) -> subprocess.Popen[bytes]:
    """The command line in a process of its own."""
    command_line = [sys.executable, "-m", "mlplatform.cli", *arguments]
    return subprocess.Popen(command_line, cwd=lab.place.git.root, stdout=subprocess.DEVNULL)


@pytest.mark.exhaustive
def test_a_validation_that_is_told_to_end_unloads_what_it_loaded(lab: Laboratory) -> None:
    before = loaded(lab)
    folders = lab.place.paths("production").model_repository
    with started(lab, "validate", SCALER, "--env", "production", "--version", "1.0.0") as process:
        wait_until(lambda: len(list(folders.iterdir())) > len(before["folders"]))
        process.terminate()
    assert process.returncode == 130
    assert loaded(lab) == before


def run(lab: Laboratory, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str]:
    monkeypatch.chdir(lab.place.git.root)
    done = CliRunner().invoke(command, [SCALER, "--env", "production", *arguments])
    return done.exit_code, done.output


@pytest.mark.exhaustive
def test_the_command_ends_with_1_when_anything_is_not_met_and_prints_no_value_of_the_sample(
    lab: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    for arguments in (("--version", "1.0.0"), ("--version", "1.2.0"), ("--version", "2.0.0", "--json")):
        code, said = run(lab, monkeypatch, *arguments)
        assert code == (0 if "1.0.0" in arguments else 1)
        assert SECRET not in said
        assert SECRET.split("@")[0] not in said
    for log in lab.place.paths("production").logs.rglob("*"):
        assert SECRET not in log.read_text(errors="replace")


@pytest.mark.exhaustive
def test_the_verdict_is_on_the_ledger_only_when_that_is_asked_for(
    lab: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    tip = lab.ledger().tip()
    run(lab, monkeypatch, "--version", "1.0.0")
    assert lab.ledger().tip() == tip
    code, text = run(lab, monkeypatch, "--version", "1.0.0", "--json", "--record")
    assert code == 0
    recorded = next(iter(lab.ledger().newest_first())).statement
    assert isinstance(recorded.predicate, ValidationPredicate)
    said = json.loads(text)
    assert recorded.subjects == {
        f"production/{SCALER}@1.0.0": said["digest"],
        "lab/held-out": said["sample"]["digest"],
    }
    assert recorded.predicate.met is True
    assert recorded.predicate.metrics["r2"] == pytest.approx(1)
    assert SECRET not in json.dumps(recorded.as_json())


def applied(lab: Laboratory, version: str) -> Reconciled:
    pin(lab, "production", version)
    return reconcile(lab.place, load_repository(lab.place.git, "HEAD"), "production", SILENT)


def test_a_version_that_lost_too_much_by_its_registry_is_not_applied(lab: Laboratory) -> None:
    assert applied(lab, "1.0.0").is_done
    before = loaded(lab)
    done = applied(lab, "1.2.0")
    (refused,) = done.plan.refused
    assert (
        refused.reason
        == "rmse goes from 3 to 8.5, and the gate allows a loss of 5 (champion 1.0.0, as registered)"
    )
    assert refused.where.startswith(f"environments/production/{SCALER}.yaml:")
    assert done.plan.changes == ()
    assert loaded(lab) | {"ledger": ""} == before | {"ledger": ""}
    said = predicate_json(next(lab.ledger().newest_first()))
    assert [one["reason"] for one in said["refused"]] == [refused.reason], (
        "it is on record that nothing was done"
    )


@pytest.mark.exhaustive
def test_what_the_ledger_says_was_champion_is_applied_again_though_it_is_worse(lab: Laboratory) -> None:
    for version in ("1.0.0", "1.3.0"):
        assert applied(lab, version).is_done
    assert "1.1.0" not in lab.registry("production").aliases[SCALER].values()
    assert applied(lab, "1.1.0").is_done
    assert lab.registry("production").aliases[SCALER]["champion"] == "1.1.0"


@pytest.mark.exhaustive
def test_an_apply_that_is_told_to_end_is_on_record_and_the_next_one_finishes_it(lab: Laboratory) -> None:
    pin(lab, "production", "1.0.0")
    paths = lab.place.paths("production")

    def is_loaded() -> bool:
        held = TritonServing.at(paths).observe().versions
        return ("1.0.0", True) in [(one.version, one.ready) for one in held]

    with routes.locked(paths), started(lab, "apply", "--env", "production") as process:
        wait_until(is_loaded)
        process.terminate()
    assert process.returncode == 130
    assert reconcile(lab.place, load_repository(lab.place.git, "HEAD"), "production", SILENT).is_done
    said = [predicate_json(record) for record in islice(lab.ledger().newest_first(), 3)]
    done = [{one["action"]: one["result"] for one in record.get("outcomes", ())} for record in said]
    _, finished, interrupted = done  # the newest is the snapshot
    assert (interrupted["load"], interrupted["champion"]) == ("applied", "not-attempted")
    assert finished["champion"] == "applied"
