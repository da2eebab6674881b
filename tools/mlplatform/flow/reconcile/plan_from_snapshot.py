"""Plans without access to any environment: from the snapshots on this clone's copy of the ledger."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain

from mlplatform.core.applied import newest_snapshot
from mlplatform.core.champions import champions, recorded_aliases
from mlplatform.core.errors import Refusal
from mlplatform.core.hold import holds
from mlplatform.core.intent import unfinished
from mlplatform.core.plan import Action, Plan
from mlplatform.core.ran import ran_in
from mlplatform.core.records.registration import RegistrationPredicate
from mlplatform.core.records.statement import Statement
from mlplatform.core.repository import Repository
from mlplatform.core.snapshot import RegisteredEntry, Snapshot
from mlplatform.core.snapshot_plan import SnapshotAge, SnapshotPlan
from mlplatform.flow.ledger_queries import copied_statements
from mlplatform.flow.reconcile.bring_up import brought_up_with
from mlplatform.flow.reconcile.critical_models import critical_among
from mlplatform.flow.reconcile.served_signature import plan_with_signatures
from mlplatform.flow.workspace import Workspace, environment_of
from mlplatform.plan.actual import Actual
from mlplatform.plan.plan import models_present
from mlplatform.plan.snapshot_state import registry_of, serving_of
from mlplatform.record.snapshots import read_snapshot


def plan_from_snapshot(
    workspace: Workspace, repository: Repository, environment: str, target: str | None = None
) -> SnapshotPlan:
    """Plan an environment from the newest snapshots of it and of those before it; no server is asked."""
    names = (environment, *repository.earlier(environment))
    ledgers = {environment: copied_statements(workspace, environment_of(repository, environment), target)}
    missing: dict[str, str] = {}
    for name in names[1:]:
        try:
            ledgers[name] = copied_statements(workspace, environment_of(repository, name), target)
        except Refusal as refusal:
            ledgers[name], missing[name] = (), refusal.message
    snapshots = {name: _snapshot(workspace, ledgers[name], name) for name in names}
    ledger, newest = ledgers[environment], snapshots[environment]
    actual = Actual(
        registry_of(newest or _empty(environment)),
        serving_of(newest or _empty(environment)),
        {name: registry_of(snapshots[name] or _empty(name)) for name in names[1:]},
        holds(ledger, environment),
        champions=champions(ledger, environment),
        ran={name: ran_in(ledgers[name], name) for name in names[1:]},
        brought_up_with=brought_up_with(workspace.git, repository, environment, ledger),
        recorded_aliases=recorded_aliases(ledger, environment),
        redacted=True,
    )
    undeclared = models_present(actual) - repository.deployments.get(environment, {}).keys()
    critical = critical_among(workspace.git, repository, environment, undeclared, ledger)
    statements = tuple(chain.from_iterable(reversed(ledgers.values())))
    target_id = newest.target if newest else ""
    actual = replace(actual, critical=critical)
    plan = plan_with_signatures(workspace.git, repository, environment, target_id, actual, statements)
    ages = tuple(_snapshot_age(snapshot) for snapshot in snapshots.values() if snapshot)
    return SnapshotPlan(plan, ages, tuple(_caveats(repository, plan, ledgers, snapshots, missing)))


def _snapshot(workspace: Workspace, ledger: Sequence[Statement], environment: str) -> Snapshot | None:
    """Return the newest snapshot plus what was registered since; None where nothing was ever applied."""
    published, applied_since = newest_snapshot(ledger, environment)
    predicates = (statement.predicate for statement in ledger)
    registered = [
        predicate
        for predicate in predicates
        if isinstance(predicate, RegistrationPredicate) and predicate.environment == environment
    ]
    if published is None:
        if applied_since:
            raise Refusal(
                f"there is no snapshot of {environment} on the ledger",
                fix="the next apply that changes something takes one",
            )
        if not registered:
            return None
    snapshot = read_snapshot(workspace.git, published) if published else _empty(environment)
    versions = {model: dict(entries) for model, entries in snapshot.versions.items()}
    for registration in registered:
        versions.setdefault(registration.model, {}).setdefault(
            registration.version, RegisteredEntry(registration.digest, "")
        )
    return replace(snapshot, versions=versions, taken=snapshot.taken or registered[-1].recordedAt)


def _empty(environment: str) -> Snapshot:
    return Snapshot(environment, "", "", "")


def _snapshot_age(snapshot: Snapshot) -> SnapshotAge:
    """Return the commit, time and age of a snapshot; an unreadable time counts as now."""
    try:
        age = datetime.now(UTC) - datetime.fromisoformat(snapshot.taken)
    except (ValueError, TypeError):
        age = timedelta(0)
    return SnapshotAge(snapshot.environment, snapshot.commit, snapshot.taken, max(age, timedelta(0)))


def _caveats(
    repository: Repository,
    plan: Plan,
    ledgers: Mapping[str, Sequence[Statement]],
    snapshots: Mapping[str, Snapshot | None],
    missing: Mapping[str, str],
) -> Iterator[str]:
    """Yield a sentence for everything that the plan could not take into account."""
    for name, snapshot in snapshots.items():
        if name in missing:
            yield f"what {name} holds: {missing[name]}"
        elif snapshot is None:
            yield f"nothing was ever applied to {name}, so it is taken to be empty"
        elif newest_snapshot(ledgers[name], name)[1] or unfinished(ledgers[name], name):
            yield f"an apply to {name} since that snapshot did not end well: what it left is not known"
    pinned = repository.deployments.get(plan.environment, {})
    for change in plan.changes:
        if change.action is Action.CHAMPION and change.after and change.resource in pinned:
            yield (
                f"metrics and gates of {change.resource} {change.after['champion']} are not compared with the "
                "registry: a snapshot does not hold what was measured"
            )
