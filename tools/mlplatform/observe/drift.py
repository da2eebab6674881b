"""What differs between an environment as it was last observed after an apply and as it is now. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mlplatform.core.drift import Drift, DriftKind
from mlplatform.core.payload import short_digest
from mlplatform.core.snapshot import ALIASES, ServedEntry, Snapshot
from mlplatform.observe.edited import Edited
from mlplatform.providers.registry.interface import UntrustedVersion, WrongStage

_NOTHING = "nothing"
Flaws = Mapping[tuple[str, str], str]  # by model and digest: what is wrong with the bytes


@dataclass(frozen=True, slots=True)
class Observations:
    """What is seen beside a snapshot: what registries do not believe, spoiled bytes, what is loaded and not ours,
    stages, and the names of edited tags."""

    untrusted: Sequence[UntrustedVersion] = ()
    foreign_aliases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    stored: Flaws = field(default_factory=dict)
    served: Flaws = field(default_factory=dict)
    unmanaged: Sequence[str] = ()
    stages: Mapping[str, WrongStage] = field(default_factory=dict)
    edited: Edited = field(default_factory=dict)


def drifts(last: Snapshot, now: Snapshot, observations: Observations) -> tuple[Drift, ...]:
    """Every difference that no apply made, by model. Versions registered since are none: they came by a record."""
    found: list[Drift] = []
    for model in sorted(last.models() | now.models() | {one.model for one in observations.untrusted}):
        found += _versions(model, last, now, observations)
        moved = tuple(_aliases(model, last, now, observations))
        found += moved or _stage(
            model, now, observations
        )  # stages follow aliases, and are put back with them
        found += serving_drifts(model, last, now)
        found += _bytes(model, last, observations)
    for name in observations.unmanaged:
        said = f"{name} is loaded in the server, and this platform did not load it"
        found.append(Drift(DriftKind.UNMANAGED, "", name, "", said))
    return tuple(found)


def serving_drifts(model: str, last: Snapshot, now: Snapshot) -> Iterator[Drift]:
    """What a server does otherwise than after the last apply: loaded versions, their configuration, routes."""
    were, are = last.served.get(model, {}), now.served.get(model, {})
    for digest, ran in were.items():
        yield from _ran(model, ran, are.get(digest))
    for digest, ran in are.items():
        if digest not in were:
            said = f"{ran.version} ({short_digest(digest)}) was loaded by hand"
            yield Drift(DriftKind.LOADED, model, ran.version, digest, said)
    routed, routes = last.weights.get(model, {}), now.weights.get(model, {})
    if routed != routes:
        said = f"the route was changed from {_shares(routed, were)} to {_shares(routes, are)}"
        digest, version = _sole_route(routes, are)
        yield Drift(DriftKind.ROUTE, model, version or "-", digest, said, version)


def _ran(model: str, was: ServedEntry, now: ServedEntry | None) -> Iterator[Drift]:
    if was.ready and (now is None or not now.ready):
        state = "was unloaded by hand or ended" if now else "is not there any more"
        yield Drift(DriftKind.UNLOADED, model, was.version, was.digest, f"{was.version} {state}")
    elif now and was.ready and (was.version, was.configuration) != (now.version, now.configuration):
        said = f"the configuration that {was.version} runs with was changed"
        yield Drift(DriftKind.CONFIGURATION, model, was.version, was.digest, said)
    if now and now.ready and was.ready and was.instances != now.instances:
        said = f"{was.version} was given {now.instances} instances and had {was.instances}"
        yield Drift(DriftKind.CONFIGURATION, model, was.version, was.digest, said, str(now.instances))


def _versions(model: str, last: Snapshot, now: Snapshot, observations: Observations) -> Iterator[Drift]:
    doubtful = [one for one in observations.untrusted if one.model == model]
    were, are = last.versions.get(model, {}), now.versions.get(model, {})
    for version, kept in were.items():
        claims = [one for one in doubtful if one.version == version]
        if version in are and are[version].digest == kept.digest:
            if are[version].tags != kept.tags:
                which = ", ".join(observations.edited.get((model, version), ()))
                said = f"the tags of {version} were edited" + (f": {which}" if which else "")
                yield Drift(DriftKind.TAGS, model, version, kept.digest, said)
            others = claims
        else:
            yield _lost(model, version, kept.digest, claims, doubtful)
            others = [one for one in claims if one.digest not in ("", kept.digest)]
        if version in are and are[version].digest != kept.digest:
            now_as, was_as = short_digest(are[version].digest), short_digest(kept.digest)
            message = f"{version} is registered as {now_as} and was as {was_as}"
            yield Drift(DriftKind.CONFLICTING_VERSION, model, version, kept.digest, message)
        for one in others:
            said = f"another version was registered over {version}: {one.problem}"
            yield Drift(DriftKind.CONFLICTING_VERSION, model, version, kept.digest, said)


def _lost(
    model: str,
    version: str,
    digest: str,
    claims: Sequence[UntrustedVersion],
    doubtful: Sequence[UntrustedVersion],
) -> Drift:
    """Why a version is not believed any more: its tags, or it is gone."""
    damaged = [one for one in (*claims, *doubtful) if one.version == version or one.digest == digest]
    if damaged:
        return Drift(
            DriftKind.TAGS, model, version, digest, f"the tags of {version} were edited: {damaged[0].problem}"
        )
    return Drift(DriftKind.DELETED, model, version, digest, f"{version} ({short_digest(digest)}) was deleted")


def _aliases(model: str, last: Snapshot, now: Snapshot, observations: Observations) -> Iterator[Drift]:
    for alias in ALIASES:
        was, found = last.aliases.get(model, {}).get(alias), now.aliases.get(model, {}).get(alias)
        stray = observations.foreign_aliases.get(model, {}).get(alias)
        if was == found and not stray:
            continue
        how = "was removed" if not (found or stray) else "was moved"
        what = f" from {was or _NOTHING}" + (f" to {found or stray}" if found or stray else "")
        kept = now.versions.get(model, {}).get(found or "")
        digest = kept.digest if kept else ""
        yield Drift(DriftKind.ALIAS, model, alias, digest, f"the alias {alias} {how}{what}", found or "")


def _stage(model: str, now: Snapshot, observations: Observations) -> Iterator[Drift]:
    if wrong := observations.stages.get(model):
        said = f"{wrong.version} is in stage {wrong.found} and belongs in {wrong.right}"
        digest = now.versions[model][wrong.version].digest
        yield Drift(DriftKind.STAGE, model, wrong.version, digest, said)


def _bytes(model: str, last: Snapshot, observations: Observations) -> Iterator[Drift]:
    for version, kept in last.versions.get(model, {}).items():
        if flaw := observations.stored.get((model, kept.digest)):
            said = f"the bytes of {version} in the registry's store were changed: {flaw}"
            yield Drift(DriftKind.BYTES, model, version, kept.digest, said)
    for digest, ran in last.served.get(model, {}).items():
        if flaw := observations.served.get((model, digest)):
            said = f"the files that {ran.version} is served from were changed: {flaw}"
            yield Drift(DriftKind.SERVED_BYTES, model, ran.version, digest, said)


def _shares(weights: Mapping[str, int], held: Mapping[str, ServedEntry]) -> str:
    shares = [
        f"{held[digest].version if digest in held else short_digest(digest)} {percent} %"
        for digest, percent in weights.items()
    ]
    return ", ".join(shares) or _NOTHING


def _sole_route(weights: Mapping[str, int], held: Mapping[str, ServedEntry]) -> tuple[str, str]:
    """Digest and version of what answers every request, where that is one version of ours."""
    (digest, percent), *more = weights.items() if weights else [("", 0)]
    return (digest, held[digest].version) if percent == 100 and not more and digest in held else ("", "")
