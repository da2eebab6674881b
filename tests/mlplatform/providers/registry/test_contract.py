"""What every registry provider holds to: read, add, add again is the same, point, point again is nothing."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.core.payload import ArtifactRef
from mlplatform.providers.artifacts import store_for
from mlplatform.providers.registry import REGISTRIES
from mlplatform.providers.registry.interface import Registry, RegistryError
from tests.support.mlflow_server import Running, free_port
from tests.support.payloads import FILES, files_below, snapshot
from tests.support.registries import LINEAGE, MODEL, add, connect

SETTINGS: dict[str, list[dict[str, Any]]] = {
    "mlflow": [
        {},
        {"prefix": "acme.", "legacyStages": True},
        {"uri": "http"},
        {"uri": "http", "legacyStages": True},
    ]
}
KINDS = [(provider, settings) for provider in REGISTRIES for settings in SETTINGS[provider]]
Place = Callable[[str], Registry]


@pytest.fixture(params=KINDS, ids=lambda kind: "-".join((kind[0], *kind[1])))
def kind(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def folder(kind: Any, request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Where all is that the registry holds."""
    if kind[1].get("uri") == "http":
        running: Running = request.getfixturevalue("mlflow")
        return running.folder
    return tmp_path / "development"


@pytest.fixture
def place(kind: Any, request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Registries of one kind, by name: in a folder each, or each with a prefix on the server of the session."""
    provider, settings = kind

    def at(name: str) -> Registry:
        if settings.get("uri") != "http":
            return connect(tmp_path / name, provider, **settings)
        prefix = hashlib.sha256(f"{tmp_path}/{name}".encode()).hexdigest()[:12] + "."
        url = request.getfixturevalue("mlflow").url
        return connect(tmp_path / name, provider, **{**settings, "uri": url, "prefix": prefix})

    return at


@pytest.fixture
def registry(place: Place) -> Registry:
    made = place("development")
    made.prepare()
    return made


def stored(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """All that a registry holds, but not what its server logs."""
    return {path: found for path, found in snapshot(folder).items() if not path.endswith("server.log")}


@pytest.mark.parametrize("uri", ["local", "http"])
def test_a_registry_that_is_not_there_says_so_and_is_not_made_by_looking(uri: str, tmp_path: Path) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    absent = connect(tmp_path / "development", uri=uri if uri == "local" else nobody)
    with pytest.raises(RegistryError, match="make up" if uri == "local" else f"{nobody} does not answer"):
        absent.read()
    assert not (tmp_path / "development").exists()


def test_preparing_again_writes_nothing(registry: Registry, folder: Path) -> None:
    before = stored(folder)
    registry.prepare()
    assert stored(folder) == before


def test_a_new_registry_is_empty(registry: Registry) -> None:
    state = registry.read()
    assert (state.versions, state.aliases, state.notes, state.stage_mismatches) == ({}, {}, (), {})


def test_a_version_is_read_back_as_it_was_added(registry: Registry, source: ArtifactRef) -> None:
    added = add(registry, "1.0.0", source)
    assert registry.read().versions == {MODEL: {"1.0.0": added}}
    assert (added.version, added.ref.digest, added.lineage) == ("1.0.0", source.digest, LINEAGE)
    assert (added.change, added.approved_by) == ("e" * 40, ("ada", "grace"))


def test_a_version_without_lineage_is_read_back_too(registry: Registry, source: ArtifactRef) -> None:
    added = registry.add(MODEL, "1.0.0-rc.1", source, type(LINEAGE)())
    assert registry.read().find(MODEL, "1.0.0-rc.1") == added


def test_the_bytes_are_the_registrys_own(registry: Registry, source: ArtifactRef, tmp_path: Path) -> None:
    ref = add(registry, "1.0.0", source).ref
    (tmp_path / "trained").rename(tmp_path / "gone")
    store_for(ref.uri).fetch(ref, tmp_path / "copy")
    assert files_below(tmp_path / "copy") == FILES


def test_adding_again_is_the_same_and_writes_nothing(
    registry: Registry, source: ArtifactRef, folder: Path
) -> None:
    added, before = add(registry, "1.0.0", source), stored(folder)
    assert add(registry, "1.0.0", source) == added
    assert stored(folder) == before


def test_a_version_never_gets_other_bytes(
    registry: Registry, source: ArtifactRef, other: ArtifactRef
) -> None:
    added = add(registry, "1.0.0", source)
    with pytest.raises(RegistryError, match=r"clinic/tumour 1\.0\.0 is registered as"):
        add(registry, "1.0.0", other)
    assert registry.read().versions == {MODEL: {"1.0.0": added}}


def test_two_versions_may_have_the_same_bytes(registry: Registry, source: ArtifactRef) -> None:
    added = [add(registry, version, source) for version in ("1.0.0", "1.0.1")]
    assert list(registry.read().versions[MODEL].values()) == added


def test_bytes_that_are_not_what_the_digest_says_are_not_registered(
    registry: Registry, source: ArtifactRef, tmp_path: Path
) -> None:
    (tmp_path / "trained/model/model.onnx").write_bytes(b"weightZ")
    with pytest.raises(Refusal, match=r"model\.onnx was changed"):
        add(registry, "1.0.0", source)
    assert registry.read().versions == {}


def test_a_promotion_keeps_the_digest_and_the_lineage(
    registry: Registry, source: ArtifactRef, place: Place
) -> None:
    later = place("integration")
    later.prepare()
    here = add(registry, "1.0.0", source)
    there = later.add(MODEL, "1.0.0", here.ref, here.lineage)
    assert (there.ref.digest, there.lineage) == (here.ref.digest, here.lineage)
    assert there.ref.uri != here.ref.uri


def test_reading_writes_nothing(registry: Registry, source: ArtifactRef, folder: Path) -> None:
    add(registry, "1.0.0", source)
    registry.set_aliases(MODEL, "1.0.0", None)
    before = stored(folder)
    registry.read()
    assert stored(folder) == before


def test_aliases_follow(registry: Registry, source: ArtifactRef, other: ArtifactRef) -> None:
    add(registry, "1.0.0", source)
    add(registry, "1.1.0", other)
    steps: list[tuple[str | None, str | None]] = [
        ("1.0.0", None),
        ("1.1.0", "1.0.0"),
        ("1.0.0", "1.1.0"),
        (None, "1.0.0"),
        (None, None),
    ]
    for champion, previous in steps:
        registry.set_aliases(MODEL, champion, previous)
        wanted = {"champion": champion, "previous": previous}
        state = registry.read()
        assert state.aliases.get(MODEL, {}) == {
            alias: version for alias, version in wanted.items() if version
        }
        assert state.stage_mismatches == {}


def test_pointing_again_writes_nothing(
    registry: Registry, source: ArtifactRef, other: ArtifactRef, folder: Path
) -> None:
    add(registry, "1.0.0", source)
    add(registry, "1.1.0", other)
    registry.set_aliases(MODEL, "1.1.0", "1.0.0")
    before = stored(folder)
    registry.set_aliases(MODEL, "1.1.0", "1.0.0")
    assert stored(folder) == before


@pytest.mark.parametrize(("champion", "previous"), [("9.9.9", None), ("1.0.0", "9.9.9"), ("9.9.9", "1.0.0")])
def test_an_alias_for_a_version_that_is_not_there_is_refused_before_anything_moves(
    registry: Registry, source: ArtifactRef, folder: Path, champion: str, previous: str | None
) -> None:
    add(registry, "1.0.0", source)
    before = stored(folder)
    with pytest.raises(RegistryError, match=r"9\.9\.9 is not in this registry"):
        registry.set_aliases(MODEL, champion, previous)
    assert stored(folder) == before


def test_a_model_that_was_never_registered_has_no_aliases_to_take_away(registry: Registry) -> None:
    registry.set_aliases(MODEL, None, None)
    assert registry.read().aliases == {}


@pytest.mark.parametrize(
    ("model", "version", "digest"),
    [
        ("tumour", "1.0.0", ""),
        ("clinic/../x", "1.0.0", ""),
        ("Clinic/tumour", "1.0.0", ""),
        ("clinic/tumour' OR '1", "1.0.0", ""),
        (MODEL, "1.0", ""),
        (MODEL, "01.0.0", ""),
        (MODEL, "latest", ""),
        (MODEL, "1.0.0", "sha256:abc"),
    ],
)
def test_a_name_version_or_digest_that_is_none_is_refused(
    registry: Registry, source: ArtifactRef, model: str, version: str, digest: str
) -> None:
    with pytest.raises(RegistryError):
        add(registry, version, ArtifactRef(source.uri, digest or source.digest), model)
    assert registry.read().versions == {}
