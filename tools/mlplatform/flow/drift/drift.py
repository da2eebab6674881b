"""Drift: what was changed by hand since the last apply, and putting it back."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from mlplatform.core.drift import Drift, Drifted
from mlplatform.core.errors import Refusal
from mlplatform.core.intent import unfinished
from mlplatform.core.kinds import Environment
from mlplatform.core.payload import ArtifactRef, digest_of, short_digest
from mlplatform.core.reconciled import Reconciled
from mlplatform.core.registration_record import RegistrationRecords, registration_records
from mlplatform.core.repository import Repository
from mlplatform.core.snapshot import Snapshot
from mlplatform.core.statement import Statement, last_applied, newest_snapshot
from mlplatform.flow.check.run_check import load_repository
from mlplatform.flow.ledger_queries import statements
from mlplatform.flow.progress import ProgressReporter
from mlplatform.flow.reconcile.planning import ApplyOptions
from mlplatform.flow.reconcile.reconcile import reconcile
from mlplatform.flow.reconcile.snapshots import latest, observed
from mlplatform.flow.workspace import Workspace, environment_of
from mlplatform.observe.drift import Flaws, Observations, drifts
from mlplatform.observe.edited import edited_tags
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
    """Compare an environment with what the last apply left; `deep` hashes every version's bytes, not just those in use.

    Refusal while something is applied, and where the last apply was interrupted or left no snapshot.
    """
    settings, paths = environment_of(repository, environment), workspace.paths(environment)
    last = _undisturbed(workspace, settings, environment)
    registry, serving = connect_registry(settings, paths), connect_serving(settings, paths)
    known = registration_records(statements(workspace, settings), environment)
    found = _compare(last, known, registry.read(), serving.observe(), serving, deep=deep)
    if _undisturbed(workspace, settings, environment) != last:
        raise _busy(environment)
    return Drifted(last, found)


def revert_drift(
    workspace: Workspace,
    repository: Repository,
    environment: str,
    progress: ProgressReporter,
    *,
    deep: bool = False,
    reason: str = "",
) -> Reconciled:
    """Put back what was changed by hand, by an apply of the commit that was applied last."""
    present = environment_of(repository, environment)
    workspace.ledger(present).sync()
    known = statements(workspace, present)
    last = last_applied(known, environment) or _last(workspace, known, environment)
    applied = load_repository(workspace.git, last.commit)
    settings, paths = environment_of(applied, environment), workspace.paths(environment)

    def undo(actual: Actual) -> Actual:
        known = statements(workspace, settings)
        last = _last(workspace, known, environment)
        serving = connect_serving(settings, paths)
        made = registration_records(known, environment)
        found = _compare(last, made, actual.registry, actual.serving, serving, deep=deep)
        return replace(actual, undo=DriftRevert(found, last, made))

    return reconcile(workspace, applied, environment, progress, ApplyOptions(undo=undo, reason=reason))


def _undisturbed(workspace: Workspace, settings: Environment, environment: str) -> Snapshot:
    """What the last apply left; Refusal while another one is at work, or where it was interrupted."""
    if workspace.is_held(settings, environment):
        raise _busy(environment)
    if left_behind(workspace.target.outbox, environment):
        raise _interrupted(environment)
    workspace.ledger(settings).sync()
    return _last(workspace, statements(workspace, settings), environment)


def _busy(environment: str) -> Refusal:
    return Refusal(
        f"{environment} is being changed by an apply",
        fix=f"wait until it has ended; if it died: platform apply --env {environment}",
    )


def _last(workspace: Workspace, known: Sequence[Statement], environment: str) -> Snapshot:
    if newest_snapshot(known, environment)[1] or unfinished(known, environment):
        raise _interrupted(environment)
    last = latest(workspace.git, known, environment)
    if last is None:
        raise Refusal(
            f"there is no snapshot of {environment}: nothing was applied to it yet",
            fix=f"platform apply --env {environment} takes one",
        )
    return last


def _interrupted(environment: str) -> Refusal:
    return Refusal(
        f"the last apply to {environment} was interrupted, so what it left is not known",
        fix=f"finish it: platform apply --env {environment}",
    )


def _compare(
    last: Snapshot,
    known: RegistrationRecords,
    registry: RegistryState,
    serving: Observation,
    server: Serving,
    *,
    deep: bool,
) -> tuple[Drift, ...]:
    now = observed(last.environment, last.target, last.commit, registry, serving)
    stored = _stored_flaws(last, registry, deep=deep)
    beside = Observations(
        registry.untrusted,
        registry.foreign_aliases,
        stored,
        server.flaws(),
        serving.unmanaged,
        registry.stage_mismatches,
        edited_tags(last, registry, known),
    )
    return drifts(last, now, beside)


def _stored_flaws(last: Snapshot, registry: RegistryState, *, deep: bool) -> Flaws:
    """What is wrong with the bytes of the versions in use, or of all; what is not registered any more is no bytes."""
    asked = {
        (model, version)
        for model, versions in last.versions.items()
        for version in versions
        if deep or version in last.aliases.get(model, {}).values()
    }
    held = (registry.find(model, version) for model, version in sorted(asked))
    return dict(_flaws(version for version in held if version))


def _flaws(versions: Iterator[RegisteredVersion]) -> Iterator[tuple[tuple[str, str], str]]:
    for version in versions:
        if flaw := _flaw(version.ref):
            yield (version.model, version.ref.digest), flaw


def _flaw(ref: ArtifactRef) -> str:
    try:
        found = digest_of(store_for(ref.uri).entries(ref.uri))
    except Refusal as why:
        return why.message
    return (
        "" if found == ref.digest else f"they are {short_digest(found)} and were {short_digest(ref.digest)}"
    )
