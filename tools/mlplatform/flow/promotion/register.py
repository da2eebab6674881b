"""Registers a training run and says so on the ledger."""

from mlplatform.apply.register import register
from mlplatform.core.errors import Refusal
from mlplatform.core.repository import Repository
from mlplatform.core.statement import registration_statement
from mlplatform.flow.workspace import Workspace, environment_of
from mlplatform.providers.registry import connect_registry
from mlplatform.providers.registry.interface import RegisteredVersion


def first_environment(repository: Repository) -> str:
    """The environment that trained versions are registered in."""
    environments = repository.environments_in_order()
    if not environments:
        raise Refusal("no environment is declared", fix="add environments/development/environment.yaml")
    return environments[0]


def register_run(
    workspace: Workspace, repository: Repository, model: str, version: str, run_id: str
) -> RegisteredVersion:
    """Register a run's payload in the first environment's registry; nothing is recorded when it was there."""
    name = first_environment(repository)
    registry = connect_registry(environment_of(repository, name), workspace.paths(name))
    known = registry.read().find(model, version)
    done = register(repository, registry, model, version, run_id)
    if known is None:
        made = done.lineage
        lineage = {
            "run": made.run,
            "commit": made.commit,
            "data": dict(made.data),
            "metrics": dict(made.metrics),
        }
        ledger = workspace.ledger(environment_of(repository, name))
        ledger.append(registration_statement(model, version, done.ref.digest, name, lineage))
    return done
