"""Which loaded versions nobody needs any more."""

from mlplatform.core.kinds import Deployment
from mlplatform.core.plan import Action, Change
from mlplatform.plan.actual import Actual
from mlplatform.providers.serving.interface import Served


def retire_changes(provider: str, name: str, body: Deployment, actual: Actual) -> list[Change]:
    """Retire everything but the pinned version and the one before it, which stays loaded for a rollback."""
    needed = {body.digest, _digest_before(name, body, actual)}
    return [retire(provider, held) for held in actual.serving.held(name) if held.digest not in needed]


def retire(provider: str, served: Served) -> Change:
    """The change that unloads one version."""
    before = {"version": served.version, "digest": served.digest}
    return Change(Action.RETIRE, provider, served.model, before, None)


def _digest_before(name: str, body: Deployment, actual: Actual) -> str | None:
    """The digest of what will be `previous` once the pinned version is champion."""
    aliases = actual.registry.aliases.get(name, {})
    alias = "previous" if aliases.get("champion") == body.version else "champion"
    version = actual.registry.find(name, aliases.get(alias, ""))
    return version.ref.digest if version else None
