"""Adds a version: its bytes first, then the MLflow version with all its tags at once."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mlplatform.core.payload import short_digest
from mlplatform.providers.registry.interface import RegisteredVersion, RegistryError
from mlplatform.providers.registry.mlflow.calls import cause_of, registry_calls
from mlplatform.providers.registry.mlflow.names import Names
from mlplatform.providers.registry.mlflow.payloads import Payloads
from mlplatform.providers.registry.mlflow.state import Held, read_versions
from mlplatform.providers.registry.mlflow.tags import to_tags

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient


def add(
    client: "MlflowClient", names: Names, payloads: Payloads, entry: RegisteredVersion
) -> RegisteredVersion:
    """The version that is there, or else a new one; the caller holds the registry's lock."""
    what = f"{entry.model} {entry.version}"
    name, tags = names.registered(entry.model), tags_of(entry)
    with registry_calls(f"looking for {what}"):
        held = read_versions(client, names, f"name = '{name}'")
    if registered := present([record for record in held if record.semver == entry.version], entry):
        return registered
    ref = payloads.keep(entry.ref, entry.model)
    with registry_calls(f"registering {what}"):
        make_model(client, name)
        client.create_model_version(name, source=ref.uri, tags=tags, await_creation_for=0)
    return replace(entry, ref=ref)


def tags_of(entry: RegisteredVersion) -> dict[str, str]:
    """The tags of a version; RegistryError when it cannot be said in tags."""
    try:
        return to_tags(entry)
    except ValueError as error:
        raise RegistryError(
            f"{entry.model} {entry.version} cannot be registered: {cause_of(error)}"
        ) from error


def present(held: Sequence[Held], entry: RegisteredVersion) -> RegisteredVersion | None:
    """The version if it is there already; RegistryError when what is there is not what is wanted."""
    for record in held:
        if record.version is None:
            raise RegistryError(record.problem, fix="repair its tags or delete it in MLflow")
        if record.version.ref.digest != entry.ref.digest:
            raise RegistryError(
                f"{entry.model} {entry.version} is registered as {short_digest(record.version.ref.digest)} "
                f"and cannot become {short_digest(entry.ref.digest)}",
                fix="register the other artifact under a new version",
            )
    return held[0].version if held else None


def make_model(client: "MlflowClient", name: str) -> None:
    """Have the registered model; training scripts may make it at the same time."""
    try:
        client.get_registered_model(name)
    except Exception as absent:
        if error_code(absent) != "RESOURCE_DOES_NOT_EXIST":
            raise
        try:
            client.create_registered_model(name)
        except Exception as error:
            if error_code(error) != "RESOURCE_ALREADY_EXISTS":
                raise


def error_code(error: Exception) -> str:
    """MLflow's own code of an error, whether its client or a server said it; nothing for other errors."""
    return str(getattr(error, "error_code", ""))
