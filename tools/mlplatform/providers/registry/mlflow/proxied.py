"""Payloads behind a shared server's artifact proxy, below one run a model: no others may be a version's.

<run's artifacts>/<64 hex digits>/model/…           the payload
                                 /payload.manifest  what the digest is taken over
                                 /MLmodel, /x.onnx  what makes it a model to MLflow, with the weights beside it

A folder is named by its digest, so an upload that died is gone on with, and two at once write the same.
"""

import io
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mlplatform.core.payload import (
    MANIFEST_NAME,
    PAYLOAD_FOLDER,
    ArtifactRef,
    ManifestEntry,
    digest_of,
    manifest,
)
from mlplatform.providers.artifacts import store_for
from mlplatform.providers.artifacts.interface import ArtifactError
from mlplatform.providers.artifacts.mlflow import ProxyStore, place_of
from mlplatform.providers.mlflow import MlflowServer
from mlplatform.providers.registry.interface import RegistryError
from mlplatform.providers.registry.mlflow.calls import registry_calls
from mlplatform.providers.registry.mlflow.model_file import MODEL_FILE, files_beside, model_file, onnx_file
from mlplatform.providers.registry.mlflow.names import Names
from mlplatform.providers.registry.mlflow.rest import MlflowExperiment, MlflowRun, RestClient

EXPERIMENT = "mlplatform payloads"  # no tenant/model: those experiments are the training scripts'
_MODEL_TAG = "mlplatform.model"


@dataclass(frozen=True, slots=True)
class ProxiedPayloads:
    """Payloads that a server keeps for the models of one environment."""

    client: RestClient
    names: Names

    def keep(self, source: ArtifactRef, model: str) -> ArtifactRef:
        """Bring a payload here, verified by what the server gives back; one that is here is verified again."""
        with registry_calls(f"storing the artifact of {model}"):
            kept = self._place(source.digest, model)
            if not _is_whole(kept):
                self._bring(source, kept)
        return kept

    def renew(self, source: ArtifactRef, model: str) -> ArtifactRef:
        """The same; what was added there is taken away. RegistryError when the bytes are nowhere (an empty URI)."""
        with registry_calls(f"storing the artifact of {model}"):
            kept = self._place(source.digest, model)
            if not _is_whole(kept):
                if not source.uri:
                    raise RegistryError(
                        f"the artifact in {kept.uri} is lost or damaged, and there is no other copy",
                        fix="train and register a new version",
                    )
                _, folder = place_of(kept.uri)
                self.client.server.remove(f"{folder}/{PAYLOAD_FOLDER}")
                self._bring(source, kept)
        return kept

    def _place(self, digest: str, model: str) -> ArtifactRef:
        root = self._run(model).info.artifact_uri
        if root.startswith("unserved:"):
            raise RegistryError(
                f"MLflow at {self.client.server.url} keeps artifacts where it does not serve them",
                fix="start it with --serve-artifacts and without --default-artifact-root",
            )
        return ArtifactRef(f"{root}/{digest.removeprefix('sha256:')}", digest)

    def _run(self, model: str) -> MlflowRun:
        experiment, tag = self._experiment(), (_MODEL_TAG, self.names.registered(model))
        run = self.client.first_run(experiment.experiment_id, tag)
        if run is not None:
            return run
        name = f"payloads of {tag[1]}"
        return self.client.create_run(experiment.experiment_id, name, tag, int(time.time() * 1000))

    def _experiment(self) -> MlflowExperiment:
        experiment = self.client.get_experiment_by_name(EXPERIMENT)
        if experiment is None:
            self.client.create_experiment(EXPERIMENT)
            experiment = self.client.get_experiment_by_name(EXPERIMENT)
        if experiment is None or experiment.lifecycle_stage != "active":
            raise RegistryError(f"the experiment {EXPERIMENT!r} was deleted", fix="restore it in MLflow")
        return experiment

    def _bring(self, source: ArtifactRef, kept: ArtifactRef) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / PAYLOAD_FOLDER
            entries = store_for(source.uri).fetch(source, folder)
            _upload(self.client.server, kept, folder, entries)
        store = ProxyStore()
        store.require(kept, store.entries(kept.uri))


def _is_whole(kept: ArtifactRef) -> bool:
    """True when the payload lies there as its digest says; what does not is brought (again)."""
    try:
        return digest_of(ProxyStore().entries(kept.uri)) == kept.digest
    except ArtifactError as error:
        if error.__cause__ is not None:  # the server's failure, and no word on what lies there
            raise
        return False


def _upload(server: MlflowServer, kept: ArtifactRef, folder: Path, entries: Sequence[ManifestEntry]) -> None:
    _, home = place_of(kept.uri)
    for entry in entries:
        _send(server, f"{home}/{PAYLOAD_FOLDER}/{entry.path}", folder / entry.path, entry.size)
    if onnx := onnx_file(entries):
        # MLflow looks for MLmodel in the folder of the ONNX file that it loads, and ours must stay out of the payload.
        for path in files_beside(onnx, entries):
            _send(server, f"{home}/{path}", folder / path, (folder / path).stat().st_size)
        _put(server, f"{home}/{MODEL_FILE}", model_file(onnx))
    _put(server, f"{home}/{MANIFEST_NAME}", manifest(entries))


def _send(server: MlflowServer, path: str, file: Path, size: int) -> None:
    with file.open("rb") as opened:
        server.upload(path, opened, size)


def _put(server: MlflowServer, path: str, data: bytes) -> None:
    server.upload(path, io.BytesIO(data), len(data))
