"""The calls of MLflow's client that we need, over a server's REST interface; names and arguments are MLflow's own.

MLflow's client would do it too; but it retries for minutes, has one deadline for the whole process in the environment,
and takes 2 s to import.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from mlplatform.providers.artifacts.mlflow import place_of, uri_of
from mlplatform.providers.mlflow import MlflowServer, ServerError
from mlplatform.providers.registry.mlflow.add import error_code

VERSIONS_A_PAGE = 5_000  # a server takes seconds for so many, and minutes for as many as MLflow allows
T = TypeVar("T")


class Page(list[T]):
    """The items of one answer, and the token of the next page."""

    def __init__(self, items: Iterable[T], token: str | None) -> None:
        super().__init__(items)
        self.token = token


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """A model version; `source` is a URI that a payload store reads."""

    name: str
    version: str
    current_stage: str
    source: str
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RegisteredModel:
    """A registered model with its aliases, to version numbers."""

    name: str
    aliases: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RunInfo:
    run_id: str
    status: str
    lifecycle_stage: str
    artifact_uri: str


@dataclass(frozen=True, slots=True)
class RunData:
    tags: Mapping[str, str]
    metrics: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class ModelOutput:
    model_id: str


@dataclass(frozen=True, slots=True)
class RunOutputs:
    """What a run logged as models, which MLflow 3 keeps beside its runs."""

    model_outputs: Sequence[ModelOutput] = ()


@dataclass(frozen=True, slots=True)
class LoggedModel:
    name: str
    artifact_location: str


@dataclass(frozen=True, slots=True)
class MlflowRun:
    info: RunInfo
    data: RunData
    outputs: RunOutputs = RunOutputs()


@dataclass(frozen=True, slots=True)
class MlflowExperiment:
    experiment_id: str
    lifecycle_stage: str


@dataclass(frozen=True, slots=True)
class RestClient:
    """The calls; ServerError for each that fails, with MLflow's error code."""

    server: MlflowServer

    def search_model_versions(
        self, filter_string: str, max_results: int, order_by: Sequence[str], page_token: str | None
    ) -> Page[ModelVersion]:
        call = _search(filter_string, min(max_results, VERSIONS_A_PAGE), order_by, page_token)
        answer = self.server.get("model-versions/search", call)
        return self._read(
            answer, lambda: Page(map(self._version, answer.get("model_versions", [])), _token(answer))
        )

    def search_registered_models(
        self, filter_string: str, max_results: int, order_by: Sequence[str], page_token: str | None
    ) -> Page[RegisteredModel]:
        call = _search(filter_string, max_results, order_by, page_token)
        answer = self.server.get("registered-models/search", call)
        return self._read(
            answer, lambda: Page(map(_model, answer.get("registered_models", [])), _token(answer))
        )

    def get_registered_model(self, name: str) -> RegisteredModel:
        answer = self.server.get("registered-models/get", {"name": name})
        return self._read(answer, lambda: _model(answer["registered_model"]))

    def create_registered_model(self, name: str) -> None:
        self.server.post("registered-models/create", {"name": name})

    def create_model_version(
        self, name: str, source: str, tags: Mapping[str, str], await_creation_for: int = 0
    ) -> ModelVersion:
        """A new version of a payload in a run's artifacts: a server takes none whose run it is not told."""
        del await_creation_for
        _, path = place_of(source)
        call = {
            "name": name,
            "source": f"mlflow-artifacts:/{path}",
            "run_id": path.split("/")[-3],  # <experiment>/<run>/artifacts/<digest>
            "tags": [{"key": key, "value": value} for key, value in tags.items()],
        }
        answer = self.server.post("model-versions/create", call, once=True)
        return self._read(answer, lambda: self._version(answer["model_version"]))

    def delete_model_version(self, name: str, version: str) -> None:
        self.server.post("model-versions/delete", {"name": name, "version": version}, method="DELETE")

    def set_model_version_tag(self, name: str, version: str, key: str, value: str) -> None:
        call = {"name": name, "version": version, "key": key, "value": value}
        self.server.post("model-versions/set-tag", call)

    def delete_model_version_tag(self, name: str, version: str, key: str) -> None:
        call = {"name": name, "version": version, "key": key}
        self.server.post("model-versions/delete-tag", call, method="DELETE")

    def set_registered_model_alias(self, name: str, alias: str, version: str) -> None:
        self.server.post("registered-models/alias", {"name": name, "alias": alias, "version": version})

    def delete_registered_model_alias(self, name: str, alias: str) -> None:
        self.server.post("registered-models/alias", {"name": name, "alias": alias}, method="DELETE")

    def transition_model_version_stage(
        self, name: str, version: str, stage: str, archive_existing_versions: bool = False
    ) -> None:
        call = {
            "name": name,
            "version": version,
            "stage": stage,
            "archive_existing_versions": archive_existing_versions,
        }
        self.server.post("model-versions/transition-stage", call)

    def get_run(self, run_id: str) -> MlflowRun:
        answer = self.server.get("runs/get", {"run_id": run_id})
        return self._read(answer, lambda: self._run(answer["run"]))

    def get_logged_model(self, model_id: str) -> LoggedModel:
        answer = self.server.get(f"logged-models/{quote(model_id, safe='')}", {})
        return self._read(answer, lambda: self._logged_model(answer["model"]["info"]))

    def get_experiment_by_name(self, name: str) -> MlflowExperiment | None:
        try:
            answer = self.server.get("experiments/get-by-name", {"experiment_name": name})
        except ServerError as absent:
            if error_code(absent) != "RESOURCE_DOES_NOT_EXIST":
                raise
            return None
        return self._read(
            answer,
            lambda: MlflowExperiment(
                str(answer["experiment"]["experiment_id"]), answer["experiment"]["lifecycle_stage"]
            ),
        )

    def create_experiment(self, name: str) -> None:
        try:
            self.server.post("experiments/create", {"name": name})
        except ServerError as error:
            if error_code(error) != "RESOURCE_ALREADY_EXISTS":
                raise

    def first_run(self, experiment: str, tag: tuple[str, str]) -> MlflowRun | None:
        """The oldest run of an experiment with a tag; None where there is none."""
        call = {
            "experiment_ids": [experiment],
            "filter": f"tags.`{tag[0]}` = '{tag[1]}'",
            "order_by": ["attributes.start_time ASC"],
            "max_results": 1,
        }
        answer = self.server.post("runs/search", call)
        return self._read(answer, lambda: next(map(self._run, answer.get("runs", [])), None))

    def create_run(self, experiment: str, name: str, tag: tuple[str, str], start_time: int) -> MlflowRun:
        """A new run, which is finished at once: it is a place for artifacts."""
        call = {
            "experiment_id": experiment,
            "run_name": name,
            "start_time": start_time,
            "tags": [{"key": tag[0], "value": tag[1]}],
        }
        answer = self.server.post("runs/create", call)
        run = self._read(answer, lambda: self._run(answer["run"]))
        self.server.post(
            "runs/update", {"run_id": run.info.run_id, "status": "FINISHED", "end_time": start_time}
        )
        return run

    def _version(self, record: Any) -> ModelVersion:
        tags = _tags(record.get("tags", []))
        stage = str(record.get("current_stage", "None"))
        source = self._uri(str(record.get("source", "")))
        return ModelVersion(str(record["name"]), str(int(record["version"])), stage, source, tags)

    def _run(self, record: Any) -> MlflowRun:
        info, data = record["info"], record.get("data", {})
        outputs = record.get("outputs", {}).get("model_outputs", [])
        metrics = {str(m["key"]): float(m["value"]) for m in data.get("metrics", [])}
        return MlflowRun(
            RunInfo(
                str(info["run_id"]),
                str(info["status"]),
                str(info["lifecycle_stage"]),
                self._uri(str(info["artifact_uri"])),
            ),
            RunData(_tags(data.get("tags", [])), metrics),
            RunOutputs([ModelOutput(str(output["model_id"])) for output in outputs]),
        )

    def _logged_model(self, info: Any) -> LoggedModel:
        return LoggedModel(str(info.get("name", "")), self._uri(str(info["artifact_uri"])))

    def _uri(self, source: str) -> str:
        """Where artifacts lie, as a payload store reads it; what this server does not serve is read by none."""
        parts = urlsplit(source)
        if parts.scheme == "mlflow-artifacts" and parts.netloc in ("", urlsplit(self.server.url).netloc):
            return uri_of(self.server, parts.path.strip("/"))
        return f"unserved:{source}"

    def _read(self, answer: object, read: Callable[[], T]) -> T:
        with _understood(self.server, answer):
            return read()


@contextmanager
def _understood(server: MlflowServer, answer: object) -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ServerError(
            f"MLflow at {server.url} answered {type(answer).__name__ if not isinstance(answer, dict) else 'JSON'} "
            "that is not what was asked for",
            fix="see whether registry.uri is its address, and what is in between",
        ) from None


def _search(filter_string: str, size: int, order_by: Sequence[str], token: str | None) -> dict[str, Any]:
    return {"filter": filter_string, "max_results": size, "order_by": list(order_by), "page_token": token}


def _token(answer: Any) -> str | None:
    return str(answer["next_page_token"]) if answer.get("next_page_token") else None


def _model(record: Any) -> RegisteredModel:
    aliases = {str(entry["alias"]): str(int(entry["version"])) for entry in record.get("aliases", [])}
    return RegisteredModel(str(record["name"]), aliases)


def _tags(tags: Any) -> dict[str, str]:
    return {str(tag["key"]): str(tag.get("value", "")) for tag in tags}
