"""Takes snapshots of an environment, and finds the newest one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from mlplatform.core.applied import newest_snapshot
from mlplatform.core.errors import Refusal
from mlplatform.core.kinds import Environment
from mlplatform.core.last_applied import carry_forward
from mlplatform.core.records.statement import Statement
from mlplatform.core.repository import Repository
from mlplatform.core.snapshot import ALIASES, RegisteredEntry, ServedEntry, Snapshot
from mlplatform.flow.ledger_queries import statements
from mlplatform.flow.progress import ProgressReporter
from mlplatform.flow.workspace import Workspace, environment_of
from mlplatform.providers.git import Git
from mlplatform.providers.registry import connect_registry
from mlplatform.providers.registry.interface import RegistryState
from mlplatform.providers.serving import connect_serving
from mlplatform.providers.serving.interface import Observation
from mlplatform.record.snapshots import publish_snapshot, read_snapshot


def observed_snapshot(
    environment: str, target: str, commit: str, registry: RegistryState, serving: Observation
) -> Snapshot:
    """Return what may be published of an observation: no path, no person, no run, no metric."""
    registered = {
        model: {
            version: RegisteredEntry(entry.ref.digest, entry.tags())
            for version, entry in sorted(versions.items())
        }
        for model, versions in registry.versions.items()
    }
    aliases = {
        model: known_aliases
        for model, alias_versions in registry.aliases.items()
        if (known_aliases := {alias: alias_versions[alias] for alias in ALIASES if alias in alias_versions})
    }
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Snapshot(
        environment, target, commit, now, registered, aliases, served_entries(serving), _weights(serving)
    )


def observed_serving(last: Snapshot, serving: Observation) -> Snapshot:
    """Return a snapshot with what a server does now, to compare it with the last; registries were not asked."""
    return replace(last, served=served_entries(serving), weights=_weights(serving))


def served_entries(serving: Observation) -> dict[str, dict[str, ServedEntry]]:
    """Return what a server has loaded, by model and digest."""
    entries: dict[str, dict[str, ServedEntry]] = {}
    for served in serving.versions:
        loaded = ServedEntry(
            served.version, served.digest, served.ready, served.instances, served.configuration
        )
        entries.setdefault(served.model, {})[served.digest] = loaded
    return entries


def _weights(serving: Observation) -> dict[str, dict[str, int]]:
    return {model: dict(weights) for model, weights in serving.weights.items() if weights}


def take_snapshot(
    workspace: Workspace, repository: Repository, environment: str, commit: str, progress: ProgressReporter
) -> None:
    """Publish a snapshot of what an apply left. A failure is only reported: the apply itself went well."""
    settings, paths = environment_of(repository, environment), workspace.paths(environment)
    try:
        registry = connect_registry(settings, paths).read()
        serving = connect_serving(settings, paths).observe()
        snapshot = observed_snapshot(environment, workspace.target_id(), commit, registry, serving)
        publish_snapshot(workspace.ledger(settings), _with_earlier_facts(workspace, settings, snapshot))
    except Refusal as refusal:
        progress.on_message(f"no snapshot of {environment} could be taken: {refusal}")


def _with_earlier_facts(workspace: Workspace, settings: Environment, snapshot: Snapshot) -> Snapshot:
    """Carry over from the last snapshot the facts that cannot be observed."""
    published, applied_since = newest_snapshot(statements(workspace, settings), snapshot.environment)
    try:
        last = read_snapshot(workspace.git, published) if published else None
    except Refusal:  # it is lost: what there is now is the best that is known
        last = None
    return carry_forward(last, snapshot, [outcome for apply in applied_since for outcome in apply.outcomes])


def current_snapshot(git: Git, ledger: Sequence[Statement], environment: str) -> Snapshot | None:
    """Return the newest snapshot; None when something was applied since, or there is none."""
    published, applied_since = newest_snapshot(ledger, environment)
    return None if published is None or applied_since else read_snapshot(git, published)
