"""Plans for one environment of a commit, against what is there now."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mlplatform.core.champions import champions
from mlplatform.core.errors import Refusal
from mlplatform.core.hold import holds
from mlplatform.core.plan import Plan
from mlplatform.core.repository import Repository
from mlplatform.core.statement import Statement
from mlplatform.flow.ledger_queries import statements
from mlplatform.flow.reconcile.critical import critical_among
from mlplatform.flow.reconcile.served_signature import plan_with_signatures
from mlplatform.flow.workspace import Workspace, environment_of
from mlplatform.plan.actual import Actual
from mlplatform.plan.plan import known_to
from mlplatform.providers.registry import connect_registry
from mlplatform.providers.serving import connect_serving


@dataclass(frozen=True, slots=True)
class ApplyOptions:
    """What a person asked for besides the commit: just this plan, to go back and why, and what may be taken away.

    `undo` tells what was changed by hand since the last apply, which is then put back, and `reason` why; `retried` says
    that a hold was lifted for it.
    """

    planned: Plan | None = None
    going_back: str = ""
    confirmed: frozenset[str] = frozenset()
    undo: Callable[[Actual], Actual] | None = None
    retried: bool = False
    reason: str = ""


def make_plan(
    workspace: Workspace, repository: Repository, environment: str, confirmed: frozenset[str] = frozenset()
) -> Plan:
    """The plan for an environment, against what its registries and servers say now, and what is on hold."""
    settings = environment_of(repository, environment)
    workspace.ledger(settings).sync()
    known, actual = statements(workspace, settings), observe(workspace, repository, environment)
    return plan_against(workspace, repository, environment, known, actual, ApplyOptions(confirmed=confirmed))


def observe(workspace: Workspace, repository: Repository, environment: str) -> Actual:
    """What the environment's registry and server say now, and the registries before it."""
    settings, paths = environment_of(repository, environment), workspace.paths(environment)
    earlier = {
        name: connect_registry(repository.environments[name].body, workspace.paths(name)).read()
        for name in repository.earlier(environment)
    }
    registry = connect_registry(settings, paths).read()
    return Actual(registry, connect_serving(settings, paths).observe(), earlier)


def plan_against(
    workspace: Workspace,
    repository: Repository,
    environment: str,
    known: Sequence[Statement],
    actual: Actual,
    wanted: ApplyOptions,
) -> Plan:
    """The plan against what was observed, and what the ledger says of it."""
    actual = replace(actual, holds=holds(known, environment), champions=champions(known, environment))
    if wanted.undo:
        actual = wanted.undo(actual)
    gone = known_to(actual) - repository.deployments.get(environment, {}).keys()
    critical = critical_among(workspace.git, repository, environment, gone, known)
    actual = replace(actual, critical=critical)
    return plan_with_signatures(
        workspace.git, repository, environment, workspace.target_id(), actual, known, wanted.confirmed
    )


def read_plan(file: Path) -> Plan:
    """A plan that `platform plan --out` wrote; Refusal when it is none or was changed."""
    try:
        made = Plan.from_json(json.loads(file.read_text()))
    except (KeyError, TypeError, ValueError, AttributeError) as cause:
        raise Refusal(f"{file} is not a plan: {cause}", fix="make one: platform plan --out FILE") from cause
    if not made.is_intact():
        raise Refusal(f"{file} was changed after it was made", fix="make a new one: platform plan --out FILE")
    return made
