"""Registers a training run and records that on the ledger."""

from mlplatform.apply.register import register
from mlplatform.core.errors import Refusal
from mlplatform.core.records.registration import RegistrationPredicate
from mlplatform.core.records.statement import Statement
from mlplatform.core.repository import Repository
from mlplatform.flow.workspace import Workspace, environment_of
from mlplatform.providers.registry import connect_registry
from mlplatform.providers.registry.interface import RegisteredVersion


def first_environment(repository: Repository) -> str:
    """Return the environment that trained versions are registered in."""
    environments = repository.environments_in_order()
    if not environments:
        raise Refusal("no environment is declared", fix="add environments/development/environment.yaml")
    return environments[0]


def register_run(
    workspace: Workspace, repository: Repository, model: str, version: str, run_id: str
) -> RegisteredVersion:
    """Register a run's artifact in the first environment's registry; record it unless it was there already."""
    name = first_environment(repository)
    registry = connect_registry(environment_of(repository, name), workspace.paths(name))
    existing = registry.read().find(model, version)
    registered = register(repository, registry, model, version, run_id)
    if existing is None:
        origin = registered.lineage
        registration = RegistrationPredicate(
            environment=name,
            model=model,
            version=version,
            digest=registered.ref.digest,
            run=origin.run,
            commit=origin.commit,
            data=dict(origin.data),
            metrics=dict(origin.metrics),
            codeCommitted=registry.run(run_id).uncommitted == "none",
        )
        workspace.ledger(environment_of(repository, name)).append(Statement.of(registration))
    return registered
