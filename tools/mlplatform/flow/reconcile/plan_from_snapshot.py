"""Plans with no access to any environment: from the snapshots that the ledger holds, as this clone knows it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain

from mlplatform.core.champions import champions
from mlplatform.core.errors import Refusal
from mlplatform.core.hold import holds
from mlplatform.core.intent import unfinished
from mlplatform.core.kinds import Environment
from mlplatform.core.plan import Action, Plan
from mlplatform.core.repository import Repository
from mlplatform.core.snapshot import RegisteredEntry, Snapshot
from mlplatform.core.snapshot_plan import SnapshotAge, SnapshotPlan
from mlplatform.core.statement import REGISTRATION, Statement, newest_snapshot
from mlplatform.flow.reconcile.critical import critical_among
from mlplatform.flow.reconcile.served_signature import plan_with_signatures
from mlplatform.flow.workspace import REMOTE, Workspace, environment_of
from mlplatform.local.identity import read_target_id
from mlplatform.plan.actual import Actual
from mlplatform.plan.plan import known_to
from mlplatform.plan.snapshot_state import registry_of, serving_of
from mlplatform.record.ledger import Ledger, copies_of_shared, shared_ledger
from mlplatform.record.snapshots import read

LOCAL = "refs/platform/"


def plan_from_snapshot(
    workspace: Workspace, repository: Repository, environment: str, target: str | None = None
) -> SnapshotPlan:
    """The plan for an environment from the newest snapshots of it and of those before it; asks nobody."""
    names = (environment, *repository.earlier(environment))
    known = {environment: _known(workspace, environment_of(repository, environment), target)}
    missing: dict[str, str] = {}
    for name in names[1:]:
        try:
            known[name] = _known(workspace, environment_of(repository, name), target)
        except Refusal as why:
            known[name], missing[name] = (), why.message
    found = {name: _snapshot(workspace, known[name], name) for name in names}
    here, own = known[environment], found[environment]
    actual = Actual(
        registry_of(own or _empty(environment)),
        serving_of(own or _empty(environment)),
        {name: registry_of(found[name] or _empty(name)) for name in names[1:]},
        holds(here, environment),
        champions=champions(here, environment),
        redacted=True,
    )
    gone = known_to(actual) - repository.deployments.get(environment, {}).keys()
    critical = critical_among(workspace.git, repository, environment, gone, here)
    every = tuple(chain.from_iterable(reversed(known.values())))
    target_id = own.target if own else ""
    actual = replace(actual, critical=critical)
    made = plan_with_signatures(workspace.git, repository, environment, target_id, actual, every)
    bases = tuple(_basis(snapshot) for snapshot in found.values() if snapshot)
    return SnapshotPlan(made, bases, tuple(_unknown(repository, made, known, found, missing)))


def _known(workspace: Workspace, settings: Environment, target: str | None) -> tuple[Statement, ...]:
    """The ledger of an environment, oldest first."""
    if settings.is_shared:
        ledgers = copies_of_shared(workspace.git, REMOTE)
    else:
        ledgers = (Ledger(workspace.git, _local_ref(workspace, target)),)
    copies = [tuple(record.statement for record in ledger.newest_first()) for ledger in ledgers]
    return max(copies, key=len)[::-1]


def _local_ref(workspace: Workspace, target: str | None) -> str:
    wanted = target or read_target_id(workspace.target)
    listed = workspace.git.run("for-each-ref", "--format=%(refname)", LOCAL).decode().split()
    shared = shared_ledger(workspace.git, REMOTE).ref
    ledgers = [ref for ref in listed if ref != shared and "/" not in ref.removeprefix(LOCAL)]
    if wanted:
        ledgers = [ref for ref in ledgers if ref == f"{LOCAL}{wanted}"]
    if len(ledgers) == 1:
        return ledgers[0]
    if not ledgers:
        raise Refusal(
            f"the ledger of {'target ' + wanted if wanted else 'the local target'} is not in this clone",
            fix="fetch it: git fetch REMOTE 'refs/platform/*:refs/platform/*'",
        )
    ids = ", ".join(ref.removeprefix(LOCAL) for ref in ledgers)
    raise Refusal(f"there are ledgers of several local targets here: {ids}", fix="say which one: --target ID")


def _snapshot(workspace: Workspace, known: Sequence[Statement], environment: str) -> Snapshot | None:
    """The newest snapshot with what was registered beside it; None where nothing was ever applied."""
    statement, since = newest_snapshot(known, environment)
    registered = [
        said.predicate
        for said in known
        if said.predicate_type == REGISTRATION and said.predicate["environment"] == environment
    ]
    if statement is None:
        if since:
            raise Refusal(
                f"there is no snapshot of {environment} on the ledger",
                fix="the next apply that changes something takes one",
            )
        if not registered:
            return None
    found = read(workspace.git, statement) if statement else _empty(environment)
    versions = {model: dict(held) for model, held in found.versions.items()}
    for said in registered:
        versions.setdefault(said["model"], {}).setdefault(
            said["version"], RegisteredEntry(said["digest"], "")
        )
    return replace(found, versions=versions, taken=found.taken or registered[-1].get("recordedAt", ""))


def _empty(environment: str) -> Snapshot:
    return Snapshot(environment, "", "", "")


def _basis(snapshot: Snapshot) -> SnapshotAge:
    try:
        age = datetime.now(UTC) - datetime.fromisoformat(snapshot.taken)
    except (ValueError, TypeError):
        age = timedelta(0)
    return SnapshotAge(snapshot.environment, snapshot.commit, snapshot.taken, max(age, timedelta(0)))


def _unknown(
    repository: Repository,
    made: Plan,
    known: Mapping[str, Sequence[Statement]],
    found: Mapping[str, Snapshot | None],
    missing: Mapping[str, str],
) -> Iterator[str]:
    for name, snapshot in found.items():
        if name in missing:
            yield f"what {name} holds: {missing[name]}"
        elif snapshot is None:
            yield f"nothing was ever applied to {name}, so it is taken to be empty"
        elif newest_snapshot(known[name], name)[1] or unfinished(known[name], name):
            yield f"an apply to {name} since that snapshot did not end well: what it left is not known"
    pinned = repository.deployments.get(made.environment, {})
    for change in made.changes:
        if change.action is Action.CHAMPION and change.after and change.resource in pinned:
            yield (
                f"metrics and gates of {change.resource} {change.after['champion']} are not compared with the "
                "registry: a snapshot does not hold what was measured"
            )
