"""Where a pinned version's bytes are: in the environment's own registry, or in the nearest one before it."""

from dataclasses import dataclass

from mlplatform.core.document import Document, KeyPath
from mlplatform.core.kinds import Deployment
from mlplatform.core.payload import short_digest
from mlplatform.core.plan import Refused
from mlplatform.plan.actual import Actual
from mlplatform.providers.registry.interface import RegisteredVersion


@dataclass(frozen=True, slots=True)
class ArtifactSource:
    """A registered version; `environment` is where it must be copied from, or None when it is here already."""

    version: RegisteredVersion
    environment: str | None


def find_artifact(
    name: str, environment: str, document: Document[Deployment], actual: Actual
) -> ArtifactSource | Refused:
    """The registered version that the document pins, or why the registries do not bear the document out."""
    found = _look(name, environment, document, actual)
    if isinstance(found, Refused):
        return found
    if actual.redacted:
        return found  # a snapshot does not hold what was measured
    where = found.environment or environment
    return disagreement(name, where, document, found.version) or found


def disagreement(
    name: str, environment: str, document: Document[Deployment], version: RegisteredVersion
) -> Refused | None:
    """What a document says otherwise than an environment's registry: digest, or a metric; None when nothing."""
    if version.ref.digest != document.body.digest:
        return _mismatch(name, environment, document, version)
    recorded, said = version.lineage.metrics, document.body.metrics
    for metric, value in said.items():
        if recorded.get(metric) != value:
            there = f"says {recorded[metric]}" if metric in recorded else "has no such metric"
            fix = "propose the promotion again, so that it says what was measured"
            reason = f"the document says {metric} {value} and the registry of {environment} {there}"
            return refused(name, document, ("metrics", metric), reason, fix)
    return None


def _look(
    name: str, environment: str, document: Document[Deployment], actual: Actual
) -> ArtifactSource | Refused:
    body = document.body
    if here := actual.registry.find(name, body.version):
        if here.ref.digest == body.digest:
            return ArtifactSource(here, None)
        return _mismatch(name, environment, document, here)
    for earlier, state in actual.earlier.items():
        if (version := state.find(name, body.version)) and version.ref.digest == body.digest:
            return ArtifactSource(version, earlier)
    for earlier, state in actual.earlier.items():
        if version := state.find(name, body.version):
            return _mismatch(name, earlier, document, version)
    asked = ", ".join((environment, *actual.earlier))
    reason = f"no registry holds {name} {body.version} (asked: {asked}){_notes(name, actual)}"
    fix = f"register it: platform register {name} {body.version} --run RUN"
    return refused(name, document, ("version",), reason, fix)


def _notes(name: str, actual: Actual) -> str:
    """What the registries ignored about the model: it may be the very version that is missed."""
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
    fix = "pin what is registered, or register the other bytes under a new version"
    return refused(name, document, ("digest",), reason, fix)


def refused(name: str, document: Document[Deployment], pointer: KeyPath, reason: str, fix: str) -> Refused:
    """A refusal at a place of a deployment's document."""
    line, column = document.position(pointer)
    return Refused(name, reason, fix, f"{document.path}:{line}:{column}")
