"""Adds a version: its bytes first, then the MLflow version with all its tags at once."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mlplatform.core.payload import short
from mlplatform.providers.registry.interface import RegisteredVersion, RegistryError
from mlplatform.providers.registry.mlflow.calls import cause_of, mlflow_calls
from mlplatform.providers.registry.mlflow.names import Names, folder_name
from mlplatform.providers.registry.mlflow.payloads import keep
from mlplatform.providers.registry.mlflow.state import Held, read_versions
from mlplatform.providers.registry.mlflow.tags import to_tags

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient


def add(
    client: "MlflowClient", names: Names, artifacts: Path, wanted: RegisteredVersion
) -> RegisteredVersion:
    """The version that is there, or else a new one; the caller holds the registry's lock."""
    what = f"{wanted.model} {wanted.version}"
    name, tags = names.registered(wanted.model), _tags(wanted)
    with mlflow_calls(f"looking for {what}"):
        held = read_versions(client, names, f"name = '{name}'")
    if present := _present([one for one in held if one.semver == wanted.version], wanted):
        return present
    ref = keep(wanted.ref, artifacts / folder_name(wanted.model))
    with mlflow_calls(f"registering {what}"):
        _make_model(client, name)
        client.create_model_version(name, source=ref.uri, tags=tags, await_creation_for=0)
    return replace(wanted, ref=ref)


def _tags(wanted: RegisteredVersion) -> dict[str, str]:
    try:
        return to_tags(wanted)
    except ValueError as error:
        raise RegistryError(
            f"{wanted.model} {wanted.version} cannot be registered: {cause_of(error)}"
        ) from error


def _present(held: list[Held], wanted: RegisteredVersion) -> RegisteredVersion | None:
    """The version if it is there already; RegistryError when what is there is not what is wanted."""
    for one in held:
        if one.version is None:
            raise RegistryError(one.problem, fix="repair its tags or delete it in MLflow")
        if one.version.ref.digest != wanted.ref.digest:
            raise RegistryError(
                f"{wanted.model} {wanted.version} is registered as {short(one.version.ref.digest)} "
                f"and cannot become {short(wanted.ref.digest)}",
                fix="register the other bytes under a new version",
            )
    return held[0].version if held else None


def _make_model(client: "MlflowClient", name: str) -> None:
    """Have the registered model; training scripts may make it at the same time."""
    from mlflow.exceptions import MlflowException

    try:
        client.get_registered_model(name)
    except MlflowException as absent:
        if absent.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
        try:
            client.create_registered_model(name)
        except MlflowException as there:
            if there.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
