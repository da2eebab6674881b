"""plan → apply → record, for one environment of a commit."""

import getpass
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlplatform.apply.apply import apply
from mlplatform.apply.hands import Hands
from mlplatform.core.errors import Refusal
from mlplatform.core.outcome import Outcome, Result
from mlplatform.core.plan import Plan
from mlplatform.core.repository import Repository
from mlplatform.flow.listener import Listener
from mlplatform.flow.place import Place, environment_of
from mlplatform.local.lease import lease
from mlplatform.plan.actual import Actual
from mlplatform.plan.plan import plan
from mlplatform.providers.registry import connect_registry
from mlplatform.providers.registry.interface import RegistryState
from mlplatform.providers.serving import connect_serving
from mlplatform.record.outbox import Journal
from mlplatform.record.record import close, recover

APPROVED_LOCALLY = "local-unreviewed"

States = Mapping[str, RegistryState]


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What was planned for an environment and what happened."""

    plan: Plan
    outcomes: tuple[Outcome, ...]

    @property
    def is_done(self) -> bool:
        return not self.plan.refused and all(o.result is Result.APPLIED for o in self.outcomes)


def make_plan(place: Place, repository: Repository, environment: str) -> Plan:
    """The plan for an environment, against what its registries and servers say now."""
    settings = environment_of(repository, environment)
    paths = place.paths(environment)
    earlier = {
        name: connect_registry(repository.environments[name].body, place.paths(name)).read()
        for name in repository.earlier(environment)
    }
    registry = connect_registry(settings, paths).read()
    actual = Actual(registry, connect_serving(settings, paths).observe(), earlier)
    return plan(repository, environment, place.target_id(), actual)


def reconcile(
    place: Place,
    repository: Repository,
    environment: str,
    listener: Listener,
    planned: Plan | None = None,
) -> Reconciled:
    """Plan (or take a plan that still holds) and apply it, under the environment's lease, and record it."""
    settings = environment_of(repository, environment)
    paths = place.paths(environment)
    if planned is not None and planned.environment != environment:
        raise Refusal(f"the plan is for {planned.environment}, not for {environment}")
    with lease(paths):
        recover(place.target.outbox, environment, place.ledger())
        made = make_plan(place, repository, environment)
        if planned is not None and planned.digest != made.digest:
            raise Refusal(
                f"the plan no longer holds: {environment} or the commit changed since it was made",
                fix="make a new one: platform plan --out FILE",
            )
        if not made.changes:
            return Reconciled(made, ())
        hands = Hands(
            connect_registry(settings, paths),
            connect_serving(settings, paths),
            made.commit,
            (APPROVED_LOCALLY,),
        )
        listener.planned(made)
        journal = Journal.begin(place.target.outbox, made, _who())
        outcomes = apply(made, hands, lambda outcome: _hear(outcome, journal, listener))
        close(journal, place.ledger())
    return Reconciled(made, outcomes)


def _hear(outcome: Outcome, journal: Journal, listener: Listener) -> None:
    journal.heard(outcome)
    listener.heard(outcome)


def _who() -> dict[str, Any]:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user need not have a name
        user = "unknown"
    return {"identity": user, "approvedBy": [APPROVED_LOCALLY]}


def read_plan(file: Path) -> Plan:
    """A plan that `platform plan --out` wrote; Refusal when it is none or was changed."""
    try:
        made = Plan.from_json(json.loads(file.read_text()))
    except (KeyError, TypeError, ValueError, AttributeError) as cause:
        raise Refusal(f"{file} is not a plan: {cause}", fix="make one: platform plan --out FILE") from cause
    if not made.is_intact():
        raise Refusal(f"{file} was changed after it was made", fix="make a new one: platform plan --out FILE")
    return made
