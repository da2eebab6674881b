"""What one deployment needs: bytes, load, probe, route, champion, retire; in that order, and only what is missing."""

from dataclasses import asdict
from typing import Any

from mlplatform.core.document import Document
from mlplatform.core.kinds import Deployment
from mlplatform.core.plan import Action, Change, Refused, Values
from mlplatform.core.repository import Repository
from mlplatform.core.served_signature import ServedSignature, signature_of
from mlplatform.plan.actual import Actual
from mlplatform.plan.artifact_source import ArtifactSource, find_artifact
from mlplatform.plan.gates import gates_refusal
from mlplatform.plan.retire import previous_version, retire_changes
from mlplatform.providers.serving.interface import Served


def deployment_changes(
    repository: Repository, environment: str, document: Document[Deployment], actual: Actual
) -> tuple[Change, ...] | Refused:
    """The changes that bring a deployment to what its document pins, or why it is left as it is."""
    name = document.name.split("/", 1)[1]
    model = repository.models[name].body
    settings = repository.environments[environment].body
    found = find_artifact(name, environment, document, actual)
    if isinstance(found, Refused):
        return found
    if not actual.redacted and (
        unmet := gates_refusal(repository, environment, document, found.version, actual)
    ):
        return unmet
    body = document.body
    changes = _copy(settings.registry.provider, name, body, found)
    if model.type != "batch":
        source = found.version.ref.uri if found.environment is None else None
        signed = signature_of(name, model, body.digest, actual.signatures)
        wanted = candidate(signed, body.version, body.digest, source, body.serving.instances)
        changes += serve(settings.serving.provider, name, wanted, actual)
    unread = model.type == "batch" and found.environment is None
    source = found.version.ref.uri if unread else None  # a load or a copy would have hashed the bytes
    changes += _champion(settings.registry.provider, name, body, actual, source)
    if model.type != "batch":
        changes += retire_changes(settings.serving.provider, name, body, actual)
    return tuple(changes)


def _copy(provider: str, name: str, body: Deployment, found: ArtifactSource) -> list[Change]:
    if found.environment is None:
        return []
    lineage = found.version.lineage
    after = {
        "version": body.version,
        "digest": body.digest,
        "from": found.environment,
        "source": found.version.ref.uri,
        "run": lineage.run,
        "commit": lineage.commit,
        "data": dict(lineage.data),
        "metrics": dict(lineage.metrics),
    }
    return [Change(Action.COPY, provider, name, None, after)]


def serve(provider: str, name: str, wanted: Values, actual: Actual) -> list[Change]:
    """Load and probe what is wanted, and send all requests to it; only what is missing."""
    version, digest = wanted["version"], wanted["digest"]
    served = actual.serving.find(name, digest)
    weights = dict(actual.serving.weights.get(name, {}))
    changes = []
    if served is None or not served.ready or served.instances not in (0, wanted["instances"]):
        changes.append(Change(Action.LOAD, provider, name, _loaded(served), wanted))
    if weights != {digest: 100} or actual.serving.route_error:
        changes.append(Change(Action.PROBE, provider, name, None, wanted))
        after = {"weights": {digest: 100}, "version": version}
        changes.append(Change(Action.ROUTE, provider, name, routed(name, weights, actual), after))
    return changes


def candidate(
    signed: ServedSignature, version: str, digest: str, source: str | None, instances: int
) -> Values:
    """What a provider must be told to load a version; `source` is None while the bytes are still to be copied."""
    return {
        "version": version,
        "digest": digest,
        "source": source,
        "format": signed.format,
        "signature": signed.signature,
        "instances": instances,
    }


def _loaded(served: Served | None) -> Values | None:
    if served is None:
        return None
    said = {"version": served.version, "digest": served.digest, "ready": served.ready}
    return said | {"instances": served.instances} if served.ready else said


def routed(name: str, weights: dict[str, int], actual: Actual) -> dict[str, Any] | None:
    """What is routed now, as a change's value before."""
    if not weights:
        return None
    heaviest = max(weights, key=lambda digest: weights[digest])
    served = actual.serving.find(name, heaviest)
    return {"weights": weights, "version": served.version if served else None}


def _champion(provider: str, name: str, body: Deployment, actual: Actual, source: str | None) -> list[Change]:
    """Move the aliases, or set the deprecated stages that do not follow them."""
    aliases = actual.registry.aliases.get(name, {})
    champion, previous = aliases.get("champion"), aliases.get("previous")
    unsettled = actual.registry.stage_mismatches.get(name)
    wanted = previous_version(name, body.version, actual)
    if (champion, previous) == (body.version, wanted) and not unsettled:
        return []
    before: dict[str, Any] | None = {"champion": champion, "previous": previous} if aliases else None
    if before and unsettled:
        before["stage"] = asdict(unsettled)
    after = {
        "champion": body.version,
        "previous": wanted,
        "digest": body.digest,
        **({"source": source} if source else {}),
    }
    return [Change(Action.CHAMPION, provider, name, before, after)]
