"""Going back to an earlier commit: the versions it leaves go on hold, so that no later commit brings them again."""

from collections.abc import Iterator

from mlplatform.core.hold import Hold
from mlplatform.core.plan import Action, Plan
from mlplatform.core.repository import Repository
from mlplatform.providers.registry.interface import RegistryState


def holds_for_rollback(made: Plan, left: Repository, registry: RegistryState, why: str) -> Iterator[Hold]:
    """A hold on each version that is champion no longer after a plan, as the commit that is `left` declares it."""
    for change in made.changes:
        before, after = change.before or {}, change.after or {}
        declared = left.deployments.get(made.environment, {}).get(change.resource)
        if change.action is not Action.CHAMPION or declared is None or change.resource not in left.models:
            continue
        version = declared.body.version
        held = registry.find(change.resource, version)
        if before.get("champion") != version or held is None or held.ref.digest != declared.body.digest:
            continue  # somebody moved the alias: what the commit declares did not run
        yield Hold(
            made.environment,
            change.resource,
            version,
            declared.body.digest,
            "",
            {"champion": after.get("champion"), "previous": before.get("previous")},
            f"people went back from it: {why}",
            "",
            lasting=True,
        )
