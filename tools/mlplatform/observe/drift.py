"""Compares an environment as it was after the last apply with what it is now. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mlplatform.core.drift import Drift, DriftKind
from mlplatform.core.payload import short_digest
from mlplatform.core.snapshot import ALIASES, ServedEntry, Snapshot
from mlplatform.observe.edited_tags import EditedTags
from mlplatform.providers.registry.interface import UntrustedVersion, WrongStage

_NOTHING = "nothing"
Flaws = Mapping[tuple[str, str], str]  # by model and digest: what is wrong with the bytes


@dataclass(frozen=True, slots=True)
class Observations:
    """What is observed apart from a snapshot: untrusted versions, foreign aliases, flaws and edited tags.

    `stored` and `served` say what is wrong with artifacts in the registry and in the server.
    """

    untrusted: Sequence[UntrustedVersion] = ()
    foreign_aliases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    stored: Flaws = field(default_factory=dict)
    served: Flaws = field(default_factory=dict)
    unmanaged: Sequence[str] = ()
    stages: Mapping[str, WrongStage] = field(default_factory=dict)
    edited: EditedTags = field(default_factory=dict)


def drifts(last: Snapshot, now: Snapshot, observations: Observations) -> tuple[Drift, ...]:
    """Return every difference that no apply made, by model. A version registered since is none: it is on record."""
    differences: list[Drift] = []
    for model in sorted(last.models() | now.models() | {version.model for version in observations.untrusted}):
        differences += _versions(model, last, now, observations)
        moved = tuple(_aliases(model, last, now, observations))
        differences += moved or _stage(
            model, now, observations
        )  # stages follow aliases, and are put back with them
        differences += serving_drifts(model, last, now)
        differences += _bytes(model, last, observations)
    for name in observations.unmanaged:
        message = f"{name} is loaded in the server, and this platform did not load it"
        differences.append(Drift(DriftKind.UNMANAGED, "", name, "", message))
    return tuple(differences)


def serving_drifts(model: str, last: Snapshot, now: Snapshot) -> Iterator[Drift]:
    """Yield what a server does otherwise than after the last apply: loaded versions, settings, routes."""
    before, after = last.served.get(model, {}), now.served.get(model, {})
    for digest, entry in before.items():
        yield from _served_drifts(model, entry, after.get(digest))
    for digest, entry in after.items():
        if digest not in before:
            message = f"{entry.version} ({short_digest(digest)}) was loaded by hand"
            yield Drift(DriftKind.LOADED, model, entry.version, digest, message)
    weights_before, weights_after = last.weights.get(model, {}), now.weights.get(model, {})
    if weights_before != weights_after:
        message = (
            f"the route was changed from {_shares(weights_before, before)} to {_shares(weights_after, after)}"
        )
        digest, version = _sole_route(weights_after, after)
        yield Drift(DriftKind.ROUTE, model, version or "-", digest, message, version)


def _served_drifts(model: str, before: ServedEntry, after: ServedEntry | None) -> Iterator[Drift]:
    if before.ready and (after is None or not after.ready):
        state = "was unloaded by hand or ended" if after else "is not there any more"
        yield Drift(DriftKind.UNLOADED, model, before.version, before.digest, f"{before.version} {state}")
    elif (
        after
        and before.ready
        and (before.version, before.configuration) != (after.version, after.configuration)
    ):
        message = f"the configuration that {before.version} runs with was changed"
        yield Drift(DriftKind.CONFIGURATION, model, before.version, before.digest, message)
    if after and after.ready and before.ready and before.instances != after.instances:
        message = f"{before.version} was given {after.instances} instances and had {before.instances}"
        yield Drift(
            DriftKind.CONFIGURATION, model, before.version, before.digest, message, str(after.instances)
        )


def _versions(model: str, last: Snapshot, now: Snapshot, observations: Observations) -> Iterator[Drift]:
    model_claims = [claim for claim in observations.untrusted if claim.model == model]
    before, after = last.versions.get(model, {}), now.versions.get(model, {})
    for version, entry in before.items():
        claims = [claim for claim in model_claims if claim.version == version]
        if version in after and after[version].digest == entry.digest:
            if after[version].tags != entry.tags:
                which = ", ".join(observations.edited.get((model, version), ()))
                message = f"the tags of {version} were edited" + (f": {which}" if which else "")
                yield Drift(DriftKind.TAGS, model, version, entry.digest, message)
            others = claims
        else:
            yield _untrusted_drift(model, version, entry.digest, claims, model_claims)
            others = [claim for claim in claims if claim.digest not in ("", entry.digest)]
        if version in after and after[version].digest != entry.digest:
            now_as, was_as = short_digest(after[version].digest), short_digest(entry.digest)
            message = f"{version} is registered as {now_as} and was as {was_as}"
            yield Drift(DriftKind.CONFLICTING_VERSION, model, version, entry.digest, message)
        for claim in others:
            message = f"another version was registered over {version}: {claim.problem}"
            yield Drift(DriftKind.CONFLICTING_VERSION, model, version, entry.digest, message)


def _untrusted_drift(
    model: str,
    version: str,
    digest: str,
    claims: Sequence[UntrustedVersion],
    model_claims: Sequence[UntrustedVersion],
) -> Drift:
    """Return the drift of a version that is not trusted any more: its tags were edited, or it was deleted."""
    damaged = [
        claim for claim in (*claims, *model_claims) if claim.version == version or claim.digest == digest
    ]
    if damaged:
        return Drift(
            DriftKind.TAGS, model, version, digest, f"the tags of {version} were edited: {damaged[0].problem}"
        )
    return Drift(DriftKind.DELETED, model, version, digest, f"{version} ({short_digest(digest)}) was deleted")


def _aliases(model: str, last: Snapshot, now: Snapshot, observations: Observations) -> Iterator[Drift]:
    for alias in ALIASES:
        before, after = last.aliases.get(model, {}).get(alias), now.aliases.get(model, {}).get(alias)
        foreign = observations.foreign_aliases.get(model, {}).get(alias)
        if before == after and not foreign:
            continue
        how = "was removed" if not (after or foreign) else "was moved"
        what = f" from {before or _NOTHING}" + (f" to {after or foreign}" if after or foreign else "")
        entry = now.versions.get(model, {}).get(after or "")
        digest = entry.digest if entry else ""
        yield Drift(DriftKind.ALIAS, model, alias, digest, f"the alias {alias} {how}{what}", after or "")


def _stage(model: str, now: Snapshot, observations: Observations) -> Iterator[Drift]:
    if wrong_stage := observations.stages.get(model):
        message = f"{wrong_stage.version} is in stage {wrong_stage.stage} and belongs in {wrong_stage.right}"
        digest = now.versions[model][wrong_stage.version].digest
        yield Drift(DriftKind.STAGE, model, wrong_stage.version, digest, message)


def _bytes(model: str, last: Snapshot, observations: Observations) -> Iterator[Drift]:
    for version, entry in last.versions.get(model, {}).items():
        if flaw := observations.stored.get((model, entry.digest)):
            message = f"the artifact of {version} in the registry's store was changed: {flaw}"
            yield Drift(DriftKind.BYTES, model, version, entry.digest, message)
    for digest, served in last.served.get(model, {}).items():
        if flaw := observations.served.get((model, digest)):
            message = f"the files that {served.version} is served from were changed: {flaw}"
            yield Drift(DriftKind.SERVED_BYTES, model, served.version, digest, message)


def _shares(weights: Mapping[str, int], entries: Mapping[str, ServedEntry]) -> str:
    shares = [
        f"{entries[digest].version if digest in entries else short_digest(digest)} {percent} %"
        for digest, percent in weights.items()
    ]
    return ", ".join(shares) or _NOTHING


def _sole_route(weights: Mapping[str, int], entries: Mapping[str, ServedEntry]) -> tuple[str, str]:
    """Return digest and version of what answers every request, where that is one version of ours."""
    (digest, percent), *more = weights.items() if weights else [("", 0)]
    return (
        (digest, entries[digest].version) if percent == 100 and not more and digest in entries else ("", "")
    )
