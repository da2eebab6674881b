"""Plans without access to any environment: from the snapshots on this clone's copy of the ledger."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain

from mlplatform.core.champions import champions, recorded_aliases
from mlplatform.core.errors import Refusal
from mlplatform.core.hold import holds
from mlplatform.core.intent import unfinished
from mlplatform.core.kinds import Environment
from mlplatform.core.plan import Action, Plan
from mlplatform.core.repository import Repository
from mlplatform.core.snapshot import RegisteredEntry, Snapshot
from mlplatform.core.snapshot_plan import SnapshotAge, SnapshotPlan
from mlplatform.core.statement import REGISTRATION, Statement, newest_snapshot
from mlplatform.flow.reconcile.critical_models import critical_among
from mlplatform.flow.reconcile.served_signature import plan_with_signatures
from mlplatform.flow.workspace import REMOTE, Workspace, environment_of
from mlplatform.local.identity import read_target_id
from mlplatform.plan.actual import Actual
from mlplatform.plan.plan import models_present
from mlplatform.plan.snapshot_state import registry_of, serving_of
from mlplatform.record.ledger import Ledger, copies_of_shared, shared_ledger
from mlplatform.record.snapshots import read_snapshot

LOCAL = "refs/platform/"


def plan_from_snapshot(
    workspace: Workspace, repository: Repository, environment: str, target: str | None = None
) -> SnapshotPlan:
    """Plan an environment from the newest snapshots of it and of those before it; no server is asked."""
    names = (environment, *repository.earlier(environment))
    ledgers = {environment: _read_ledger(workspace, environment_of(repository, environment), target)}
    missing: dict[str, str] = {}
    for name in names[1:]:
        try:
            ledgers[name] = _read_ledger(workspace, environment_of(repository, name), target)
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


def _read_ledger(workspace: Workspace, settings: Environment, target: str | None) -> tuple[Statement, ...]:
    """Return the ledger of an environment, oldest first."""
    if settings.is_shared:
        ledgers = copies_of_shared(workspace.git, REMOTE)
    else:
        ledgers = (Ledger(workspace.git, _local_ref(workspace, target)),)
    copies = [tuple(record.statement for record in ledger.newest_first()) for ledger in ledgers]
    return max(copies, key=len)[::-1]


def _local_ref(workspace: Workspace, target: str | None) -> str:
    target_id = target or read_target_id(workspace.target)
    refs = workspace.git.run("for-each-ref", "--format=%(refname)", LOCAL).decode().split()
    shared = shared_ledger(workspace.git, REMOTE).ref
    ledgers = [ref for ref in refs if ref != shared and "/" not in ref.removeprefix(LOCAL)]
    if target_id:
        ledgers = [ref for ref in ledgers if ref == f"{LOCAL}{target_id}"]
    if len(ledgers) == 1:
        return ledgers[0]
    if not ledgers:
        raise Refusal(
            f"the ledger of {'target ' + target_id if target_id else 'the local target'} is not in this clone",
            fix="fetch it: git fetch REMOTE 'refs/platform/*:refs/platform/*'",
        )
    ids = ", ".join(ref.removeprefix(LOCAL) for ref in ledgers)
    raise Refusal(f"there are ledgers of several local targets here: {ids}", fix="say which one: --target ID")


def _snapshot(workspace: Workspace, ledger: Sequence[Statement], environment: str) -> Snapshot | None:
    """Return the newest snapshot plus what was registered since; None where nothing was ever applied."""
    statement, applied_since = newest_snapshot(ledger, environment)
    registered = [
        registration.predicate
        for registration in ledger
        if registration.predicate_type == REGISTRATION
        and registration.predicate["environment"] == environment
    ]
    if statement is None:
        if applied_since:
            raise Refusal(
                f"there is no snapshot of {environment} on the ledger",
                fix="the next apply that changes something takes one",
            )
        if not registered:
            return None
    snapshot = read_snapshot(workspace.git, statement) if statement else _empty(environment)
    versions = {model: dict(entries) for model, entries in snapshot.versions.items()}
    for registration in registered:
        versions.setdefault(registration["model"], {}).setdefault(
            registration["version"], RegisteredEntry(registration["digest"], "")
        )
    return replace(snapshot, versions=versions, taken=snapshot.taken or registered[-1].get("recordedAt", ""))


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
