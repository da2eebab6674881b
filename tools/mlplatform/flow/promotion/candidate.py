"""Chooses the version of a model to validate, and finds it in a registry."""

from collections.abc import Mapping
from dataclasses import dataclass

from mlplatform.core.errors import Refusal
from mlplatform.core.payload import short_digest
from mlplatform.core.repository import Repository
from mlplatform.core.version_words import require_version
from mlplatform.providers.registry.interface import RegisteredVersion, RegistryState

States = Mapping[str, RegistryState]  # of the environment and of those before it, nearest first


@dataclass(frozen=True, slots=True)
class ChosenVersion:
    """A registered version, and the reason why it was chosen."""

    version: RegisteredVersion
    reason: str


def choose_candidate(
    repository: Repository, environment: str, model: str, version: str | None, registries: States
) -> ChosenVersion:
    """Return the version asked for; without one, the version that an environment will need next.

    That is the first of: the one that is pinned and not champion yet, the one that would be promoted next, the one that
    is pinned.
    """
    if version is not None:
        require_version(version)
        return ChosenVersion(_registered(model, version, None, registries), "it was given by --version")
    pinned = repository.deployments.get(environment, {}).get(model)
    champion = registries[environment].aliases.get(model, {}).get("champion")
    if pinned and pinned.body.version != champion:
        return ChosenVersion(
            _registered(model, pinned.body.version, pinned.body.digest, registries),
            f"{environment} pins it, and it is not champion yet",
        )
    before = repository.environments[environment].body.promotesFrom
    source = repository.deployments.get(before or "", {}).get(model)
    if source and (pinned is None or source.body.digest != pinned.body.digest):
        return ChosenVersion(
            _registered(model, source.body.version, source.body.digest, registries),
            f"{before} pins it: it would be promoted to {environment} next",
        )
    if pinned is None:
        raise Refusal(
            f"nothing of {model} is pinned in {environment}" + (f" or {before}" if before else ""),
            fix=f"name a registered version: platform validate {model} --env {environment} --version VERSION",
        )
    return ChosenVersion(
        _registered(model, pinned.body.version, pinned.body.digest, registries),
        f"{environment} pins it, and it is champion",
    )


def _registered(model: str, version: str, digest: str | None, registries: States) -> RegisteredVersion:
    """Return a version from the nearest registry that has it with this digest (None: with any)."""
    holders = {
        name: registered for name, state in registries.items() if (registered := state.find(model, version))
    }
    for registered in holders.values():
        if digest in (None, registered.ref.digest):
            return registered
    if holders and digest:
        where, registered = next(iter(holders.items()))
        other_digest = short_digest(registered.ref.digest)
        raise Refusal(
            f"{model} {version} is pinned as {short_digest(digest)} and the registry of {where} holds {other_digest}",
            fix="pin what is registered, or register the other artifact under a new version",
        )
    raise Refusal(
        f"no registry holds {model} {version} (asked: {', '.join(registries)})",
        fix=f"register it: platform register {model} {version} --run RUN",
    )
