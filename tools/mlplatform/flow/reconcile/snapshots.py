"""Takes snapshots of an environment, and finds the newest one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from mlplatform.core.errors import Refusal
from mlplatform.core.kinds import Environment
from mlplatform.core.last_applied import carry_forward
from mlplatform.core.repository import Repository
from mlplatform.core.snapshot import ALIASES, RegisteredEntry, ServedEntry, Snapshot
from mlplatform.core.statement import Statement, newest_snapshot
from mlplatform.flow.ledger_queries import statements
from mlplatform.flow.progress import ProgressReporter
from mlplatform.flow.workspace import Workspace, environment_of
from mlplatform.providers.git import Git
from mlplatform.providers.registry import connect_registry
from mlplatform.providers.registry.interface import RegistryState
from mlplatform.providers.serving import connect_serving
from mlplatform.providers.serving.interface import Observation
from mlplatform.record.snapshots import publish, read


def observed(
    environment: str, target: str, commit: str, registry: RegistryState, serving: Observation
) -> Snapshot:
    """What may be published of what was observed: no workspace, no person, no run, no metric."""
    held = {
        model: {
            version: RegisteredEntry(one.ref.digest, one.tags()) for version, one in sorted(versions.items())
        }
        for model, versions in registry.versions.items()
    }
    aliases = {
        model: named
        for model, found in registry.aliases.items()
        if (named := {alias: found[alias] for alias in ALIASES if alias in found})
    }
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Snapshot(environment, target, commit, now, held, aliases, ran(serving), _weights(serving))


def observed_serving(last: Snapshot, serving: Observation) -> Snapshot:
    """What a server does now, to be compared with a snapshot; registries were not asked."""
    return replace(last, served=ran(serving), weights=_weights(serving))


def ran(serving: Observation) -> dict[str, dict[str, ServedEntry]]:
    """What a server holds, by model and digest."""
    found: dict[str, dict[str, ServedEntry]] = {}
    for one in serving.versions:
        loaded = ServedEntry(one.version, one.digest, one.ready, one.instances, one.configuration)
        found.setdefault(one.model, {})[one.digest] = loaded
    return found


def _weights(serving: Observation) -> dict[str, dict[str, int]]:
    return {model: dict(weights) for model, weights in serving.weights.items() if weights}


def take(
    workspace: Workspace, repository: Repository, environment: str, commit: str, progress: ProgressReporter
) -> None:
    """Publish what an apply has left; when it cannot be observed that is said, and the apply is none the worse."""
    settings, paths = environment_of(repository, environment), workspace.paths(environment)
    try:
        registry = connect_registry(settings, paths).read()
        serving = connect_serving(settings, paths).observe()
        seen = observed(environment, workspace.target_id(), commit, registry, serving)
        publish(workspace.ledger(settings), _renewed(workspace, settings, seen))
    except Refusal as why:
        progress.on_message(f"no snapshot of {environment} could be taken: {why}")


def _renewed(workspace: Workspace, settings: Environment, seen: Snapshot) -> Snapshot:
    statement, since = newest_snapshot(statements(workspace, settings), seen.environment)
    try:
        last = read(workspace.git, statement) if statement else None
    except Refusal:  # it is lost: what there is now is the best that is known
        last = None
    return carry_forward(last, seen, [outcome for said in since for outcome in said.predicate["outcomes"]])


def latest(git: Git, known: Sequence[Statement], environment: str) -> Snapshot | None:
    """The newest snapshot, unless something was applied since."""
    statement, since = newest_snapshot(known, environment)
    return None if statement is None or since else read(git, statement)
