"""Every change made by hand, with MLflow's own client, in files, in the gateway's routes, with Triton's API: it is
found, named, put back, and declared where a document can say it."""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mlplatform.core.drift import Drift, Drifted, DriftKind
from mlplatform.core.errors import Refusal
from mlplatform.core.outcome import Result
from mlplatform.core.payload import ArtifactRef, short_digest
from mlplatform.core.reconciled import Reconciled
from mlplatform.core.repository import Repository
from mlplatform.flow.check.run_check import load_repository
from mlplatform.flow.drift.adopt import adopt_drift
from mlplatform.flow.drift.drift import find_drift, narrowed, revert_drift
from mlplatform.flow.progress import SILENT
from mlplatform.flow.reconcile.planning import ApplyOptions
from mlplatform.flow.reconcile.reconcile import reconcile
from mlplatform.flow.selection import Selection
from mlplatform.flow.status import status
from mlplatform.propose.merge import merge_locally
from mlplatform.propose.yaml_edit import read_mapping
from mlplatform.providers.git import Git
from mlplatform.providers.registry.mlflow import MlflowRegistry
from mlplatform.providers.registry.mlflow.names import Names
from mlplatform.providers.serving.interface import Candidate
from mlplatform.providers.serving.triton import TritonServing
from mlplatform.providers.serving.triton.control import Control, ModelState
from mlplatform.providers.serving.triton.ports import TritonPorts, read_triton_ports
from mlplatform.providers.serving.triton.programs import serving_folder
from tests.support.forked_platform import Platform
from tests.support.known_state import Template
from tests.support.laboratory import SCALER, Laboratory, documents, laboratory
from tests.support.records import predicate_json
from tests.support.registries import client_of
from tests.support.stack import SCALING, ask, servers
from tests.support.survival import end_state
from tests.support.tiers import cell
from tests.support.waiting import wait_until

PRODUCTION = "production"
UNUSED, PREVIOUS, CHAMPION = VERSIONS = ("1.0.0", "1.1.0", "1.2.0")
NAME = "lab.scaler"
NUMBERS = {version: str(number) for number, version in enumerate(VERSIONS, start=1)}

Command = Callable[..., str]

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template[Laboratory]]:
    """A production that went through three versions: one champion, one before it, one unused."""
    made = laboratory(tmp_path_factory.mktemp("drift"), VERSIONS)
    with servers(made.place.target, PRODUCTION):
        for version in VERSIONS:
            made.pin(PRODUCTION, version)
            assert reconcile(made.place, head(made), PRODUCTION, SILENT).is_done
        yield Template.of(made)


@pytest.fixture
def applied(lab: Laboratory) -> Iterator[dict[str, Any]]:
    """The state that the last apply left; a test leaves it so, and no drift behind."""
    before = end_state(lab)
    yield before
    assert end_state(lab) == before
    assert drift_kinds(lab, deep=True) == set()


@pytest.fixture
def command(lab: Laboratory, platform: Platform) -> Command:
    """Runs `platform` where the repository is; answers what it prints."""

    def run(*args: str, status: int) -> str:
        done = platform(lab.root, *args)
        assert done.returncode == status, done.stderr
        return done.stdout

    return run


@pytest.fixture
def client(lab: Laboratory) -> Any:
    paths = lab.place.paths(PRODUCTION)
    return client_of(MlflowRegistry(paths.registry_database, paths.artifacts, Names("")))


@pytest.fixture
def server(lab: Laboratory) -> Control:
    return Control.of(lab.place.paths(PRODUCTION), ports(lab))


def ports(lab: Laboratory) -> TritonPorts:
    found = read_triton_ports(lab.place.paths(PRODUCTION))
    assert found
    return found


def head(lab: Laboratory) -> Repository:
    return judged(lab.place.git, lab.place.git.resolve("HEAD"))


@cache
def judged(git: Git, commit: str) -> Repository:
    return load_repository(git, commit)


def found(lab: Laboratory, *, deep: bool = False) -> list[tuple[DriftKind, str]]:
    drifted = find_drift(lab.place, head(lab), PRODUCTION, deep=deep)
    return [(drift.kind, drift.message) for drift in drifted.drifts]


def drift_kinds(lab: Laboratory, *, deep: bool = False) -> set[DriftKind]:
    return {kind for kind, _ in found(lab, deep=deep)}


def revert(lab: Laboratory, *, deep: bool = False) -> Reconciled:
    return revert_drift(lab.place, head(lab), PRODUCTION, SILENT, deep=deep)


def put_back(lab: Laboratory, *, deep: bool = False) -> None:
    done = revert(lab, deep=deep)
    assert done.outcomes
    assert [outcome for outcome in done.outcomes if outcome.result is not Result.APPLIED] == []
    assert done.plan.refused == ()


def upstream(lab: Laboratory, version: str) -> str:
    return f"{NAME}.{short_digest(lab.payloads[version].digest)}"


def served_folder(lab: Laboratory, version: str) -> Path:
    return lab.place.paths(PRODUCTION).model_repository / upstream(lab, version)


def stored(lab: Laboratory, version: str) -> Path:
    digest = lab.payloads[version].digest.removeprefix("sha256:")
    return lab.place.paths(PRODUCTION).artifacts / NAME / digest / "model" / "model.onnx"


def load_with(lab: Laboratory, server: Control, version: str, change: Callable[[Any], None]) -> None:
    """Load a version again through Triton's API with a configuration of one's own."""
    name = upstream(lab, version)
    said = server.server.ask_json("GET", f"/v2/models/{name}/config")
    change(said)
    body = {"parameters": {"config": json.dumps(said)}}
    server.server.ask_json("POST", f"/v2/repository/models/{name}/load", body, seconds=60)


def instances(count: int) -> Callable[[Any], None]:
    def change(said: Any) -> None:
        said["instance_group"][0]["count"] = count

    return change


def register(client: Any, lab: Laboratory, source: str, **tags: str) -> str:
    """Register a version by hand, with the tags of the champion but for those given; its MLflow number."""
    copied = {**client.get_model_version(NAME, NUMBERS[CHAMPION]).tags, **tags}
    return str(client.create_model_version(NAME, source=source, tags=copied).version)


def test_nothing_is_found_where_nobody_touched_anything(lab: Laboratory) -> None:
    assert found(lab, deep=True) == []


def test_an_alias_moved_by_hand_is_found_and_put_back(
    lab: Laboratory, applied: dict[str, Any], client: Any
) -> None:
    client.set_registered_model_alias(NAME, "champion", NUMBERS[UNUSED])
    assert found(lab) == [(DriftKind.ALIAS, "the alias champion was moved from 1.2.0 to 1.0.0")]
    put_back(lab)


@pytest.mark.exhaustive
def test_aliases_removed_by_hand_are_found_and_put_back(
    lab: Laboratory, applied: dict[str, Any], client: Any
) -> None:
    for alias in ("champion", "previous"):
        client.delete_registered_model_alias(NAME, alias)
    assert [message for _, message in found(lab)] == [
        "the alias champion was removed from 1.2.0",
        "the alias previous was removed from 1.1.0",
    ]
    put_back(lab)


@pytest.mark.exhaustive
def test_an_alias_moved_to_a_version_that_somebody_registered_is_found_and_put_back(
    lab: Laboratory, applied: dict[str, Any], client: Any
) -> None:
    number = client.create_model_version(NAME, source=stored(lab, UNUSED).parent.as_uri()).version
    client.set_registered_model_alias(NAME, "champion", number)
    assert found(lab) == [
        (DriftKind.ALIAS, f"the alias champion was moved from 1.2.0 to MLflow version {number}")
    ]
    put_back(lab)
    client.delete_model_version(NAME, number)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        cell("run", "another-run", quick=False),
        cell("metric.auc", "0.99", quick=True),
        cell("approved_by", "nobody", quick=False),
        cell("data.lab/other", "sha256:" + "0" * 64, quick=False),
    ],
)
def test_an_edited_tag_is_found_and_rewritten_from_the_ledger(
    lab: Laboratory, applied: dict[str, Any], client: Any, key: str, value: str
) -> None:
    before = client.get_model_version(NAME, NUMBERS[PREVIOUS]).tags
    client.set_model_version_tag(NAME, NUMBERS[PREVIOUS], key, value)
    assert found(lab) == [(DriftKind.TAGS, f"the tags of 1.1.0 were edited: {key}")]
    put_back(lab)
    assert client.get_model_version(NAME, NUMBERS[PREVIOUS]).tags == before


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "key", ["semver", *(cell(key, quick=False) for key in ("digest", "idempotency_key"))]
)
@pytest.mark.parametrize("value", ["9.9.9", None], ids=["edited", "removed"])
def test_a_tag_that_names_a_version_is_found_and_rewritten(
    lab: Laboratory, applied: dict[str, Any], client: Any, key: str, value: str | None
) -> None:
    before = client.get_model_version(NAME, NUMBERS[CHAMPION]).tags
    if value is None:
        client.delete_model_version_tag(NAME, NUMBERS[CHAMPION], key)
    else:
        client.set_model_version_tag(NAME, NUMBERS[CHAMPION], key, value)
    kinds = dict(found(lab))
    assert kinds[DriftKind.TAGS].startswith("the tags of 1.2.0 were edited: ")
    put_back(lab)
    assert client.get_model_version(NAME, NUMBERS[CHAMPION]).tags == before


@pytest.mark.exhaustive
def test_a_tag_of_somebody_else_is_no_drift_and_stays(
    lab: Laboratory, applied: dict[str, Any], client: Any
) -> None:
    client.set_model_version_tag(NAME, NUMBERS[CHAMPION], "note", "shown to the board")
    assert found(lab) == []
    client.set_model_version_tag(NAME, NUMBERS[CHAMPION], "run", "another-run")
    put_back(lab)
    assert client.get_model_version(NAME, NUMBERS[CHAMPION]).tags["note"] == "shown to the board"


@pytest.mark.exhaustive
def test_a_version_registered_over_ours_is_found_and_no_longer_says_so(
    lab: Laboratory, applied: dict[str, Any], client: Any
) -> None:
    other = "sha256:" + "e" * 64
    key = hashlib.sha256(f"{SCALER}\0{CHAMPION}\0{other}".encode()).hexdigest()
    number = register(client, lab, "file:///elsewhere", digest=other, idempotency_key=key)
    messages = [message for kind, message in found(lab) if kind is DriftKind.CONFLICTING_VERSION]
    assert messages == [
        f"another version was registered over 1.2.0: MLflow version {number} says that it is 1.2.0"
    ]
    put_back(lab)
    left = client.get_model_version(NAME, number)
    assert (left.source, "semver" in left.tags) == ("file:///elsewhere", False)
    client.delete_model_version(NAME, number)


@pytest.mark.exhaustive
def test_a_copy_of_ours_with_other_bytes_that_the_alias_names_is_found_and_put_back(
    lab: Laboratory, applied: dict[str, Any], client: Any
) -> None:
    number = register(client, lab, "file:///elsewhere")
    client.set_registered_model_alias(NAME, "champion", number)
    assert DriftKind.CONFLICTING_VERSION in drift_kinds(lab)
    put_back(lab)
    assert client.get_model_version_by_alias(NAME, "champion").version == int(NUMBERS[CHAMPION])
    client.delete_model_version(NAME, number)


@pytest.mark.exhaustive
def test_changed_bytes_of_a_version_in_use_are_found_and_replaced(
    lab: Laboratory, applied: dict[str, Any]
) -> None:
    before = stored(lab, PREVIOUS).read_bytes()
    stored(lab, PREVIOUS).write_bytes(b"other weights")
    ((kind, message),) = found(lab)
    assert kind is DriftKind.BYTES
    assert message.startswith("the artifact of 1.1.0 in the registry's store was changed: ")
    put_back(lab)
    assert stored(lab, PREVIOUS).read_bytes() == before


def test_bytes_that_are_gone_are_found_and_replaced(lab: Laboratory, applied: dict[str, Any]) -> None:
    shutil.rmtree(stored(lab, CHAMPION).parents[1])
    assert drift_kinds(lab) == {DriftKind.BYTES}
    put_back(lab)


@pytest.mark.exhaustive
def test_changed_bytes_of_an_unused_version_are_found_by_a_deep_look(
    lab: Laboratory, applied: dict[str, Any]
) -> None:
    stored(lab, UNUSED).write_bytes(b"other weights")
    assert found(lab) == []
    assert drift_kinds(lab, deep=True) == {DriftKind.BYTES}
    put_back(lab, deep=True)


@pytest.mark.exhaustive
def test_instances_changed_through_triton_are_found_and_put_back(
    lab: Laboratory, applied: dict[str, Any], server: Control
) -> None:
    load_with(lab, server, CHAMPION, instances(2))
    assert found(lab) == [(DriftKind.CONFIGURATION, "1.2.0 was given 2 instances and had 1")]
    put_back(lab)
    assert server.running(upstream(lab, CHAMPION)).instances == 1


@pytest.mark.exhaustive
def test_a_setting_changed_through_triton_is_found_and_put_back(
    lab: Laboratory, applied: dict[str, Any], server: Control
) -> None:
    def batch(said: Any) -> None:
        said["parameters"]["threads"]["string_value"] = "4"

    load_with(lab, server, PREVIOUS, batch)
    assert found(lab) == [(DriftKind.CONFIGURATION, "the configuration that 1.1.0 runs with was changed")]
    put_back(lab)


@pytest.mark.parametrize(
    "file",
    ["config.pbtxt", *(cell(file, quick=False) for file in ("1/model.py", "1/payload/model/model.onnx"))],
)
def test_files_that_a_version_is_served_from_are_found_and_replaced(
    lab: Laboratory, applied: dict[str, Any], file: str
) -> None:
    path = served_folder(lab, CHAMPION) / file
    before = path.read_bytes()
    path.write_bytes(before + b"\n# by hand\n")
    ((kind, message),) = found(lab)
    assert kind is DriftKind.SERVED_BYTES
    assert message.startswith("the files that 1.2.0 is served from were changed: ")
    put_back(lab)
    assert path.read_bytes() == before


def load_again(lab: Laboratory, server: Control, version: str) -> str | None:
    name = upstream(lab, version)
    server.unload(name)
    wait_until(lambda: server.state(name).state is not ModelState.READY)
    return server.load(name)


@pytest.mark.exhaustive
def test_a_program_that_takes_the_place_of_ours_is_found_and_taken_away(
    lab: Laboratory, applied: dict[str, Any], server: Control
) -> None:
    program = served_folder(lab, CHAMPION) / "1" / "model.py"
    odd = program.with_name("odd.py")
    odd.write_bytes(
        program.read_bytes().replace(b"return pb.Tensor(name, value)", b"return pb.Tensor(name, value * 666)")
    )
    program.with_name("__pycache__").unlink()
    stub_python = str(serving_folder() / "bin" / "python")
    compiled = f"""
import importlib.util, py_compile
cache = importlib.util.cache_from_source({str(program)!r})
py_compile.compile({str(odd)!r}, cache, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
"""
    subprocess.run([stub_python, "-c", compiled], check=True)
    odd.unlink()
    assert load_again(lab, server, CHAMPION) is None
    serving = TritonServing.at(lab.place.paths(PRODUCTION))
    assert ask(serving.url(SCALER))[1]["outputs"][0]["data"][0] == 666 * 3
    ((kind, message),) = found(lab)
    assert kind is DriftKind.SERVED_BYTES
    assert "bytecode was added" in message
    put_back(lab)
    assert ask(serving.url(SCALER))[1]["outputs"][0]["data"][0] == 3


@pytest.mark.exhaustive
def test_bytes_that_were_swapped_and_swapped_back_are_never_loaded(
    lab: Laboratory, applied: dict[str, Any], server: Control
) -> None:
    new, old = (
        served_folder(lab, version) / "1/payload/model/model.onnx" for version in (CHAMPION, PREVIOUS)
    )
    kept = new.read_bytes()
    new.write_bytes(old.read_bytes())
    assert "hash to" in (load_again(lab, server, CHAMPION) or "")
    new.write_bytes(kept)
    assert drift_kinds(lab) == {DriftKind.UNLOADED}
    put_back(lab)


@pytest.mark.exhaustive
def test_a_version_unloaded_by_hand_is_found_and_loaded_again(
    lab: Laboratory, applied: dict[str, Any], server: Control
) -> None:
    for version in (PREVIOUS, CHAMPION):
        server.unload(upstream(lab, version))
    wait_until(lambda: drift_kinds(lab) == {DriftKind.UNLOADED})
    assert len(found(lab)) == 2
    put_back(lab)


@pytest.mark.exhaustive
def test_a_version_loaded_by_hand_is_found_and_unloaded(lab: Laboratory, applied: dict[str, Any]) -> None:
    load_by_hand(lab, UNUSED)
    ((kind, message),) = found(lab)
    assert (kind, message.endswith("was loaded by hand")) == (DriftKind.LOADED, True)
    put_back(lab)


@pytest.mark.exhaustive
def test_what_is_loaded_under_a_name_of_its_own_is_found_and_left_to_whoever_did_it(
    lab: Laboratory, applied: dict[str, Any], server: Control
) -> None:
    stranger = lab.place.paths(PRODUCTION).model_repository / "stranger"
    shutil.copytree(served_folder(lab, CHAMPION), stranger)
    config = (stranger / "config.pbtxt").read_text().replace(upstream(lab, CHAMPION), "stranger")
    (stranger / "config.pbtxt").write_text(config)
    server.load("stranger")
    assert drift_kinds(lab) == {DriftKind.UNMANAGED}
    assert [refused.resource for refused in revert(lab).plan.refused] == ["stranger"]
    server.unload("stranger")
    wait_until(lambda: found(lab) == [])
    shutil.rmtree(stranger)


@pytest.mark.exhaustive
def test_a_route_changed_in_the_gateways_file_is_found_and_put_back(
    lab: Laboratory, applied: dict[str, Any]
) -> None:
    route_by_hand(lab, PREVIOUS)
    assert found(lab) == [(DriftKind.ROUTE, "the route was changed from 1.2.0 100 % to 1.1.0 100 %")]
    put_back(lab)


@pytest.mark.exhaustive
def test_a_deleted_version_is_found_and_registered_again_with_its_alias(
    lab: Laboratory, applied: dict[str, Any], client: Any
) -> None:
    before = client.get_model_version(NAME, NUMBERS[UNUSED]).tags
    client.delete_model_version(NAME, NUMBERS[UNUSED])
    ((kind, message),) = found(lab)
    assert (kind, message) == (
        DriftKind.DELETED,
        f"1.0.0 ({short_digest(lab.payloads[UNUSED].digest)}) was deleted",
    )
    shutil.rmtree(stored(lab, UNUSED).parents[1])
    put_back(lab)
    again = lab.registry(PRODUCTION).find(SCALER, UNUSED)
    assert again
    number = max(int(one.version) for one in client.search_model_versions(f"name = '{NAME}'"))
    assert client.get_model_version(NAME, str(number)).tags == before
    assert stored(lab, UNUSED).is_file()


@pytest.mark.exhaustive
def test_what_was_changed_by_hand_is_still_drift_after_an_apply_of_something_else(
    lab: Laboratory, client: Any
) -> None:
    client.set_model_version_tag(NAME, NUMBERS[UNUSED], "run", "another-run")
    for version in (PREVIOUS, CHAMPION):
        lab.pin(PRODUCTION, version)
        assert reconcile(lab.place, head(lab), PRODUCTION, SILENT).is_done
    assert found(lab) == [(DriftKind.TAGS, "the tags of 1.0.0 were edited: run")]
    put_back(lab)
    assert found(lab) == []


@pytest.mark.exhaustive
def test_status_says_drifted_and_why(lab: Laboratory, applied: dict[str, Any], server: Control) -> None:
    load_with(lab, server, CHAMPION, instances(2))
    shown = status(lab.place, head(lab))[PRODUCTION][SCALER]
    assert (shown.state, shown.reason) == (
        "Drifted",
        "since the last apply 1.2.0 was given 2 instances and had 1",
    )
    put_back(lab)
    assert status(lab.place, head(lab))[PRODUCTION][SCALER].state == "Ready"


@pytest.mark.exhaustive
def test_a_revert_says_on_the_ledger_what_it_was_and_why(
    lab: Laboratory, applied: dict[str, Any], client: Any, command: Command
) -> None:
    client.delete_registered_model_alias(NAME, "previous")
    command("drift", "--env", PRODUCTION, "--revert", "--reason", "it was a slip", status=0)
    said = [predicate_json(record) for record in lab.ledger().newest_first()][1]
    assert (said["undoing"], said["reason"]) == ("drift", "it was a slip")
    assert [outcome["action"] for outcome in said["outcomes"]] == ["champion"]


@pytest.mark.exhaustive
def test_a_revert_that_fails_puts_no_version_on_hold(
    lab: Laboratory, applied: dict[str, Any], client: Any
) -> None:
    earlier = lab.place.paths("integration").artifacts / NAME
    payload = earlier / lab.payloads[CHAMPION].digest.removeprefix("sha256:") / "model" / "model.onnx"
    good = payload.read_bytes()
    payload.write_bytes(b"spoiled too")
    stored(lab, CHAMPION).write_bytes(b"spoiled")
    try:
        done = revert(lab)
        assert [outcome.result for outcome in done.outcomes] == [Result.FAILED]
        assert end_state(lab)["held"] == []
        assert drift_kinds(lab) == {DriftKind.BYTES}
    finally:
        payload.write_bytes(good)
    put_back(lab)


def test_an_alias_that_was_moved_is_adopted_on_a_branch(
    lab: Laboratory, applied: dict[str, Any], client: Any
) -> None:
    client.set_registered_model_alias(NAME, "champion", NUMBERS[UNUSED])
    done = adopt(lab)
    assert done.refused == ()
    said = adopted_document(lab, done.proposed.commit)
    assert (said["version"], said["digest"]) == (UNUSED, lab.payloads[UNUSED].digest)
    assert said["from"]["environment"] == "integration"
    assert adopt(lab).proposed.reused
    put_back(lab)


@pytest.mark.exhaustive
def test_a_route_that_was_changed_is_adopted_and_nothing_else_changes(
    lab: Laboratory, applied: dict[str, Any]
) -> None:
    route_by_hand(lab, PREVIOUS)
    done = adopt(lab)
    before = adopted_text(lab, "main")
    after = adopted_text(lab, done.proposed.commit)
    assert done.proposed.branch.startswith("adopt/production/")
    changed = [line for line in after.splitlines() if line not in before.splitlines()]
    assert len(changed) <= 4
    assert f'"version": "{PREVIOUS}",' in after
    put_back(lab)


@pytest.mark.exhaustive
def test_a_number_of_instances_is_adopted(lab: Laboratory, applied: dict[str, Any], server: Control) -> None:
    load_with(lab, server, CHAMPION, instances(2))
    done = adopt(lab)
    said = adopted_document(lab, done.proposed.commit)
    assert (said["version"], said["serving"]["instances"]) == (CHAMPION, 2)
    put_back(lab)


@pytest.mark.exhaustive
def test_what_cannot_be_declared_is_refused_by_name(
    lab: Laboratory, applied: dict[str, Any], client: Any
) -> None:
    client.set_model_version_tag(NAME, NUMBERS[PREVIOUS], "run", "another-run")
    stored(lab, PREVIOUS).write_bytes(b"other weights")
    with pytest.raises(
        Refusal, match=r"none of it can be declared: lab/scaler: the tags of 1\.1\.0 were edited"
    ):
        adopt(lab)
    client.set_registered_model_alias(NAME, "champion", NUMBERS[UNUSED])
    refused = adopt(lab).refused
    assert len(refused) == 2
    assert "the artifact of 1.1.0 in the registry's store was changed" in refused[1]
    put_back(lab)


@pytest.mark.exhaustive
def test_an_alias_and_a_route_that_disagree_are_not_adopted(
    lab: Laboratory, applied: dict[str, Any], client: Any
) -> None:
    client.set_registered_model_alias(NAME, "champion", NUMBERS[UNUSED])
    route_by_hand(lab, PREVIOUS)
    with pytest.raises(Refusal, match="it is not clear what is to be declared"):
        adopt(lab)
    put_back(lab)


@pytest.mark.exhaustive
def test_the_command_exits_with_1_while_there_is_drift(
    lab: Laboratory, applied: dict[str, Any], client: Any, command: Command
) -> None:
    client.set_registered_model_alias(NAME, "champion", NUMBERS[UNUSED])
    said = command("drift", "--env", PRODUCTION, "--json", status=1)
    (drift,) = json.loads(said)["drifts"]
    assert (drift["kind"], drift["resource"], drift["about"]) == ("alias", SCALER, "champion")
    shown = command("drift", "--env", PRODUCTION, status=1)
    assert "undo all of it: platform drift --env production --revert" in shown
    assert "or declare it: platform drift --env production --adopt" in shown
    assert "champion 1.0.0 → 1.2.0" in command("drift", "--env", PRODUCTION, "--revert", status=0)
    assert "no changes by hand" in command("drift", "--env", PRODUCTION, status=0)


@pytest.mark.exhaustive
def test_every_environment_is_compared_where_none_is_named_and_what_cannot_be_is_said(
    lab: Laboratory, applied: dict[str, Any], client: Any, command: Command
) -> None:
    client.set_registered_model_alias(NAME, "champion", NUMBERS[UNUSED])
    environments = json.loads(command("drift", SCALER, "--json", status=1))["environments"]
    assert [drift["about"] for drift in environments[PRODUCTION]["drifts"]] == ["champion"]
    assert "there is no snapshot of development" in environments["development"]["error"]["message"]
    assert "development cannot be compared" in command("drift", "--tenant", "lab", status=1)
    put_back(lab)


@pytest.mark.exhaustive
def test_what_is_of_no_model_is_left_out_where_a_model_is_named(lab: Laboratory) -> None:
    last = find_drift(lab.place, head(lab), PRODUCTION).last
    stray = Drift(DriftKind.UNMANAGED, "", "stray", "", "stray is loaded")
    moved = Drift(DriftKind.ALIAS, SCALER, "champion", "", "it was moved")
    drifted = Drifted(last, (stray, moved))
    assert narrowed(drifted, Selection(SCALER)).drifts == (moved,)
    assert narrowed(drifted, Selection(tenant="other")).drifts == ()
    assert narrowed(drifted, Selection(environment=PRODUCTION)) == drifted


@pytest.mark.exhaustive
def test_what_ran_before_an_adopted_champion_is_previous_and_stays_loaded(
    lab: Laboratory, applied: dict[str, Any], client: Any
) -> None:
    client.set_registered_model_alias(NAME, "champion", NUMBERS[PREVIOUS])
    merge_locally(lab.place.git, adopt(lab).proposed.branch)
    assert reconcile(lab.place, head(lab), PRODUCTION, SILENT).is_done
    assert end_state(lab)["aliases"] == {"champion": PREVIOUS, "previous": CHAMPION}
    assert end_state(lab)["loaded"] == [(PREVIOUS, True), (CHAMPION, True)]
    lab.pin(PRODUCTION, CHAMPION)
    assert reconcile(lab.place, head(lab), PRODUCTION, SILENT).is_done


@pytest.mark.exhaustive
def test_status_does_not_import_mlflow(lab: Laboratory) -> None:
    program = """
import sys
from mlplatform.flow.check.run_check import load_repository
from mlplatform.flow.status import status
from mlplatform.flow.workspace import Workspace
here = Workspace.discover()
production = status(here, load_repository(here.git, "HEAD"))["production"]
print(production["lab/scaler"].state, "mlflow" in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=lab.place.git.root, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["Ready", "False"]


@pytest.mark.exhaustive
def test_without_a_snapshot_drift_is_refused_and_not_denied(lab: Laboratory) -> None:
    with pytest.raises(Refusal, match="there is no snapshot of development"):
        find_drift(lab.place, head(lab), "development")


@pytest.mark.exhaustive
def test_who_was_confirmed_by_name_is_on_record(lab: Laboratory) -> None:
    critical = {**documents([SCALER])[f"models/{SCALER}.yaml"], "critical": True}
    lab.commit({f"models/{SCALER}.yaml": critical}, "nobody can do without it")
    lab.remove(PRODUCTION)
    assert not reconcile(lab.place, head(lab), PRODUCTION, SILENT).is_done
    wanted = ApplyOptions(confirmed=frozenset([SCALER]))
    assert reconcile(lab.place, head(lab), PRODUCTION, SILENT, wanted).is_done
    said = [predicate_json(record) for record in lab.ledger().newest_first()][1]
    assert (said["confirmed"], end_state(lab)["aliases"]) == ([SCALER], {})


def adopt(lab: Laboratory) -> Any:
    return adopt_drift(lab.place, head(lab), PRODUCTION, "main", "")


def adopted_text(lab: Laboratory, rev: str) -> str:
    return lab.place.git.run("show", f"{rev}:environments/production/{SCALER}.yaml").decode()


def adopted_document(lab: Laboratory, rev: str) -> Any:
    return read_mapping(adopted_text(lab, rev), rev)


def load_by_hand(lab: Laboratory, version: str) -> None:
    serving = TritonServing.at(lab.place.paths(PRODUCTION))
    ref = ArtifactRef(lab.payloads[version].uri, lab.payloads[version].digest)
    serving.ensure(Candidate(SCALER, version, ref, "onnx", SCALING))


def route_by_hand(lab: Laboratory, version: str) -> None:
    """Write the gateway's route file, and wait until it is followed."""
    file = lab.place.paths(PRODUCTION).routes
    said = json.loads(file.read_text())
    said["generation"] += 1
    said["models"][NAME]["routes"] = [
        {
            "version": version,
            "digest": lab.payloads[version].digest,
            "upstreamModel": upstream(lab, version),
            "weight": 100,
        }
    ]
    new = file.with_name("by-hand")
    new.write_text(json.dumps(said))
    new.replace(file)
    serving = TritonServing.at(lab.place.paths(PRODUCTION))
    wait_until(lambda: serving.observe().weights[SCALER] == {lab.payloads[version].digest: 100})
