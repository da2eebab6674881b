"""Plans one environment of a commit against what its registry and servers say now."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mlplatform.core.champions import champions, recorded_aliases
from mlplatform.core.errors import Refusal
from mlplatform.core.hold import holds
from mlplatform.core.plan import Plan
from mlplatform.core.ran import ran_in
from mlplatform.core.records.statement import Statement
from mlplatform.core.repository import Repository
from mlplatform.flow.ledger_queries import statements
from mlplatform.flow.reconcile.bring_up import brought_up_with
from mlplatform.flow.reconcile.critical_models import critical_among
from mlplatform.flow.reconcile.served_signature import plan_with_signatures
from mlplatform.flow.workspace import Workspace, environment_of
from mlplatform.plan.actual import Actual
from mlplatform.plan.plan import models_present
from mlplatform.providers.registry import connect_registry
from mlplatform.providers.serving import connect_serving


@dataclass(frozen=True, slots=True)
class ApplyOptions:
    """What a person asked for besides the commit.

    `saved_plan`: apply exactly this plan. `rollback_reason`: why an earlier commit is applied on purpose. `confirmed`:
    critical models that may be removed. `add_drift_revert`: adds what was changed by hand, which is then undone.
    `after_retry`: a hold was lifted for this run. `reason`: a sentence for the record.
    """

    saved_plan: Plan | None = None
    rollback_reason: str = ""
    confirmed: frozenset[str] = frozenset()
    add_drift_revert: Callable[[Actual], Actual] | None = None
    after_retry: bool = False
    reason: str = ""


def make_plan(
    workspace: Workspace, repository: Repository, environment: str, confirmed: frozenset[str] = frozenset()
) -> Plan:
    """Plan an environment against its registries, its servers and the holds on its ledger."""
    settings = environment_of(repository, environment)
    workspace.ledger(settings).sync()
    ledger, actual = statements(workspace, settings), observe(workspace, repository, environment)
    return plan_against(workspace, repository, environment, ledger, actual, ApplyOptions(confirmed=confirmed))


def observe(workspace: Workspace, repository: Repository, environment: str) -> Actual:
    """Read the environment's registry and server, and the registries of the environments before it."""
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
    ledger: Sequence[Statement],
    actual: Actual,
    options: ApplyOptions,
) -> Plan:
    """Plan against what was observed and what the ledger adds: holds, what ran, critical models, signatures."""
    ran = {name: ran_in(ledger, name) for name in actual.earlier}
    actual = replace(
        actual,
        holds=holds(ledger, environment),
        champions=champions(ledger, environment),
        ran=ran,
        brought_up_with=brought_up_with(workspace.git, repository, environment, ledger),
        recorded_aliases=recorded_aliases(ledger, environment),
    )
    if options.add_drift_revert:
        actual = options.add_drift_revert(actual)
    undeclared = models_present(actual) - repository.deployments.get(environment, {}).keys()
    critical = critical_among(workspace.git, repository, environment, undeclared, ledger)
    actual = replace(actual, critical=critical)
    return plan_with_signatures(
        workspace.git, repository, environment, workspace.target_id(), actual, ledger, options.confirmed
    )


def read_plan(file: Path) -> Plan:
    """Read a plan that `platform plan --out` wrote; Refusal when it is not a plan, or was changed."""
    try:
        plan = Plan.from_json(json.loads(file.read_text()))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Refusal(f"{file} is not a plan: {error}", fix="make one: platform plan --out FILE") from error
    if not plan.is_intact():
        raise Refusal(f"{file} was changed after it was made", fix="make a new one: platform plan --out FILE")
    return plan
