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


def previous_version(name: str, version: str, actual: Actual) -> str | None:
    """What is `previous` once a version is champion: the champion that it replaces, unless somebody removed that.

    Where it is champion already and no apply made it so, it replaces the one that an apply made champion last.
    """
    aliases = actual.registry.aliases.get(name, {})
    champion, found = aliases.get("champion"), aliases.get("previous")
    if champion == version:
        found = _applied_last(name, version, actual) or found
    elif champion:
        found = champion
    return None if found == version else found


def _applied_last(name: str, version: str, actual: Actual) -> str | None:
    """The version that an apply made champion last, if it is another one and still here."""
    made = actual.champions.get(name, ())
    held = actual.registry.by_digest(name, made[-1]) if made else None
    return held.version if held and held.version != version else None


def _digest_before(name: str, body: Deployment, actual: Actual) -> str | None:
    """The digest of what will be `previous` once the pinned version is champion."""
    before = previous_version(name, body.version, actual)
    version = actual.registry.find(name, before) if before else None
    return version.ref.digest if version else None
