"""Reads the status of every environment: documents, servers and ledger. MLflow is never imported here."""

from collections.abc import Mapping, Sequence
from itertools import islice

from mlplatform.core.applied import failures, last_champions, newest_apply
from mlplatform.core.errors import Refusal
from mlplatform.core.hold import holds
from mlplatform.core.intent import INTERRUPTED
from mlplatform.core.records.statement import Statement
from mlplatform.core.repository import Repository
from mlplatform.core.topics import status_topics
from mlplatform.flow.indexed_statements import statements_on
from mlplatform.flow.lacking_commits import lacking_commits
from mlplatform.flow.progress import SILENT, ProgressReporter
from mlplatform.flow.reconcile.snapshots import current_snapshot, observed_serving
from mlplatform.flow.selection import EVERYTHING, Selection
from mlplatform.flow.workspace import Workspace
from mlplatform.local.lease import is_held
from mlplatform.observe.drift import serving_drifts
from mlplatform.observe.status import DeploymentStatus, EnvironmentView, environment_status
from mlplatform.providers.serving import connect_serving
from mlplatform.providers.serving.interface import Observation
from mlplatform.record.outbox import left_behind


def status(
    workspace: Workspace,
    repository: Repository,
    progress: ProgressReporter = SILENT,
    selection: Selection = EVERYTHING,
) -> dict[str, dict[str, DeploymentStatus]]:
    """Return the status of the selection, by environment (earliest first) and model; Refusal when it is unknown."""
    names = selection.environments(repository)
    _fetch_shared_ledger(workspace, repository, progress)
    statuses = {
        name: environment_status(repository, name, _view(workspace, repository, name)) for name in names
    }
    selection.require_match(repository, (model for models in statuses.values() for model in models))
    return {
        name: {model: status for model, status in models.items() if selection.includes(model)}
        for name, models in statuses.items()
    }


def _fetch_shared_ledger(workspace: Workspace, repository: Repository, progress: ProgressReporter) -> None:
    """Fetch the shared ledger; when that fails, say so and go on, for the servers may still answer."""
    shared = (document.body for document in repository.environments.values() if document.body.is_shared)
    try:
        for settings in islice(shared, 1):  # one ledger has them all
            workspace.ledger(settings).sync()
    except Refusal as refusal:
        progress.on_message(f"records of other machines could not be fetched (holds, failures): {refusal}")


def _view(workspace: Workspace, repository: Repository, environment: str) -> EnvironmentView:
    settings, paths = repository.environments[environment].body, workspace.paths(environment)
    applying = is_held(paths)
    observed: Observation | None = None
    urls: dict[str, str] = {}
    unreachable = ""
    try:
        serving = connect_serving(settings, paths)
        observed = serving.observe()
        urls = {model: serving.url(model) for model in observed.weights}
    except Refusal as refusal:
        observed, unreachable = None, str(refusal)
    ledger = _statements(workspace, repository, environment, observed)
    return EnvironmentView(
        observed,
        unreachable,
        applying,
        failures(ledger, environment),
        urls,
        _batch(repository, last_champions(ledger, environment)),
        holds(ledger, environment),
        _drifted(workspace, ledger, environment, observed) if observed else {},
        _interrupted(workspace, ledger, environment),
        lacking_commits(workspace.git, str(repository.commit), environment, ledger),
    )


def _statements(
    workspace: Workspace, repository: Repository, environment: str, observed: Observation | None
) -> Sequence[Statement]:
    """Return the statements that the status of what an environment declares and serves depends on, oldest first."""
    declared = repository.deployments.get(environment, {})
    models = declared.keys() | (observed.weights.keys() if observed else ())
    pins = ((model, document.body.digest) for model, document in declared.items())
    topics = status_topics(environment, models, pins)
    return statements_on(workspace, topics, repository.environments[environment].body)


def _interrupted(workspace: Workspace, ledger: Sequence[Statement], environment: str) -> frozenset[str]:
    """Return the models that the last apply did not get to the end of, by its journal or by the ledger."""
    journals = [journal.deployment() for journal in left_behind(workspace.target.outbox, environment)]
    return frozenset(
        outcome.resource
        for apply in journals or [newest_apply(ledger, environment)]
        if apply
        for outcome in apply.outcomes
        if outcome.reason == INTERRUPTED
    )


def _drifted(
    workspace: Workspace, ledger: Sequence[Statement], environment: str, observed: Observation
) -> dict[str, str]:
    """Return what was changed by hand of each model, as far as the server shows it; registries are not asked."""
    snapshot = current_snapshot(workspace.git, ledger, environment)
    if snapshot is None or left_behind(workspace.target.outbox, environment):
        return {}  # what an apply that was interrupted changed is not told from what somebody did by hand
    current = observed_serving(snapshot, observed)
    messages = {
        model: "; ".join(drift.message for drift in serving_drifts(model, snapshot, current))
        for model in snapshot.models()
    }
    return {model: reason for model, reason in messages.items() if reason}


def _batch(repository: Repository, champions: Mapping[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """Return version and digest of each batch model's champion, from the ledger: no server knows it."""
    types = {name: document.body.type for name, document in repository.models.items()}
    return {model: version for model, version in champions.items() if types.get(model) == "batch"}
