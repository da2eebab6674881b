"""Lists the versions of models and where each of them runs."""

from collections.abc import Mapping
from dataclasses import dataclass

from mlplatform.core.errors import Refusal
from mlplatform.core.repository import Repository
from mlplatform.flow.progress import SILENT, ProgressReporter
from mlplatform.flow.selection import EVERYTHING, Selection
from mlplatform.flow.workspace import Workspace
from mlplatform.observe.models import EnvironmentVersion, model_versions
from mlplatform.providers.registry import connect_registry
from mlplatform.providers.registry.interface import RegistryState
from mlplatform.providers.serving import connect_serving
from mlplatform.providers.serving.interface import Observation

_NO_REGISTRY = RegistryState({}, {})
_NO_SERVER = Observation((), {})


@dataclass(frozen=True, slots=True)
class ModelList:
    """Versions by environment, earliest first; `unreadable` says why something could not be asked, by what it is."""

    versions: tuple[EnvironmentVersion, ...]
    unreadable: Mapping[str, str]


def list_models(
    workspace: Workspace,
    repository: Repository,
    selection: Selection = EVERYTHING,
    progress: ProgressReporter = SILENT,
) -> ModelList:
    """Ask the registry and the server of each environment; one that does not answer hides only itself.

    Refusal when the selection names what there is not.
    """
    versions: list[EnvironmentVersion] = []
    unreadable = {
        name: f"{finding.where}: {finding.message}"
        for name, finding in selection.unreadable(repository).items()
    }
    for name in selection.environments(repository):
        progress.on_message(f"reading the registry and the server of {name}")
        registry, serving = _observe(workspace, repository, name, unreadable)
        versions += model_versions(name, repository.deployments.get(name, {}), registry, serving)
    selection.require_match(repository, (version.model for version in versions))
    return ModelList(tuple(version for version in versions if selection.includes(version.model)), unreadable)


def _observe(
    workspace: Workspace, repository: Repository, environment: str, unreadable: dict[str, str]
) -> tuple[RegistryState, Observation]:
    settings, paths = repository.environments[environment].body, workspace.paths(environment)
    registry, serving = _NO_REGISTRY, _NO_SERVER
    try:
        registry = connect_registry(settings, paths).read()
    except Refusal as why:
        unreadable[f"the registry of {environment}"] = str(why)
    try:
        serving = connect_serving(settings, paths).observe()
    except Refusal as why:
        unreadable[f"the server of {environment}"] = str(why)
    return registry, serving
