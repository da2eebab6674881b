"""Whether a version that is new to an environment is as good as its document and the model's gates say.

The registries are asked, not the document: they hold what was measured.
"""

from collections.abc import Iterator, Mapping

from mlplatform.core.document import Document
from mlplatform.core.gates import regression, violation
from mlplatform.core.kinds import Deployment
from mlplatform.core.kinds.model import Gate
from mlplatform.core.plan import Refused
from mlplatform.core.repository import Repository
from mlplatform.plan.actual import Actual
from mlplatform.plan.artifact_source import disagreement, refused
from mlplatform.providers.registry.interface import RegisteredVersion

_PROPOSE = "propose the promotion again, so that the document says what was measured"
_BETTER = (
    "pin a version that meets the gate, or have the gate changed in a reviewed change of the model first"
)

Unmet = tuple[str, str, str]  # the metric, what is not met, what to do


def gates_refusal(
    repository: Repository,
    environment: str,
    document: Document[Deployment],
    version: RegisteredVersion,
    actual: Actual,
) -> Refused | None:
    """Why a version does not become champion, with the place of the first reason; None when nothing speaks against it.

    The version that is champion already is not asked again, and a version that once was is always open.
    """
    name, body = version.model, document.body
    aliases = actual.registry.aliases.get(name, {})
    if aliases.get("champion") == body.version or _was_champion(name, body, actual):
        return None
    if wrong := _origin(name, document, actual):
        return wrong
    gates = repository.models[name].body.gates.get(environment, {})
    unmet = [*_left_out(document, version, gates), *_short(version, gates), *_worse(version, gates, actual)]
    if not unmet:
        return None
    (metric, _, fix), *_ = unmet
    reasons = "; ".join(dict.fromkeys(reason for _, reason, _ in unmet))
    return refused(name, document, ("metrics", metric), reasons, fix)


def _was_champion(name: str, body: Deployment, actual: Actual) -> bool:
    previous = actual.registry.aliases.get(name, {}).get("previous")
    known = actual.registry.find(name, previous) if previous else None
    return body.digest in actual.champions.get(name, ()) or bool(known and known.ref.digest == body.digest)


def _origin(name: str, document: Document[Deployment], actual: Actual) -> Refused | None:
    """Why the registry of the environment that the document says it is from does not bear the document out."""
    origin = document.body.from_.environment or ""
    state = actual.earlier.get(origin)
    there = state.find(name, document.body.version) if state else None
    return disagreement(name, origin, document, there) if there else None


def _left_out(
    document: Document[Deployment], version: RegisteredVersion, gates: Mapping[str, Gate]
) -> Iterator[Unmet]:
    for metric in gates:
        if metric in version.lineage.metrics and metric not in document.body.metrics:
            yield metric, f"{metric} has a gate here, was measured, and the document leaves it out", _PROPOSE


def _short(version: RegisteredVersion, gates: Mapping[str, Gate]) -> Iterator[Unmet]:
    for metric, gate in gates.items():
        if reason := violation(version.lineage.metrics, metric, gate):
            yield metric, f"{reason} (as registered)", _BETTER


def _worse(version: RegisteredVersion, gates: Mapping[str, Gate], actual: Actual) -> Iterator[Unmet]:
    champion = actual.registry.aliases.get(version.model, {}).get("champion")
    if champion is None:
        return  # the first version replaces nothing
    running = actual.registry.find(version.model, champion)
    before = running.lineage.metrics if running else {}
    for metric, gate in gates.items():
        if reason := regression(before, version.lineage.metrics, metric, gate):
            yield metric, f"{reason} (champion {champion}, as registered)", _BETTER
