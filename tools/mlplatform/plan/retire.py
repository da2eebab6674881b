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


def before_it(version: str, champion: str | None, previous: str | None) -> str | None:
    """What is `previous` once a version is champion: the champion that it replaces, unless somebody removed that."""
    found = previous if champion in (version, None) else champion
    return None if found == version else found


def _digest_before(name: str, body: Deployment, actual: Actual) -> str | None:
    """The digest of what will be `previous` once the pinned version is champion."""
    aliases = actual.registry.aliases.get(name, {})
    before = before_it(body.version, aliases.get("champion"), aliases.get("previous"))
    version = actual.registry.find(name, before) if before else None
    return version.ref.digest if version else None
