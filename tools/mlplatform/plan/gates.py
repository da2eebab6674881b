"""Decides whether a version that is new to an environment is as good as its document and the model's gates require.

The metrics in the registries count, not those in the document: they are what was measured.
"""

from collections.abc import Iterator, Mapping

from mlplatform.core.document import Document
from mlplatform.core.gates import regression, violation
from mlplatform.core.kinds import Deployment
from mlplatform.core.kinds.model import Gate
from mlplatform.core.plan import Refused
from mlplatform.core.repository import Repository
from mlplatform.plan.actual import Actual
from mlplatform.plan.artifact_source import disagreement, refused_at
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
    """Return why a version may not become champion, at the position of the first reason; None when it may.

    The present champion is not asked again, and a version that was champion before may always return.
    """
    name, body = version.model, document.body
    aliases = actual.registry.aliases.get(name, {})
    if aliases.get("champion") == body.version or _was_champion(name, body, actual):
        return None
    if refusal := _origin_refusal(name, document, actual):
        return refusal
    gates = repository.models[name].body.gates.get(environment, {})
    unmet = [
        *_undeclared_metrics(document, version, gates),
        *_violations(version, gates),
        *_regressions(version, gates, actual),
    ]
    if not unmet:
        return None
    (metric, _, fix), *_ = unmet
    reasons = "; ".join(dict.fromkeys(reason for _, reason, _ in unmet))
    return refused_at(name, document, ("metrics", metric), reasons, fix)


def _was_champion(name: str, body: Deployment, actual: Actual) -> bool:
    previous = actual.registry.aliases.get(name, {}).get("previous")
    registered = actual.registry.find(name, previous) if previous else None
    return body.digest in actual.champions.get(name, ()) or bool(
        registered and registered.ref.digest == body.digest
    )


def _origin_refusal(name: str, document: Document[Deployment], actual: Actual) -> Refused | None:
    """Return how the document contradicts the registry that it says the version comes from, if it does."""
    origin = document.body.from_.environment or ""
    state = actual.earlier.get(origin)
    registered = state.find(name, document.body.version) if state else None
    return disagreement(name, origin, document, registered) if registered else None


def _undeclared_metrics(
    document: Document[Deployment], version: RegisteredVersion, gates: Mapping[str, Gate]
) -> Iterator[Unmet]:
    for metric in gates:
        if metric in version.lineage.metrics and metric not in document.body.metrics:
            yield metric, f"{metric} has a gate here, was measured, and the document leaves it out", _PROPOSE


def _violations(version: RegisteredVersion, gates: Mapping[str, Gate]) -> Iterator[Unmet]:
    for metric, gate in gates.items():
        if reason := violation(version.lineage.metrics, metric, gate):
            yield metric, f"{reason} (as registered)", _BETTER


def _regressions(version: RegisteredVersion, gates: Mapping[str, Gate], actual: Actual) -> Iterator[Unmet]:
    champion = actual.registry.aliases.get(version.model, {}).get("champion")
    if champion is None:
        return  # the first version replaces nothing
    running = actual.registry.find(version.model, champion)
    before = running.lineage.metrics if running else {}
    for metric, gate in gates.items():
        if reason := regression(before, version.lineage.metrics, metric, gate):
            yield metric, f"{reason} (champion {champion}, as registered)", _BETTER
