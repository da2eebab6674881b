"""Training runs: what a script tracked, and where scripts track it."""

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlplatform.core.naming import NAME
from mlplatform.core.payload import DIGEST, PAYLOAD_FOLDER
from mlplatform.providers.artifacts import store_for
from mlplatform.providers.artifacts.interface import ArtifactError
from mlplatform.providers.registry.interface import Lineage, RegistryError, TrainingRun
from mlplatform.providers.registry.mlflow.calls import NO_TELEMETRY
from mlplatform.providers.registry.mlflow.database import RUNS_FOLDER
from mlplatform.providers.registry.mlflow.names import folder_name

if TYPE_CHECKING:
    from mlflow.entities import LoggedModel, Run
    from mlflow.tracking import MlflowClient

    from mlplatform.providers.registry.mlflow.rest import RestClient

_COMMIT_TAG, _DATA_TAG, _UNCOMMITTED_TAG = "mlflow.source.git.commit", "data.", "code.uncommitted"


def read(client: "MlflowClient", run_id: str) -> TrainingRun:
    """A run that has finished; RegistryError when it has not, or recorded what cannot be right."""
    run = _found(client, run_id)
    if run.info.lifecycle_stage != "active":
        raise RegistryError(f"run {run_id} was deleted", fix="train again, or restore it in MLflow")
    if run.info.status != "FINISHED":
        raise RegistryError(f"run {run_id} is not finished but {run.info.status}", fix="train again")
    data, commit = _data(run_id, run.data.tags), run.data.tags.get(_COMMIT_TAG)
    lineage = Lineage(run_id, commit, data, _metrics(run_id, run.data.metrics))
    uri, uncommitted = _as_uri(run.info.artifact_uri), str(run.data.tags.get(_UNCOMMITTED_TAG, ""))
    logged = [client.get_logged_model(output.model_id) for output in run.outputs.model_outputs]
    if not logged or _lies_there(uri):
        return TrainingRun(lineage, uri, uncommitted=uncommitted)
    home, _, folder = _as_uri(_one_of(run_id, logged).artifact_location).rpartition("/")
    return TrainingRun(lineage, home, folder, uncommitted)


def _one_of(run_id: str, logged: "Sequence[LoggedModel]") -> "LoggedModel":
    """The model that a run logged with MLflow 3's log_model: the one called `model`, or the only one."""
    named = [model for model in logged if model.name == PAYLOAD_FOLDER] or list(logged)
    if len(named) > 1:
        names = ", ".join(sorted(str(model.name) for model in logged))
        raise RegistryError(
            f"run {run_id} logged several models ({names}), and a version is one",
            fix=f"log the one to serve as log_model(…, name={PAYLOAD_FOLDER!r})",
        )
    return named[0]


def _lies_there(uri: str) -> bool:
    """True when the run itself has artifacts in `model/`, as `log_artifact(…, artifact_path="model")` puts them."""
    try:
        return bool(store_for(uri).entries(uri))
    except ArtifactError:
        return False


def _found(client: "MlflowClient", run_id: str) -> "Run":
    from mlflow.exceptions import MlflowException

    try:
        return client.get_run(run_id)
    except MlflowException as why:
        if why.error_code not in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            raise
        uri = client.tracking_uri
        fix = f"train with MLFLOW_TRACKING_URI={uri}, and name a run that the script printed: see examples/README.md"
        raise RegistryError(
            f"there is no run {run_id!r} in the registry that is read here", fix=fix
        ) from None


def make_experiment(client: "MlflowClient", model: str, artifacts: Path) -> None:
    """The experiment of a model, with its artifacts in the registry's folder."""
    experiment = client.get_experiment_by_name(model)
    if experiment is None:
        location = artifacts / RUNS_FOLDER / folder_name(model)
        client.create_experiment(model, artifact_location=location.as_uri())
    elif experiment.lifecycle_stage != "active":
        raise RegistryError(f"the experiment {model} was deleted", fix="restore it in MLflow")


def make_shared_experiment(client: "RestClient", model: str) -> None:
    """The experiment of a model on a server, which keeps its artifacts where it keeps all."""
    if (experiment := client.get_experiment_by_name(model)) is None:
        client.create_experiment(model)
    elif experiment.lifecycle_stage != "active":
        raise RegistryError(f"the experiment {model} was deleted", fix="restore it in MLflow")


def script_environment(uri: str, model: str) -> Mapping[str, str]:
    """The variables that MLflow in a training script reads."""
    return {"MLFLOW_TRACKING_URI": uri, "MLFLOW_EXPERIMENT_NAME": model, **NO_TELEMETRY}


def _data(run_id: str, tags: Mapping[str, str]) -> dict[str, str]:
    digests = {key.removeprefix(_DATA_TAG): value for key, value in tags.items() if key.startswith(_DATA_TAG)}
    for name, digest in digests.items():
        if not re.fullmatch(f"{NAME}/{NAME}", name) or not re.fullmatch(DIGEST, digest):
            raise RegistryError(
                f"run {run_id} has the tag {_DATA_TAG}{name} = {digest}, which is no data set's digest",
                fix='log it as mlflow.set_tag("data.<tenant>/<dataset>", "sha256:…")',
            )
    return digests


def _metrics(run_id: str, metrics: Mapping[str, Any]) -> dict[str, float]:
    for name, value in metrics.items():
        if (
            not abs(value) < sys.float_info.max
        ):  # MLflow keeps an infinite value as the largest one, and nan as nan
            raise RegistryError(
                f"run {run_id} measured {name} as {value}, which no gate can judge", fix="train again"
            )
    return {name: float(value) for name, value in metrics.items()}


def _as_uri(artifact_uri: str) -> str:
    """MLflow gives a bare path for experiments that it made by itself."""
    return Path(artifact_uri).as_uri() if artifact_uri.startswith("/") else artifact_uri
