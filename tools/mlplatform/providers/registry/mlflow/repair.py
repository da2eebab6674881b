"""Makes a version what it was registered as, whatever hands have made of it since. Nothing is deleted but tags.

A version is known by where its bytes lie: MLflow's client changes every tag of a version, and never its source.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mlplatform.providers.registry.interface import RegisteredVersion
from mlplatform.providers.registry.mlflow.add import make_model, tags_of
from mlplatform.providers.registry.mlflow.calls import registry_calls
from mlplatform.providers.registry.mlflow.names import Names
from mlplatform.providers.registry.mlflow.payloads import Payloads
from mlplatform.providers.registry.mlflow.state import Held, read_versions
from mlplatform.providers.registry.mlflow.tags import is_tag_of_ours

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

_CLAIMS = ("idempotency_key", "semver", "digest")


def repair_version(
    client: "MlflowClient", names: Names, payloads: Payloads, entry: RegisteredVersion
) -> RegisteredVersion:
    """The version with its own tags and verified bytes; the caller holds the registry's lock."""
    name, tags = names.registered(entry.model), tags_of(entry)
    ref = payloads.renew(entry.ref, entry.model)
    with registry_calls(f"repairing {entry.model} {entry.version}"):
        make_model(client, name)
        held = read_versions(client, names, f"name = '{name}'", every=True)
        ours = _ours(held, entry, ref.uri)
        for record in held:
            if record is not ours and record.semver == entry.version:
                _disown(client, name, record)
        if ours is None:
            client.create_model_version(name, source=ref.uri, tags=tags, await_creation_for=0)
        else:
            _write(client, name, ours, tags)
    return replace(entry, ref=ref)


def _ours(held: Sequence[Held], entry: RegisteredVersion, uri: str) -> Held | None:
    """The one that was registered as this: of several of these bytes the one that says so, or else the first."""
    of_these_bytes = [record for record in held if record.source == uri]
    saying_so = [record for record in of_these_bytes if record.semver == entry.version]
    return next(iter([*saying_so, *of_these_bytes]), None)


def _disown(client: "MlflowClient", name: str, record: Held) -> None:
    for key in _CLAIMS:
        if key in record.tags:
            client.delete_model_version_tag(name, str(record.number), key)


def _write(client: "MlflowClient", name: str, ours: Held, tags: Mapping[str, str]) -> None:
    for key, value in tags.items():
        if ours.tags.get(key) != value:
            client.set_model_version_tag(name, str(ours.number), key, value)
    for key in ours.tags:
        if is_tag_of_ours(key) and key not in tags:
            client.delete_model_version_tag(name, str(ours.number), key)
