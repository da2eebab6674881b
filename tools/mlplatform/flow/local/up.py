"""Brings the whole local target up and down: servers, trained versions, every environment reconciled."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from mlplatform.core.errors import Refusal
from mlplatform.core.reconciled import Reconciled
from mlplatform.core.repository import Repository
from mlplatform.flow.progress import ProgressReporter
from mlplatform.flow.promotion.register import first_environment, register_run
from mlplatform.flow.reconcile.reconcile import reconcile
from mlplatform.flow.workspace import Workspace, environment_of
from mlplatform.local.identity import target_id
from mlplatform.local.stack import AlreadyRunning, Started, start_all, started_environments, stop_all
from mlplatform.local.train import train
from mlplatform.providers.registry import connect_registry

Say = Callable[[str], None]


def bring_up(
    workspace: Workspace, repository: Repository, progress: ProgressReporter
) -> tuple[Reconciled, ...]:
    """Start servers, train the versions that no registry has, and reconcile each environment in order."""
    environments = repository.environments_in_order()
    if not environments:
        raise Refusal("no environment is declared", fix="add environments/development/environment.yaml")
    target_id(workspace.target)
    with ThreadPoolExecutor(1) as background:
        prepared = background.submit(_prepare_registries, workspace, repository, environments)
        started = _start_servers(workspace, repository, environments)
        prepared.result()
    for server in started:
        _report_started(server, progress.on_message)
    _train_missing(workspace, repository, progress.on_message)
    return tuple(reconcile(workspace, repository, name, progress) for name in environments)


def bring_down(workspace: Workspace) -> tuple[str, ...]:
    """Stop everything that was started here; return the names of what was running."""
    stopped = stop_all(workspace.target, started_environments(workspace.target))
    return tuple(f"{name} {server}" for name, servers in stopped.items() for server in servers)


def _start_servers(
    workspace: Workspace, repository: Repository, environments: Sequence[str]
) -> list[Started | AlreadyRunning]:
    """Start what serves on this machine; other environments have servers elsewhere."""
    by_provider: dict[str, list[str]] = {}
    for name in environments:
        settings = environment_of(repository, name).serving
        if settings.is_local:
            by_provider.setdefault(settings.provider, []).append(name)
    started = [start_all(workspace.target, names, provider) for provider, names in by_provider.items()]
    return [done for results in started for done in results.values()]


def _report_started(started: Started | AlreadyRunning, say: Say) -> None:
    if isinstance(started, Started) and started.servers:
        say(f"started {started.environment}: {', '.join(started.servers)}")
    for name, why in started.left_out.items() if isinstance(started, Started) else ():
        say(f"{started.environment}: {name} was left out: {why}")


def _prepare_registries(workspace: Workspace, repository: Repository, environments: Sequence[str]) -> None:
    for name in environments:
        connect_registry(environment_of(repository, name), workspace.paths(name)).prepare()


def _train_missing(workspace: Workspace, repository: Repository, say: Say) -> None:
    """Train and register each pinned version that the first environment's registry lacks."""
    missing = _missing(workspace, repository)
    for model, versions in missing.items():
        say(f"training {model} {', '.join(versions)}")
    with ThreadPoolExecutor(2) as pool:
        runs = dict(
            zip(
                missing,
                pool.map(lambda model: _train(workspace, repository, model, missing[model]), missing),
                strict=True,
            )
        )
    for model, trained in runs.items():
        for version, run in trained.items():
            register_run(workspace, repository, model, version, run)


def _missing(workspace: Workspace, repository: Repository) -> Mapping[str, tuple[str, ...]]:
    name = first_environment(repository)
    registry = connect_registry(environment_of(repository, name), workspace.paths(name)).read()
    pinned = {
        (model, document.body.version)
        for environment, declared in repository.deployments.items()
        for model, document in declared.items()
        if not repository.blocked(environment, model.split("/")[0])
    }
    lacking = sorted(pin for pin in pinned if registry.find(*pin) is None and _script(repository, pin[0]))
    return {model: tuple(v for m, v in lacking if m == model) for model, _ in lacking}


def _train(
    workspace: Workspace, repository: Repository, model: str, versions: Sequence[str]
) -> dict[str, str]:
    name = first_environment(repository)
    registry = connect_registry(environment_of(repository, name), workspace.paths(name))
    script = _script(repository, model)
    return train(workspace.git.root, model, script, versions, registry.training_environment(model))


def _script(repository: Repository, model: str) -> str:
    training = repository.models[model].body.training
    return training.script if training else ""
