"""plan → apply → record, for one environment of a commit."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mlplatform.apply.apply import apply
from mlplatform.apply.hands import Hands
from mlplatform.core.champions import champions
from mlplatform.core.errors import Refusal
from mlplatform.core.hold import Hold, holds
from mlplatform.core.lease import Lease
from mlplatform.core.outcome import Outcome
from mlplatform.core.plan import Plan
from mlplatform.core.reconciled import Reconciled
from mlplatform.core.repository import Repository
from mlplatform.core.statement import Statement, newest_snapshot
from mlplatform.flow.critical import critical_among
from mlplatform.flow.listener import Listener
from mlplatform.flow.past import holds_in, require_newer, statements
from mlplatform.flow.place import Place, environment_of
from mlplatform.flow.revert import propose_reverts
from mlplatform.flow.snapshots import take
from mlplatform.flow.who import APPROVED_LOCALLY, who
from mlplatform.plan.actual import Actual
from mlplatform.plan.plan import known_to, plan
from mlplatform.providers.registry import connect_registry
from mlplatform.providers.registry.interface import RegistryState
from mlplatform.providers.serving import connect_serving
from mlplatform.record.outbox import Journal
from mlplatform.record.record import close, recover

States = Mapping[str, RegistryState]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asked for besides the commit: just this plan, to go back and why, and what may be taken away.

    `undo` tells what was changed by hand since the last apply, which is then put back.
    """

    planned: Plan | None = None
    going_back: str = ""
    confirmed: frozenset[str] = frozenset()
    undo: Callable[[Actual], Actual] | None = None


def make_plan(
    place: Place, repository: Repository, environment: str, confirmed: frozenset[str] = frozenset()
) -> Plan:
    """The plan for an environment, against what its registries and servers say now, and what is on hold."""
    return _plan(place, repository, environment, statements(place), Wanted(confirmed=confirmed))


def reconcile(
    place: Place,
    repository: Repository,
    environment: str,
    listener: Listener,
    wanted: Wanted | None = None,
) -> Reconciled:
    """Plan (or take a plan that still holds) and apply it, under the environment's lease, and record it.

    Refusal for a commit that does not contain the one applied last, unless `going_back` says why that is meant.
    """
    wanted = wanted or Wanted()
    planned = wanted.planned
    if planned is not None and planned.environment != environment:
        raise Refusal(f"the plan is for {planned.environment}, not for {environment}")
    settings = environment_of(repository, environment)
    ledger = place.ledger(settings)
    with place.lease(settings, environment) as held:
        ledger.sync()
        recover(place.target.outbox, environment, ledger)
        known = statements(place)
        if repository.commit and not wanted.going_back:
            require_newer(place.git, repository.commit, environment, known)
        on_hold = holds(known, environment)
        made = _plan(place, repository, environment, known, wanted)
        if planned is not None and planned.digest != made.digest:
            raise Refusal(
                f"the plan no longer holds: {environment} or the commit changed since it was made",
                fix="make a new one: platform plan --out FILE",
            )
        if not made.changes:
            if newest_snapshot(known, environment)[1]:  # an apply died before it took one
                take(place, repository, environment, made.commit, listener)
            return Reconciled(made, ())
        listener.planned(made)
        outcomes = _apply(place, repository, made, listener, held, wanted)
        failed = [hold for key, hold in holds_in(place, environment).items() if on_hold.get(key) != hold]
        if failed and (left := _left(place, repository, environment, failed, listener)):
            outcomes += _apply(place, repository, left, listener, held, wanted)
        held.require()
        take(place, repository, environment, made.commit, listener)
    return Reconciled(made, outcomes, propose_reverts(place, made.commit, failed))


def _left(
    place: Place,
    repository: Repository,
    environment: str,
    failed: Iterable[Hold],
    listener: Listener,
) -> Plan | None:
    """What runs before this one left of versions that failed now; None when there is nothing, or it cannot be seen."""
    try:
        whole = make_plan(place, repository, environment)
    except Refusal as why:
        listener.say(f"what is left of the versions on hold is put back by the next apply: {why}")
        return None
    models = {hold.model for hold in failed}
    changes = tuple(change for change in whole.changes if change.resource in models)
    declared = {model: digest for model, digest in whole.documents.items() if model in models}
    refused = tuple(one for one in whole.refused if one.resource in models)
    return Plan.of(environment, whole.target, whole.commit, changes, refused, declared) if changes else None


def _plan(
    place: Place,
    repository: Repository,
    environment: str,
    known: Sequence[Statement],
    wanted: Wanted,
) -> Plan:
    settings = environment_of(repository, environment)
    paths = place.paths(environment)
    earlier = {
        name: connect_registry(repository.environments[name].body, place.paths(name)).read()
        for name in repository.earlier(environment)
    }
    registry = connect_registry(settings, paths).read()
    actual = Actual(
        registry,
        connect_serving(settings, paths).observe(),
        earlier,
        holds(known, environment),
        champions=champions(known, environment),
    )
    if wanted.undo:
        actual = wanted.undo(actual)
    gone = known_to(actual) - repository.deployments.get(environment, {}).keys()
    critical = critical_among(place.git, repository, environment, gone, known)
    return plan(
        repository, environment, place.target_id(), replace(actual, critical=critical), wanted.confirmed
    )


def _apply(
    place: Place, repository: Repository, made: Plan, listener: Listener, held: Lease, wanted: Wanted
) -> tuple[Outcome, ...]:
    settings, paths = environment_of(repository, made.environment), place.paths(made.environment)
    hands = Hands(
        connect_registry(settings, paths),
        connect_serving(settings, paths),
        made.commit,
        (APPROVED_LOCALLY,),
        held,
    )
    said = {**who(), "fence": held.fence}
    if wanted.going_back:
        said["goingBack"] = wanted.going_back
    if wanted.undo:
        said["undoing"] = "drift"
    journal = Journal.begin(place.target.outbox, made, said)
    outcomes = apply(made, hands, lambda outcome: _hear(outcome, journal, listener))
    close(journal, place.ledger(settings))
    return outcomes


def _hear(outcome: Outcome, journal: Journal, listener: Listener) -> None:
    journal.heard(outcome)
    listener.heard(outcome)


def read_plan(file: Path) -> Plan:
    """A plan that `platform plan --out` wrote; Refusal when it is none or was changed."""
    try:
        made = Plan.from_json(json.loads(file.read_text()))
    except (KeyError, TypeError, ValueError, AttributeError) as cause:
        raise Refusal(f"{file} is not a plan: {cause}", fix="make one: platform plan --out FILE") from cause
    if not made.is_intact():
        raise Refusal(f"{file} was changed after it was made", fix="make a new one: platform plan --out FILE")
    return made
