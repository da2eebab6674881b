"""The whole local target: servers, trained versions, every environment reconciled."""

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
from mlplatform.local.stack import AlreadyRunning, Started, known, start_all, stop_all
from mlplatform.local.train import train
from mlplatform.providers.registry import connect_registry

Say = Callable[[str], None]


def bring_up(
    workspace: Workspace, repository: Repository, progress: ProgressReporter
) -> tuple[Reconciled, ...]:
    """Start what is not running, train what no registry has, reconcile each environment in order."""
    environments = repository.environments_in_order()
    if not environments:
        raise Refusal("no environment is declared", fix="add environments/development/environment.yaml")
    target_id(workspace.target)
    with ThreadPoolExecutor(1) as beside:
        prepared = beside.submit(_prepare_registries, workspace, repository, environments)
        started = start_all(workspace.target, environments)
        prepared.result()
    for done in started.values():
        _say_started(done, progress.on_message)
    _train_missing(workspace, repository, progress.on_message)
    return tuple(reconcile(workspace, repository, name, progress) for name in environments)


def bring_down(workspace: Workspace) -> tuple[str, ...]:
    """Stop everything that was started here; the names of what was running."""
    stopped = stop_all(workspace.target, known(workspace.target))
    return tuple(f"{name} {server}" for name, servers in stopped.items() for server in servers)


def _say_started(done: Started | AlreadyRunning, say: Say) -> None:
    if isinstance(done, Started) and done.servers:
        say(f"started {done.environment}: {', '.join(done.servers)}")
    for name, why in done.left_out.items() if isinstance(done, Started) else ():
        say(f"{done.environment}: {name} was left out: {why}")


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
    held = connect_registry(environment_of(repository, name), workspace.paths(name)).read()
    pinned = {
        (model, document.body.version)
        for environment, declared in repository.deployments.items()
        for model, document in declared.items()
        if not repository.blocked(environment, model.split("/")[0])
    }
    lacking = sorted(pin for pin in pinned if held.find(*pin) is None and _script(repository, pin[0]))
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
