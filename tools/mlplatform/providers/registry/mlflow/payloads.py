"""Payloads in the registry's own store, under folders named by their digest that appear whole or not at all.

<artifacts>/<tenant>.<model>/<64 hex digits>/model/…           the payload
                                            /payload.manifest  what the digest is taken over
                                            /MLmodel           what makes it a model to MLflow
"""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from mlplatform.core.payload import MANIFEST_NAME, PAYLOAD_FOLDER, ArtifactRef, manifest
from mlplatform.providers.artifacts import store_for
from mlplatform.providers.artifacts.durable import sync_folder, write_durably
from mlplatform.providers.artifacts.file import FileStore
from mlplatform.providers.artifacts.interface import ArtifactError
from mlplatform.providers.registry.interface import RegistryError
from mlplatform.providers.registry.mlflow.model_file import write_model_file
from mlplatform.providers.registry.mlflow.names import folder_name


class Payloads(Protocol):
    """Where a registry keeps the payloads of its models."""

    def keep(self, source: ArtifactRef, model: str) -> ArtifactRef:
        """Copy a payload of a model here, verified; one that is here is verified again."""
        ...

    def renew(self, source: ArtifactRef, model: str) -> ArtifactRef:
        """The same, and one that is lost or spoiled here is brought again (from nowhere: an empty URI)."""
        ...


@dataclass(frozen=True, slots=True)
class LocalPayloads:
    """Payloads in a folder of this machine; the caller holds the registry's lock."""

    artifacts: Path

    def keep(self, source: ArtifactRef, model: str) -> ArtifactRef:
        return keep(source, self.artifacts / folder_name(model))

    def renew(self, source: ArtifactRef, model: str) -> ArtifactRef:
        return renew(source, self.artifacts / folder_name(model))


def keep(source: ArtifactRef, home: Path) -> ArtifactRef:
    """Copy a payload into its folder under `home`, verified; a folder that is there is verified again.

    The caller holds the registry's lock, so a draft that lies there belongs to an addition that died.
    """
    folder = home / source.digest.removeprefix("sha256:")
    kept = ArtifactRef(folder.as_uri(), source.digest)
    try:
        _remove_drafts(home)
        if folder.exists():
            _verify(kept, folder)
        else:
            _bring(source, folder)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise RegistryError(f"the artifact cannot be stored: {error.filename or folder}: {reason}") from error
    return kept


def renew(source: ArtifactRef, home: Path) -> ArtifactRef:
    """The payload in its folder under `home`, verified; where that is lost or spoiled it is brought again.

    The caller holds the registry's lock. RegistryError when the source has it not (an empty URI: there is none).
    """
    folder = home / source.digest.removeprefix("sha256:")
    kept = ArtifactRef(folder.as_uri(), source.digest)
    try:
        _remove_drafts(home)
        if spoiled := _flaw(kept):
            if not source.uri:
                raise RegistryError(
                    f"{spoiled}, and there is no other copy", fix="train and register a new version"
                )
            _bring(source, folder)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise RegistryError(f"the artifact cannot be stored: {error.filename or folder}: {reason}") from error
    return kept


def _flaw(kept: ArtifactRef) -> str:
    try:
        FileStore().verify(kept)
    except ArtifactError as error:
        return error.message
    return ""


def _bring(source: ArtifactRef, folder: Path) -> None:
    draft, old = (folder.with_name(f".{folder.name}{end}.new") for end in ("", ".old"))
    try:
        entries = store_for(source.uri).fetch(source, draft / PAYLOAD_FOLDER)
        write_durably(draft / MANIFEST_NAME, manifest(entries))
        write_model_file(draft, entries)
        sync_folder(draft)
        if folder.exists():
            folder.rename(old)
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    for changed in (folder.parent, folder.parent.parent):
        sync_folder(changed)
    shutil.rmtree(old, ignore_errors=True)


def _verify(kept: ArtifactRef, folder: Path) -> None:
    try:
        FileStore().verify(kept)
    except ArtifactError as error:
        raise RegistryError(error.message, fix=f"remove {folder} and try again") from error


def _remove_drafts(home: Path) -> None:
    for draft in home.glob(".*.new"):
        shutil.rmtree(draft)
