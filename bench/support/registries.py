"""The registries that a repository of `documents` declares, filled through MLflow's own client."""

from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient
from support.documents import COMMIT, DIGEST, METRICS, RUN

from mlplatform.core.kinds import Environment
from mlplatform.core.payload import ArtifactRef
from mlplatform.core.repository import Repository
from mlplatform.flow.workspace import Workspace
from mlplatform.providers.registry import connect_registry
from mlplatform.providers.registry.interface import Lineage, RegisteredVersion
from mlplatform.providers.registry.mlflow.tags import to_tags


def fill(place: Workspace, repository: Repository) -> None:
    """Make every environment hold what its documents pin, as champion; nothing is left to apply."""
    for name in repository.environments_in_order():
        settings = repository.environments[name].body
        connect_registry(settings, place.paths(name)).prepare()
        uri = f"sqlite:///{place.paths(name).registry_database}"
        client = MlflowClient(tracking_uri=uri, registry_uri=uri)
        for model, document in repository.deployments[name].items():
            _register(client, settings, model, document.body.version, dict(document.body.from_.data))


def _register(
    client: MlflowClient, settings: Environment, model: str, version: str, data: dict[str, str]
) -> None:
    name = settings.registry.prefix + model.replace("/", ".")
    lineage = Lineage(RUN, COMMIT, data, METRICS)
    made = RegisteredVersion(model, version, ArtifactRef(f"file:///store/{name}", DIGEST), lineage)
    client.create_registered_model(name)
    held = client.create_model_version(name, made.ref.uri, tags=to_tags(made), await_creation_for=0)
    client.set_registered_model_alias(name, "champion", held.version)


def bare_reads(place: Workspace, environments: tuple[str, ...]) -> int:
    """Read the registries by the two searches that MLflow's client needs for it; how many versions there are."""
    found = 0
    for name in environments:
        uri = f"sqlite:///{place.paths(name).registry_database}"
        client = MlflowClient(tracking_uri=uri, registry_uri=uri)
        try:
            found += len(client.search_model_versions(max_results=200_000))
            _models(client)
        except MlflowException as error:
            raise SystemExit(str(error)) from error
    return found


def _models(client: MlflowClient) -> None:
    token = None
    while True:
        page = client.search_registered_models(max_results=1_000, page_token=token)
        token = page.token
        if not token:
            return
