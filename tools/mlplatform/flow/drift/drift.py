"""Drift: finds what was changed by hand since the last apply, and reverts it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from mlplatform.core.applied import last_applied, newest_snapshot
from mlplatform.core.drift import Drift, Drifted
from mlplatform.core.errors import Refusal
from mlplatform.core.intent import unfinished
from mlplatform.core.kinds import Environment
from mlplatform.core.payload import ArtifactRef, digest_of, short_digest
from mlplatform.core.reconciled import Reconciled
from mlplatform.core.records.statement import Statement
from mlplatform.core.registration_record import RegistrationRecords, registration_records
from mlplatform.core.repository import Repository
from mlplatform.core.snapshot import Snapshot
from mlplatform.flow.check.run_check import load_repository
from mlplatform.flow.ledger_queries import statements
from mlplatform.flow.progress import ProgressReporter
from mlplatform.flow.reconcile.planning import ApplyOptions
from mlplatform.flow.reconcile.reconcile import reconcile
from mlplatform.flow.reconcile.snapshots import current_snapshot, observed_snapshot
from mlplatform.flow.selection import Selection
from mlplatform.flow.workspace import Workspace, environment_of
from mlplatform.observe.drift import Flaws, Observations, drifts
from mlplatform.observe.edited_tags import edited_tags
from mlplatform.plan.actual import Actual, DriftRevert
from mlplatform.providers.artifacts import store_for
from mlplatform.providers.registry import connect_registry
from mlplatform.providers.registry.interface import RegisteredVersion, RegistryState
from mlplatform.providers.serving import connect_serving
from mlplatform.providers.serving.interface import Observation, Serving
from mlplatform.record.outbox import left_behind


def find_drift(
    workspace: Workspace, repository: Repository, environment: str, *, deep: bool = False
) -> Drifted:
    """Compare an environment with the snapshot of the last apply; with `deep` every registered artifact is hashed.

    Without `deep` only the artifacts in use are hashed. Refusal while an apply runs, and where the last one was
    interrupted or left no snapshot.
    """
    settings, paths = environment_of(repository, environment), workspace.paths(environment)
    last = _require_undisturbed(workspace, settings, environment)
    registry, serving = connect_registry(settings, paths), connect_serving(settings, paths)
    registrations = registration_records(statements(workspace, settings), environment)
    differences = _compare(last, registrations, registry.read(), serving.observe(), serving, deep=deep)
    if _require_undisturbed(workspace, settings, environment) != last:
        raise _busy_refusal(environment)
    return Drifted(last, differences)


def find_selected_drift(
    workspace: Workspace, repository: Repository, selection: Selection, *, deep: bool = False
) -> Drifted:
    """The drift of what is selected in the one environment of the selection; Refusal as `find_drift` has it."""
    [environment] = selection.environments(repository)
    drifted = find_drift(workspace, repository, environment, deep=deep)
    selection.require_match(repository, drifted.last.models())
    return narrowed(drifted, selection)


def find_drift_everywhere(
    workspace: Workspace,
    repository: Repository,
    selection: Selection,
    progress: ProgressReporter,
    *,
    deep: bool = False,
) -> dict[str, Drifted | Refusal]:
    """The drift of what is selected by environment, earliest first, or why one cannot be compared."""
    drifts: dict[str, Drifted | Refusal] = {
        name: Refusal(finding.message, fix=finding.fix, where=finding.where)
        for name, finding in selection.unreadable(repository).items()
    }
    for environment in selection.environments(repository):
        progress.on_message(f"reading {environment}")
        try:
            drifts[environment] = find_drift(workspace, repository, environment, deep=deep)
        except Refusal as why:
            drifts[environment] = why
    observed = (drifted.last.models() for drifted in drifts.values() if isinstance(drifted, Drifted))
    selection.require_match(repository, {model for models in observed for model in models})
    return {
        environment: narrowed(drifted, selection) if isinstance(drifted, Drifted) else drifted
        for environment, drifted in drifts.items()
    }


def narrowed(drifted: Drifted, selection: Selection) -> Drifted:
    """The drift of the selected models; what a server runs under no model's name is only of a whole environment."""
    if selection.model is None and selection.tenant is None:
        return drifted
    return replace(
        drifted, drifts=tuple(drift for drift in drifted.drifts if selection.includes(drift.model))
    )


def revert_drift(
    workspace: Workspace,
    repository: Repository,
    environment: str,
    progress: ProgressReporter,
    *,
    deep: bool = False,
    reason: str = "",
) -> Reconciled:
    """Undo what was changed by hand, by an apply of the commit that was applied last."""
    settings_now = environment_of(repository, environment)
    workspace.ledger(settings_now).sync()
    ledger = statements(workspace, settings_now)
    last = last_applied(ledger, environment) or _last_snapshot(workspace, ledger, environment)
    applied = load_repository(workspace.git, last.commit)
    settings, paths = environment_of(applied, environment), workspace.paths(environment)

    def add_drift_revert(actual: Actual) -> Actual:
        ledger = statements(workspace, settings)
        last = _last_snapshot(workspace, ledger, environment)
        serving = connect_serving(settings, paths)
        registrations = registration_records(ledger, environment)
        differences = _compare(last, registrations, actual.registry, actual.serving, serving, deep=deep)
        return replace(actual, drift_revert=DriftRevert(differences, last, registrations))

    return reconcile(
        workspace,
        applied,
        environment,
        progress,
        ApplyOptions(add_drift_revert=add_drift_revert, reason=reason),
    )


def _require_undisturbed(workspace: Workspace, settings: Environment, environment: str) -> Snapshot:
    """Return the snapshot of the last apply; Refusal while another apply runs, or when it was interrupted."""
    if workspace.is_held(settings, environment):
        raise _busy_refusal(environment)
    if left_behind(workspace.target.outbox, environment):
        raise _interrupted_refusal(environment)
    workspace.ledger(settings).sync()
    return _last_snapshot(workspace, statements(workspace, settings), environment)


def _busy_refusal(environment: str) -> Refusal:
    return Refusal(
        f"{environment} is being changed by an apply",
        fix=f"wait until it has ended; if it died: platform apply --env {environment}",
    )


def _last_snapshot(workspace: Workspace, ledger: Sequence[Statement], environment: str) -> Snapshot:
    if newest_snapshot(ledger, environment)[1] or unfinished(ledger, environment):
        raise _interrupted_refusal(environment)
    last = current_snapshot(workspace.git, ledger, environment)
    if last is None:
        raise Refusal(
            f"there is no snapshot of {environment}: nothing was applied to it yet",
            fix=f"platform apply --env {environment} takes one",
        )
    return last


def _interrupted_refusal(environment: str) -> Refusal:
    return Refusal(
        f"the last apply to {environment} was interrupted, so what it left is not known",
        fix=f"finish it: platform apply --env {environment}",
    )


def _compare(
    last: Snapshot,
    registrations: RegistrationRecords,
    registry: RegistryState,
    serving: Observation,
    server: Serving,
    *,
    deep: bool,
) -> tuple[Drift, ...]:
    current = observed_snapshot(last.environment, last.target, last.commit, registry, serving)
    stored = _stored_flaws(last, registry, deep=deep)
    observations = Observations(
        registry.untrusted,
        registry.foreign_aliases,
        stored,
        server.flaws(),
        serving.unmanaged,
        registry.stage_mismatches,
        edited_tags(last, registry, registrations),
    )
    return drifts(last, current, observations)


def _stored_flaws(last: Snapshot, registry: RegistryState, *, deep: bool) -> Flaws:
    """Hash the artifacts in use, or all with `deep`; return what is wrong with them. Unregistered ones are skipped."""
    to_hash = {
        (model, version)
        for model, versions in last.versions.items()
        for version in versions
        if deep or version in last.aliases.get(model, {}).values()
    }
    registered = (registry.find(model, version) for model, version in sorted(to_hash))
    return dict(_flaws(version for version in registered if version))


def _flaws(versions: Iterator[RegisteredVersion]) -> Iterator[tuple[tuple[str, str], str]]:
    for version in versions:
        if flaw := _flaw(version.ref):
            yield (version.model, version.ref.digest), flaw


def _flaw(ref: ArtifactRef) -> str:
    try:
        digest = digest_of(store_for(ref.uri).entries(ref.uri))
    except Refusal as refusal:
        return refusal.message
    return "" if digest == ref.digest else f"it is {short_digest(digest)} and was {short_digest(ref.digest)}"
