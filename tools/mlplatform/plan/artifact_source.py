"""Finds the artifact of a pinned version: in the environment's own registry, or in the one that it is promoted from."""

from collections.abc import Iterable
from dataclasses import dataclass

from mlplatform.core.document import Document, KeyPath
from mlplatform.core.kinds import Deployment
from mlplatform.core.payload import short_digest
from mlplatform.core.plan import Refused
from mlplatform.core.ran import Ran
from mlplatform.plan.actual import Actual
from mlplatform.providers.registry.interface import RegisteredVersion


@dataclass(frozen=True, slots=True)
class ArtifactSource:
    """A registered version, and the `environment` to copy it from; None when it is here already."""

    version: RegisteredVersion
    environment: str | None


def find_artifact(
    name: str, environment: str, document: Document[Deployment], actual: Actual
) -> ArtifactSource | Refused:
    """Return the registered version that a document pins, or why the registries contradict the document."""
    source = _search(name, environment, document, actual)
    if isinstance(source, Refused):
        return source
    if actual.redacted:
        return source  # a snapshot does not hold what was measured
    holder = source.environment or environment
    return disagreement(name, holder, document, source.version) or source


def disagreement(
    name: str, environment: str, document: Document[Deployment], version: RegisteredVersion
) -> Refused | None:
    """Return the first difference between a document and a registered version: digest or metric; None without."""
    if version.ref.digest != document.body.digest:
        return _mismatch(name, environment, document, version)
    recorded, declared = version.lineage.metrics, document.body.metrics
    for metric, value in declared.items():
        if recorded.get(metric) != value:
            registry_value = f"says {recorded[metric]}" if metric in recorded else "has no such metric"
            fix = "propose the promotion again, so that it says what was measured"
            reason = f"the document says {metric} {value} and the registry of {environment} {registry_value}"
            return refused_at(name, document, ("metrics", metric), reason, fix)
    return None


def _search(
    name: str, environment: str, document: Document[Deployment], actual: Actual
) -> ArtifactSource | Refused:
    body = document.body
    if own := actual.registry.find(name, body.version):
        if own.ref.digest == body.digest:
            return ArtifactSource(own, None)
        return _mismatch(name, environment, document, own)
    origin = body.from_.environment
    if origin and (name, body.digest) in actual.brought_up_with:
        return _from_nearest(name, environment, document, actual)
    if origin:
        return _from_origin(name, origin, document, actual)
    return _unregistered(name, (environment,), document, actual)


def _from_nearest(
    name: str, environment: str, document: Document[Deployment], actual: Actual
) -> ArtifactSource | Refused:
    """Return the version in the nearest environment before it that holds it."""
    body = document.body
    holding = {
        earlier: version
        for earlier, state in actual.earlier.items()
        if (version := state.find(name, body.version))
    }
    for earlier, version in holding.items():
        if version.ref.digest == body.digest:
            return ArtifactSource(version, earlier)
    for earlier, version in holding.items():
        return _mismatch(name, earlier, document, version)
    return _unregistered(name, (environment, *actual.earlier), document, actual)


def _unregistered(
    name: str, searched: Iterable[str], document: Document[Deployment], actual: Actual
) -> Refused:
    version = document.body.version
    reason = f"no registry holds {name} {version} (asked: {', '.join(searched)}){_notes(name, actual)}"
    fix = f"register it: platform register {name} {version} --run RUN"
    return refused_at(name, document, ("version",), reason, fix)


def _from_origin(
    name: str, origin: str, document: Document[Deployment], actual: Actual
) -> ArtifactSource | Refused:
    """Return the version in the environment that it is promoted from, where it has to have run."""
    body, ran = document.body, actual.ran.get(origin, Ran())
    state = actual.earlier.get(origin)
    version = state.find(name, body.version) if state else None
    if version and version.ref.digest != body.digest:
        return _mismatch(name, origin, document, version)
    if not ran.has(name, body.digest):
        reason = (
            f"{name} {body.version} is promoted from {origin}, and has not run there{_notes(name, actual)}"
        )
        return refused_at(
            name, document, ("version",), reason, f"apply {origin} first: platform apply --env {origin}"
        )
    if ran.is_on_hold(name, body.digest):
        reason = f"{name} {body.version} is promoted from {origin}, where it is on hold"
        return refused_at(
            name, document, ("version",), reason, f"see why: platform status {name} --env {origin}"
        )
    if version is None:
        reason = f"the registry of {origin} does not hold {name} {body.version}{_notes(name, actual)}"
        fix = f"apply {origin} again, or promote another version"
        return refused_at(name, document, ("version",), reason, fix)
    return ArtifactSource(version, origin)


def _notes(name: str, actual: Actual) -> str:
    """Return what the registries ignored of the model: the missing version may be among it."""
    states = (actual.registry, *actual.earlier.values())
    notes = [note for state in states for note in state.notes if name in note.split(",")[0].split()]
    return "".join(f"; {note}" for note in dict.fromkeys(notes))


def _mismatch(
    name: str, environment: str, document: Document[Deployment], version: RegisteredVersion
) -> Refused:
    reason = (
        f"the document pins {name} {version.version} as {short_digest(document.body.digest)} "
        f"and the registry of {environment} holds {short_digest(version.ref.digest)}"
    )
    fix = "pin what is registered, or register the other artifact under a new version"
    return refused_at(name, document, ("digest",), reason, fix)


def refused_at(name: str, document: Document[Deployment], pointer: KeyPath, reason: str, fix: str) -> Refused:
    """Return a refusal at a position in a deployment's document."""
    line, column = document.position(pointer)
    return Refused(name, reason, fix, f"{document.path}:{line}:{column}")
