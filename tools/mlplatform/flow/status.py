"""Reads what runs: documents, servers and ledger. MLflow is never imported here."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from mlplatform.core.errors import Refusal
from mlplatform.core.hold import holds
from mlplatform.core.outcome import Result
from mlplatform.core.plan import Action
from mlplatform.core.repository import Repository
from mlplatform.core.statement import Statement
from mlplatform.flow.ledger_queries import statements
from mlplatform.flow.progress import SILENT, ProgressReporter
from mlplatform.flow.reconcile.snapshots import latest, observed_serving
from mlplatform.flow.workspace import Workspace
from mlplatform.local.lease import is_held
from mlplatform.observe.drift import serving_drifts
from mlplatform.observe.status import DeploymentStatus, EnvironmentView, environment_status
from mlplatform.providers.serving import connect_serving
from mlplatform.providers.serving.interface import Observation

Predicate = Mapping[str, Any]


def status(
    workspace: Workspace, repository: Repository, progress: ProgressReporter = SILENT
) -> dict[str, dict[str, DeploymentStatus]]:
    """The status of everything, by environment (earliest first) and model."""
    _catch_up(workspace, repository, progress)
    return {
        name: environment_status(repository, name, _see(workspace, repository, name))
        for name in repository.environments_in_order()
    }


def _catch_up(workspace: Workspace, repository: Repository, progress: ProgressReporter) -> None:
    """Fetch what other machines recorded; without that too, it is worth something to know what answers."""
    shared = (one.body for one in repository.environments.values() if one.body.is_shared)
    try:
        for settings in islice(shared, 1):  # one ledger has them all
            workspace.ledger(settings).sync()
    except Refusal as why:
        progress.on_message(f"what other machines recorded since is not known (holds, failures): {why}")


def _see(workspace: Workspace, repository: Repository, environment: str) -> EnvironmentView:
    settings, paths = repository.environments[environment].body, workspace.paths(environment)
    said = statements(workspace, settings)
    mine = [one.predicate for one in reversed(said) if _is_of(one.predicate, environment)]
    on_hold = holds(said, environment)
    applying = is_held(paths)
    failures, batch = _failures(mine), _batch(repository, mine)
    try:
        serving = connect_serving(settings, paths)
        observed = serving.observe()
        urls = {model: serving.url(model) for model in observed.weights}
    except Refusal as why:
        return EnvironmentView(None, str(why), applying, failures, {}, batch, on_hold)
    drifted = _drifted(workspace, said, environment, observed)
    return EnvironmentView(observed, "", applying, failures, urls, batch, on_hold, drifted)


def _is_of(said: Predicate, environment: str) -> bool:
    """Whether a record says something of what is so now in an environment."""
    return said.get("environment") == environment and not said.get("late")


def _drifted(
    workspace: Workspace, said: Sequence[Statement], environment: str, observed: Observation
) -> dict[str, str]:
    """What was changed by hand of each model, as far as the server shows it; registries are not asked."""
    last = latest(workspace.git, said, environment)
    if last is None:
        return {}
    now = observed_serving(last, observed)
    found = {
        model: "; ".join(drift.message for drift in serving_drifts(model, last, now))
        for model in last.models()
    }
    return {model: reason for model, reason in found.items() if reason}


def _failures(newest_first: Iterable[Predicate]) -> dict[str, str]:
    """Why the last apply that tried a model failed, for the models it failed for."""
    last: dict[str, str | None] = {}
    for predicate in newest_first:
        tried: dict[str, str | None] = {}
        for outcome in predicate.get("outcomes", ()):
            tried.setdefault(outcome["resource"], None)
            if outcome["result"] == Result.FAILED.value:
                tried[outcome["resource"]] = f"{outcome['action']}: {outcome['reason']}"
        last = {**tried, **last}
    return {model: why for model, why in last.items() if why}


def _batch(repository: Repository, newest_first: Iterable[Predicate]) -> dict[str, tuple[str, str]]:
    """Version and digest of each batch model's champion: nothing serves it, so the ledger is what knows."""
    found: dict[str, tuple[str, str]] = {}
    for predicate in newest_first:
        for outcome in predicate.get("outcomes", ()):
            model, after = repository.models.get(outcome["resource"]), outcome["after"]
            champion = (
                outcome["action"] == Action.CHAMPION.value and outcome["result"] == Result.APPLIED.value
            )
            if model and model.body.type == "batch" and champion and after:
                found.setdefault(outcome["resource"], (after["champion"], after["digest"]))
    return found
