"""The whole local target: servers, trained versions, every environment reconciled."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from mlplatform.core.errors import Refusal
from mlplatform.core.reconciled import Reconciled
from mlplatform.core.repository import Repository
from mlplatform.flow.listener import Listener
from mlplatform.flow.place import Place, environment_of
from mlplatform.flow.reconcile import reconcile
from mlplatform.flow.register import first_environment, register_run
from mlplatform.local.identity import target_id
from mlplatform.local.stack import AlreadyRunning, Started, known, start_all, stop_all
from mlplatform.local.train import train
from mlplatform.providers.registry import connect_registry

Say = Callable[[str], None]


def bring_up(place: Place, repository: Repository, listener: Listener) -> tuple[Reconciled, ...]:
    """Start what is not running, train what no registry has, reconcile each environment in order."""
    environments = repository.environments_in_order()
    if not environments:
        raise Refusal("no environment is declared", fix="add environments/development/environment.yaml")
    target_id(place.target)
    with ThreadPoolExecutor(1) as beside:
        prepared = beside.submit(_prepare_registries, place, repository, environments)
        started = start_all(place.target, environments)
        prepared.result()
    for done in started.values():
        _say_started(done, listener.say)
    _train_missing(place, repository, listener.say)
    return tuple(reconcile(place, repository, name, listener) for name in environments)


def bring_down(place: Place) -> tuple[str, ...]:
    """Stop everything that was started here; the names of what was running."""
    stopped = stop_all(place.target, known(place.target))
    return tuple(f"{name} {server}" for name, servers in stopped.items() for server in servers)


def _say_started(done: Started | AlreadyRunning, say: Say) -> None:
    if isinstance(done, Started) and done.servers:
        say(f"started {done.environment}: {', '.join(done.servers)}")
    for name, why in done.left_out.items() if isinstance(done, Started) else ():
        say(f"{done.environment}: {name} was left out: {why}")


def _prepare_registries(place: Place, repository: Repository, environments: Sequence[str]) -> None:
    for name in environments:
        connect_registry(environment_of(repository, name), place.paths(name)).prepare()


def _train_missing(place: Place, repository: Repository, say: Say) -> None:
    """Train and register each pinned version that the first environment's registry lacks."""
    missing = _missing(place, repository)
    for model, versions in missing.items():
        say(f"training {model} {', '.join(versions)}")
    with ThreadPoolExecutor(2) as pool:
        runs = dict(
            zip(
                missing,
                pool.map(lambda model: _train(place, repository, model, missing[model]), missing),
                strict=True,
            )
        )
    for model, trained in runs.items():
        for version, run in trained.items():
            register_run(place, repository, model, version, run)


def _missing(place: Place, repository: Repository) -> Mapping[str, tuple[str, ...]]:
    name = first_environment(repository)
    held = connect_registry(environment_of(repository, name), place.paths(name)).read()
    pinned = {
        (model, document.body.version)
        for environment, declared in repository.deployments.items()
        for model, document in declared.items()
        if not repository.blocked(environment, model.split("/")[0])
    }
    lacking = sorted(pin for pin in pinned if held.find(*pin) is None and _script(repository, pin[0]))
    return {model: tuple(v for m, v in lacking if m == model) for model, _ in lacking}


def _train(place: Place, repository: Repository, model: str, versions: Sequence[str]) -> dict[str, str]:
    name = first_environment(repository)
    registry = connect_registry(environment_of(repository, name), place.paths(name))
    script = _script(repository, model)
    return train(place.git.root, model, script, versions, registry.training_environment(model))


def _script(repository: Repository, model: str) -> str:
    training = repository.models[model].body.training
    return training.script if training else ""
