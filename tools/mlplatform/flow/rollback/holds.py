"""Holds: which versions must not be tried again in an environment, and which ones a rollback adds."""

from collections.abc import Iterator
from contextlib import suppress

from pydantic import ValidationError

from mlplatform.core.errors import Refusal
from mlplatform.core.hold import Hold, Holds, holds
from mlplatform.core.kinds import Environment
from mlplatform.core.naming import Kind, path_of
from mlplatform.core.plan import Action, Plan
from mlplatform.core.repository import Repository
from mlplatform.flow.ledger_queries import statements
from mlplatform.flow.workspace import Workspace
from mlplatform.load.history import documents_at
from mlplatform.providers.registry.interface import RegistryState


def holds_in(workspace: Workspace, environment: str, settings: Environment | None = None) -> Holds:
    """Return the holds of an environment, by model and digest, as this clone's copies of the ledgers record them."""
    return holds(statements(workspace, settings), environment)


def holds_at(workspace: Workspace, commit: str, environment: str) -> Holds:
    """Return the holds of an environment that a commit declares; Refusal when its shared ledger cannot be fetched.

    Only the environment's document is read, so that a proposal does not have to load the whole repository.
    """
    path = path_of(Kind.ENVIRONMENT, environment)
    settings: Environment | None = None
    with suppress(KeyError, ValidationError):  # a missing or broken document is reported by whoever needs it
        settings = Environment.model_validate(documents_at(workspace.git, [(commit, path)])[commit, path])
    if settings and settings.is_shared:
        workspace.ledger(settings).sync()
    return holds_in(workspace, environment, settings)


def require_not_on_hold(on_hold: Holds, model: str, version: str, digest: str) -> None:
    """Refusal when a version is on hold: it is not proposed again before somebody lifts the hold."""
    hold = on_hold.get((model, digest))
    if hold and hold.aliases:  # without aliases only a change of settings failed: the version itself is good
        raise Refusal(
            f"{model} {version} is on hold in {hold.environment} since {hold.since}: {hold.reason}",
            fix=f"repair the cause, then: platform retry {model} --env {hold.environment} --version {version}",
        )


def holds_for_rollback(
    plan: Plan, replaced: Repository, registry: RegistryState, reason: str
) -> Iterator[Hold]:
    """Yield a hold for each version that a rollback to an earlier commit takes the champion alias from.

    `replaced` is the repository at the commit that ran until now. With the holds no later commit brings these versions
    back unless somebody retries them.
    """
    for change in plan.changes:
        before, after = change.before or {}, change.after or {}
        document = replaced.deployments.get(plan.environment, {}).get(change.resource)
        if change.action is not Action.CHAMPION or document is None or change.resource not in replaced.models:
            continue
        version = document.body.version
        registered = registry.find(change.resource, version)
        digest = document.body.digest
        if before.get("champion") != version or registered is None or registered.ref.digest != digest:
            continue  # somebody moved the alias by hand: what the commit declares did not run
        yield Hold(
            plan.environment,
            change.resource,
            version,
            digest,
            "",
            {"champion": after.get("champion"), "previous": before.get("previous")},
            f"the environment was rolled back to an earlier commit: {reason}",
            "",
            lasting=True,
        )
