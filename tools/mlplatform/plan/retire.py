"""Finds the loaded versions that nobody needs any more, and plans to unload them."""

from mlplatform.core.kinds import Deployment
from mlplatform.core.plan import Action, Change
from mlplatform.plan.actual import Actual
from mlplatform.providers.serving.interface import Served


def retire_changes(provider: str, name: str, body: Deployment, actual: Actual) -> list[Change]:
    """Retire everything but the pinned version and the one before it, which stays loaded for a rollback."""
    needed = {body.digest, _digest_before(name, body, actual)}
    return [
        retire_change(provider, served)
        for served in actual.serving.versions_of(name)
        if served.digest not in needed
    ]


def retire_change(provider: str, served: Served) -> Change:
    """Return the change that unloads one version."""
    before = {"version": served.version, "digest": served.digest}
    return Change(Action.RETIRE, provider, served.model, before, None)


def previous_version(name: str, version: str, actual: Actual) -> str | None:
    """Return the version that is `previous` once another one is champion: the champion that it replaces.

    If an apply made the version champion last, `previous` is what that apply left it at, whatever the registry says: it
    was changed by hand, or by a call that was given up and carried out afterwards. If somebody removed the alias,
    `previous` stays as it is. If the version is champion already and no apply made it so, it replaces the version that
    an apply made champion last.
    """
    recorded = actual.recorded_aliases.get(name, {})
    if recorded.get("champion") == version:
        before = recorded.get("previous")
        return before if before and actual.registry.find(name, before) else None
    aliases = actual.registry.aliases.get(name, {})
    champion, previous = aliases.get("champion"), aliases.get("previous")
    if champion == version:
        previous = _applied_last(name, version, actual) or previous
    elif champion:
        previous = champion
    return None if previous == version else previous


def _applied_last(name: str, version: str, actual: Actual) -> str | None:
    """Return the version that an apply made champion last, if it is another one and still registered."""
    digests = actual.champions.get(name, ())
    registered = actual.registry.by_digest(name, digests[-1]) if digests else None
    return registered.version if registered and registered.version != version else None


def _digest_before(name: str, body: Deployment, actual: Actual) -> str | None:
    """Return the digest of the version that is `previous` once the pinned version is champion."""
    previous = previous_version(name, body.version, actual)
    version = actual.registry.find(name, previous) if previous else None
    return version.ref.digest if version else None
