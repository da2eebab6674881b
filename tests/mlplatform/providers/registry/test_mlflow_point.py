"""Aliases, and the deprecated stages behind them where an environment asks for them."""

from pathlib import Path
from typing import Any

import pytest

from mlplatform.core.payload import ArtifactRef
from mlplatform.providers.registry.interface import RegistryError, WrongStage
from mlplatform.providers.registry.mlflow import MlflowRegistry
from tests.support.payloads import onnx_model, write_payload
from tests.support.registries import MODEL, add, client_of, mlflow_registry

# of the calls that these tests make; that ours are silent is tested in test_mlflow_database.py
pytestmark = pytest.mark.filterwarnings("ignore:.*is deprecated since 2.9.0:FutureWarning")

NAME = "clinic.tumour"
VERSIONS = ("1.0.0", "1.1.0", "1.2.0")


@pytest.fixture
def staged(tmp_path: Path, source: ArtifactRef) -> MlflowRegistry:
    """A registry that keeps legacy stages, with three versions."""
    registry = mlflow_registry(tmp_path / "production", legacyStages=True)
    for version in VERSIONS:
        add(registry, version, source)
    return registry


def stages(registry: MlflowRegistry) -> list[str]:
    """The stages of the versions, in the order in which they were registered."""
    found = client_of(registry).search_model_versions(f"name = '{NAME}'", order_by=["version_number ASC"])
    return [version.current_stage for version in found]


def in_production(registry: MlflowRegistry) -> list[str]:
    """The semver that `models:/name/Production` resolves to."""
    return [one.tags["semver"] for one in client_of(registry).get_latest_versions(NAME, ["Production"])]


def test_stages_follow_the_aliases(staged: MlflowRegistry) -> None:
    steps: list[tuple[tuple[str | None, str | None], list[str]]] = [
        (("1.0.0", None), ["Production", "None", "None"]),
        (("1.1.0", "1.0.0"), ["Archived", "Production", "None"]),
        (("1.2.0", "1.1.0"), ["None", "Archived", "Production"]),
        (("1.1.0", "1.2.0"), ["None", "Production", "Archived"]),
        ((None, "1.2.0"), ["None", "None", "Archived"]),
        ((None, None), ["None", "None", "None"]),
    ]
    for (champion, previous), wanted in steps:
        staged.set_aliases(MODEL, champion, previous)
        assert stages(staged) == wanted
        assert in_production(staged) == ([champion] if champion else [])


def test_without_legacy_stages_none_is_set(registry: MlflowRegistry, source: ArtifactRef) -> None:
    add(registry, "1.0.0", source)
    registry.set_aliases(MODEL, "1.0.0", None)
    assert stages(registry) == ["None"]


def test_a_model_loads_by_its_stage_after_a_rollback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import mlflow
    import numpy as np

    registry = mlflow_registry(tmp_path / "production", legacyStages=True)
    for version, factor in (("1.0.0", 2.0), ("1.1.0", 5.0)):
        add(registry, version, write_payload(tmp_path / version, {"model.onnx": onnx_model(factor)}))
    monkeypatch.chdir(tmp_path)
    mlflow.set_tracking_uri(f"sqlite:///{registry.database}")
    try:
        for champion, previous, wanted in (("1.1.0", "1.0.0", 5.0), ("1.0.0", "1.1.0", 2.0)):
            registry.set_aliases(MODEL, champion, previous)
            loaded = mlflow.pyfunc.load_model(f"models:/{NAME}/Production")
            assert loaded.predict(np.ones((1, 2), np.float32))["Y"].tolist() == [[wanted, wanted]]
    finally:
        mlflow.set_tracking_uri(None)


def test_stages_moved_by_hand_are_told_and_put_back(staged: MlflowRegistry) -> None:
    staged.set_aliases(MODEL, "1.1.0", "1.0.0")
    client_of(staged).transition_model_version_stage(NAME, "3", "Production", archive_existing_versions=True)
    assert staged.read().stage_mismatches == {MODEL: WrongStage("1.1.0", "Archived", "Production")}
    staged.set_aliases(MODEL, "1.1.0", "1.0.0")
    assert staged.read().stage_mismatches == {}
    assert stages(staged) == ["Archived", "Production", "None"]


def test_stages_that_are_asked_for_later_are_told_and_set(
    registry: MlflowRegistry, source: ArtifactRef, tmp_path: Path
) -> None:
    add(registry, "1.0.0", source)
    registry.set_aliases(MODEL, "1.0.0", None)
    staged = mlflow_registry(tmp_path / "development", legacyStages=True)
    assert list(staged.read().stage_mismatches) == [MODEL]
    staged.set_aliases(MODEL, "1.0.0", None)
    assert in_production(staged) == ["1.0.0"]
    assert staged.read().stage_mismatches == {}


def test_an_alias_moved_by_hand_is_put_back(
    registry: MlflowRegistry, client: Any, source: ArtifactRef
) -> None:
    for version in VERSIONS:
        add(registry, version, source)
    registry.set_aliases(MODEL, "1.1.0", "1.0.0")
    client.set_registered_model_alias(NAME, "champion", "3")
    client.delete_registered_model_alias(NAME, "previous")
    assert registry.read().aliases == {MODEL: {"champion": "1.2.0"}}
    registry.set_aliases(MODEL, "1.1.0", "1.0.0")
    assert registry.read().aliases == {MODEL: {"champion": "1.1.0", "previous": "1.0.0"}}


def test_other_aliases_stay(registry: MlflowRegistry, client: Any, source: ArtifactRef) -> None:
    add(registry, "1.0.0", source)
    client.set_registered_model_alias(NAME, "challenger", "1")
    registry.set_aliases(MODEL, "1.0.0", None)
    registry.set_aliases(MODEL, None, None)
    assert registry.read().aliases == {MODEL: {"challenger": "1.0.0"}}


class Died(BaseException):
    """Nothing catches it: as good as a killed process between two transactions."""


@pytest.mark.parametrize("writes", range(4))
def test_until_the_champion_alias_moves_a_death_leaves_the_old_one_and_after_it_all_is_done(
    staged: MlflowRegistry, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    """A move of champion and previous takes four writes: previous, two stages, champion."""
    from mlflow.tracking import MlflowClient

    staged.set_aliases(MODEL, "1.1.0", "1.0.0")
    done: list[str] = []

    def dying(name: str) -> Any:
        original = getattr(MlflowClient, name)

        def write(*args: Any, **kwargs: Any) -> Any:
            if len(done) == writes:
                raise Died
            done.append(name)
            return original(*args, **kwargs)

        return write

    with monkeypatch.context() as patch:
        for name in ("set_registered_model_alias", "transition_model_version_stage"):
            patch.setattr(MlflowClient, name, dying(name))
        with pytest.raises(Died):
            staged.set_aliases(MODEL, "1.2.0", "1.1.0")
    assert len(done) == writes
    assert staged.read().aliases[MODEL]["champion"] == "1.1.0"
    assert len(in_production(staged)) == 1
    staged.set_aliases(MODEL, "1.2.0", "1.1.0")
    assert staged.read().aliases == {MODEL: {"champion": "1.2.0", "previous": "1.1.0"}}
    assert stages(staged) == ["None", "Archived", "Production"]


def test_a_version_that_is_not_believed_gets_no_alias(
    registry: MlflowRegistry, client: Any, source: ArtifactRef
) -> None:
    add(registry, "1.0.0", source)
    client.set_model_version_tag(NAME, "1", "digest", "sha256:" + "0" * 64)
    with pytest.raises(RegistryError, match="is not in this registry"):
        registry.set_aliases(MODEL, "1.0.0", None)
