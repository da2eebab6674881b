"""Which version of a model is validated for an environment, and where its bytes are."""

from collections.abc import Mapping
from dataclasses import dataclass

from mlplatform.core.errors import Refusal
from mlplatform.core.payload import short_digest
from mlplatform.core.repository import Repository
from mlplatform.providers.registry.interface import RegisteredVersion, RegistryState

States = Mapping[str, RegistryState]  # of the environment and of those before it, nearest first


@dataclass(frozen=True, slots=True)
class Chosen:
    """A registered version, and why it is this one."""

    version: RegisteredVersion
    because: str


def choose(
    repository: Repository, environment: str, model: str, version: str | None, registries: States
) -> Chosen:
    """The version asked for; else what is pinned and not champion yet, what would be promoted next, what is pinned."""
    if version is not None:
        return Chosen(_registered(model, version, None, registries), "it was asked for")
    pinned = repository.deployments.get(environment, {}).get(model)
    champion = registries[environment].aliases.get(model, {}).get("champion")
    if pinned and pinned.body.version != champion:
        return Chosen(
            _registered(model, pinned.body.version, pinned.body.digest, registries),
            f"{environment} pins it, and it is not champion yet",
        )
    before = repository.environments[environment].body.promotesFrom
    source = repository.deployments.get(before or "", {}).get(model)
    if source and (pinned is None or source.body.digest != pinned.body.digest):
        return Chosen(
            _registered(model, source.body.version, source.body.digest, registries),
            f"{before} pins it: it would be promoted to {environment} next",
        )
    if pinned is None:
        raise Refusal(
            f"nothing of {model} is pinned in {environment}" + (f" or {before}" if before else ""),
            fix=f"name a registered version: platform validate {model} --env {environment} --version VERSION",
        )
    return Chosen(
        _registered(model, pinned.body.version, pinned.body.digest, registries),
        f"{environment} pins it, and it is champion",
    )


def _registered(model: str, version: str, digest: str | None, registries: States) -> RegisteredVersion:
    """A version from the nearest registry that holds it with this digest (None: whichever it is)."""
    found = {name: held for name, state in registries.items() if (held := state.find(model, version))}
    for held in found.values():
        if digest in (None, held.ref.digest):
            return held
    if found and digest:
        where, held = next(iter(found.items()))
        there = short_digest(held.ref.digest)
        raise Refusal(
            f"{model} {version} is pinned as {short_digest(digest)} and the registry of {where} holds {there}",
            fix="pin what is registered, or register the other bytes under a new version",
        )
    raise Refusal(
        f"no registry holds {model} {version} (asked: {', '.join(registries)})",
        fix=f"register it: platform register {model} {version} --run RUN",
    )
