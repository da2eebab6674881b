"""Reading: two searches whatever the size, and nothing believed that does not hold together."""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mlplatform.core.payload import ArtifactRef
from mlplatform.providers.registry.mlflow import MlflowRegistry, state
from mlplatform.providers.registry.mlflow.tags import idempotency_key
from tests.support.payloads import snapshot
from tests.support.registries import MODEL, add, mlflow_registry


@contextmanager
def counted() -> Iterator[dict[str, int]]:
    """How often MLflow's client is asked, and how many statements reach SQLite."""
    from mlflow.tracking import MlflowClient
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    counts = {"calls": 0, "statements": 0}

    def statement(*_: Any) -> None:
        counts["statements"] += 1

    def wrapped(original: Any) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            counts["calls"] += 1
            return original(*args, **kwargs)

        return call

    names = [
        name
        for name in vars(MlflowClient)
        if not name.startswith("_") and callable(getattr(MlflowClient, name))
    ]
    with pytest.MonkeyPatch.context() as patch:
        for name in names:
            patch.setattr(MlflowClient, name, wrapped(getattr(MlflowClient, name)))
        event.listen(Engine, "before_cursor_execute", statement)
        try:
            yield counts
        finally:
            event.remove(Engine, "before_cursor_execute", statement)


def test_a_read_costs_two_calls_whatever_the_size(registry: MlflowRegistry, source: ArtifactRef) -> None:
    costs = []
    for model in range(12):
        for version in ("1.0.0", "1.1.0"):
            add(registry, version, source, f"clinic/model-{model}")
        registry.set_aliases(f"clinic/model-{model}", "1.1.0", "1.0.0")
        with counted() as counts:
            held = registry.read()
        costs.append(counts)
    assert len(held.versions) == len(held.aliases) == 12
    assert costs == [{"calls": 2, "statements": costs[0]["statements"]}] * 12


def test_nothing_is_lost_between_pages(
    registry: MlflowRegistry, source: ArtifactRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    for model in ("clinic/a-model", "clinic/b-model", "clinic/c-model"):
        add(registry, "1.0.0", source, model)
        add(registry, "2.0.0", source, model)
        registry.set_aliases(model, "2.0.0", "1.0.0")
    whole = registry.read()
    monkeypatch.setattr(state, "_VERSIONS_A_PAGE", 2)
    monkeypatch.setattr(state, "_MODELS_A_PAGE", 1)
    assert registry.read() == whole
    assert len(whole.aliases) == 3


def test_only_names_with_the_environments_prefix_are_its_own(tmp_path: Path, source: ArtifactRef) -> None:
    plain = mlflow_registry(tmp_path / "shared")
    prefixed = mlflow_registry(tmp_path / "shared", prefix="acme.")
    add(plain, "1.0.0", source)
    add(prefixed, "2.0.0", source)
    assert list(plain.read().versions[MODEL]) == ["1.0.0"]
    assert list(prefixed.read().versions[MODEL]) == ["2.0.0"]


def test_what_others_registered_is_ignored_and_left_alone(
    registry: MlflowRegistry, client: Any, source: ArtifactRef
) -> None:
    add(registry, "1.0.0", source)
    client.create_model_version("clinic.tumour", "/somewhere", tags={"owner": "eve"})
    client.create_registered_model("their model")
    client.create_model_version(
        "their model", "/somewhere", tags={"semver": "1.0.0", "digest": source.digest}
    )
    before = snapshot(registry.database.parent)
    held = registry.read()
    assert (list(held.versions), list(held.versions[MODEL]), held.notes) == ([MODEL], ["1.0.0"], ())
    assert snapshot(registry.database.parent) == before


@pytest.mark.parametrize(
    ("tag", "value", "says"),
    [
        ("semver", "1.x", "tag semver"),
        ("semver", "2.0.0", "idempotency_key"),
        ("digest", "sha256:12", "tag digest"),
        ("digest", "sha256:" + "0" * 64, "idempotency_key"),
        ("idempotency_key", "x", "idempotency_key"),
        ("commit", "main", "tag commit"),
        ("data.clinic/biopsies", "md5:1", "tag data.clinic/biopsies"),
        ("data.biopsies", "sha256:" + "0" * 64, "tag data.biopsies"),
        ("metric.auc", "high", "tag metrics.auc"),
        ("metric.auc", "nan", "tag metrics.auc"),
        ("metric.auc", "inf", "tag metrics.auc"),
    ],
)
def test_a_version_whose_tags_were_changed_is_not_believed_and_a_note_says_why(
    registry: MlflowRegistry, client: Any, source: ArtifactRef, tag: str, value: str, says: str
) -> None:
    add(registry, "1.0.0", source)
    whole = add(registry, "1.1.0", source)
    client.set_model_version_tag("clinic.tumour", "1", tag, value)
    held = registry.read()
    assert held.versions == {MODEL: {"1.1.0": whole}}
    (note,) = held.notes
    assert says in note
    assert "clinic/tumour, MLflow version 1 " in note


@pytest.mark.parametrize("tag", ["semver", "digest"])
def test_a_version_that_lost_a_tag_is_not_believed(
    registry: MlflowRegistry, client: Any, source: ArtifactRef, tag: str
) -> None:
    add(registry, "1.0.0", source)
    client.delete_model_version_tag("clinic.tumour", "1", tag)
    held = registry.read()
    assert held.versions == {}
    assert f"tag {tag}" in held.notes[0]


def _claim(client: Any, digest: str) -> None:
    tags = {"semver": "1.0.0", "digest": digest, "idempotency_key": idempotency_key(MODEL, "1.0.0", digest)}
    client.create_model_version("clinic.tumour", "file:///elsewhere", tags=tags)


def test_two_digests_for_one_version_are_both_ignored(
    registry: MlflowRegistry, client: Any, source: ArtifactRef, other: ArtifactRef
) -> None:
    add(registry, "1.0.0", source)
    _claim(client, other.digest)
    held = registry.read()
    assert held.versions == {}
    assert held.notes == ("clinic/tumour 1.0.0 is ignored: MLflow versions 1, 2 differ in their digest",)


def test_of_two_that_say_the_same_the_first_counts(
    registry: MlflowRegistry, client: Any, source: ArtifactRef
) -> None:
    added = add(registry, "1.0.0", source)
    _claim(client, source.digest)
    client.set_registered_model_alias("clinic.tumour", "champion", "2")
    held = registry.read()
    assert (held.versions, held.notes) == ({MODEL: {"1.0.0": added}}, ())
    assert held.aliases == {MODEL: {"champion": "1.0.0"}}


def test_an_alias_on_what_nobody_reviewed_is_none_and_a_note_says_so(
    registry: MlflowRegistry, client: Any, source: ArtifactRef
) -> None:
    add(registry, "1.0.0", source)
    client.create_model_version("clinic.tumour", "/somewhere")
    client.set_registered_model_alias("clinic.tumour", "champion", "2")
    held = registry.read()
    assert held.aliases == {}
    assert held.notes == (
        "the alias champion of clinic/tumour is ignored: this platform did not register MLflow version 2",
    )
    registry.set_aliases(MODEL, "1.0.0", None)
    assert registry.read().aliases == {MODEL: {"champion": "1.0.0"}}
    assert registry.read().notes == ()


def test_a_deleted_version_is_gone(registry: MlflowRegistry, client: Any, source: ArtifactRef) -> None:
    add(registry, "1.0.0", source)
    client.delete_model_version("clinic.tumour", "1")
    assert registry.read().versions == {}
    assert add(registry, "1.0.0", source).version == "1.0.0"
    assert list(registry.read().versions[MODEL]) == ["1.0.0"]


def test_threads_may_read_at_once_and_leave_the_warning_filters_as_they_were(
    registry: MlflowRegistry, source: ArtifactRef
) -> None:
    add(registry, "1.0.0", source)
    filters, held = list(warnings.filters), []
    readers = [threading.Thread(target=lambda: held.append(registry.read())) for _ in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(60)
    assert len(held) == 8
    assert all(one == held[0] for one in held)
    assert warnings.filters == filters
