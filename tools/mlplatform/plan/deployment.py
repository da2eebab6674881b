"""Plans one deployment: copy, load, probe, route, champion, retire, in that order, and only what is missing."""

from typing import Any

from mlplatform.core.document import Document
from mlplatform.core.kinds import Deployment
from mlplatform.core.plan import Action, Change, Refused, Values
from mlplatform.core.repository import Repository
from mlplatform.core.served_signature import ServedSignature, signature_of
from mlplatform.plan.actual import Actual
from mlplatform.plan.artifact_source import ArtifactSource, find_artifact, refused_at
from mlplatform.plan.gates import gates_refusal
from mlplatform.plan.retire import previous_version, retire_changes
from mlplatform.providers.serving.interface import Served


def deployment_changes(
    repository: Repository, environment: str, document: Document[Deployment], actual: Actual
) -> tuple[Change, ...] | Refused:
    """Return the changes that bring a deployment to what its document pins, or why it is left as it is."""
    name = document.name.split("/", 1)[1]
    model = repository.models[name].body
    settings = repository.environments[environment].body
    if model.type == "batch" and (refusal := _refuse_served(name, document, actual)):
        return refusal
    artifact = find_artifact(name, environment, document, actual)
    if isinstance(artifact, Refused):
        return artifact
    if not actual.redacted and (
        refusal := gates_refusal(repository, environment, document, artifact.version, actual)
    ):
        return refusal
    body = document.body
    changes = _copy(settings.registry.provider, name, body, artifact)
    if model.type != "batch":
        source = artifact.version.ref.uri if artifact.environment is None else None
        signature = signature_of(name, model, body.digest, actual.signatures)
        values = candidate_values(signature, body.version, body.digest, source, body.serving.instances)
        changes += serve_changes(settings.serving.provider, name, values, actual)
    unread = model.type == "batch" and artifact.environment is None
    source = artifact.version.ref.uri if unread else None  # a load or a copy would have hashed the bytes
    changes += _champion(settings.registry.provider, name, body, actual, source)
    if model.type != "batch":
        changes += retire_changes(settings.serving.provider, name, body, actual)
    return tuple(changes)


def _refuse_served(name: str, document: Document[Deployment], actual: Actual) -> Refused | None:
    """Return why a batch model is left as it is: requests are answered, and would be, by what no apply changes."""
    digests = actual.serving.weights.get(name)
    if not digests:
        return None
    answering = actual.serving.find(name, max(digests, key=lambda digest: digests[digest]))
    version = answering.version if answering else "a version"
    reason = f"the model is of type batch, and {version} answers requests here"
    fix = "remove its deployment in a change of its own, apply that, and add it again"
    return refused_at(name, document, ("version",), reason, fix)


def _copy(provider: str, name: str, body: Deployment, artifact: ArtifactSource) -> list[Change]:
    if artifact.environment is None:
        return []
    lineage = artifact.version.lineage
    after = {
        "version": body.version,
        "digest": body.digest,
        "from": artifact.environment,
        "source": artifact.version.ref.uri,
        "run": lineage.run,
        "commit": lineage.commit,
        "data": dict(lineage.data),
        "metrics": dict(lineage.metrics),
    }
    return [Change(Action.COPY, provider, name, None, after)]


def serve_changes(provider: str, name: str, values: Values, actual: Actual) -> list[Change]:
    """Return the changes that load and probe a version and send all requests to it, as far as they are missing."""
    version, digest = values["version"], values["digest"]
    served = actual.serving.find(name, digest)
    weights = dict(actual.serving.weights.get(name, {}))
    changes = []
    if served is None or not served.ready or served.instances not in (0, values["instances"]):
        changes.append(Change(Action.LOAD, provider, name, _loaded_values(served), values))
    if weights != {digest: 100} or actual.serving.route_error:
        changes.append(Change(Action.PROBE, provider, name, None, values))
        after = {"weights": {digest: 100}, "version": version}
        changes.append(Change(Action.ROUTE, provider, name, route_values(name, weights, actual), after))
    return changes


def candidate_values(
    signature: ServedSignature, version: str, digest: str, source: str | None, instances: int
) -> Values:
    """Return what a provider must know to load a version; `source` None: the artifact is copied before."""
    return {
        "version": version,
        "digest": digest,
        "source": source,
        "format": signature.format,
        "signature": signature.signature.as_json(),
        "instances": instances,
    }


def _loaded_values(served: Served | None) -> Values | None:
    if served is None:
        return None
    values = {"version": served.version, "digest": served.digest, "ready": served.ready}
    return values | {"instances": served.instances} if served.ready else values


def route_values(name: str, weights: dict[str, int], actual: Actual) -> dict[str, Any] | None:
    """Return the present route, as the `before` of a change; None without one."""
    if not weights:
        return None
    heaviest = max(weights, key=lambda digest: weights[digest])
    served = actual.serving.find(name, heaviest)
    return {"weights": weights, "version": served.version if served else None}


def _champion(provider: str, name: str, body: Deployment, actual: Actual, source: str | None) -> list[Change]:
    """Move the aliases, or set the deprecated stages that do not follow them."""
    aliases = actual.registry.aliases.get(name, {})
    champion, previous = aliases.get("champion"), aliases.get("previous")
    wrong_stage = actual.registry.stage_mismatches.get(name)
    next_previous = previous_version(name, body.version, actual)
    if (champion, previous) == (body.version, next_previous) and not wrong_stage:
        return []
    before: dict[str, Any] | None = {"champion": champion, "previous": previous} if aliases else None
    if before and wrong_stage:
        before["stage"] = wrong_stage.as_json()
    after = {
        "champion": body.version,
        "previous": next_previous,
        "digest": body.digest,
        **({"source": source} if source else {}),
    }
    return [Change(Action.CHAMPION, provider, name, before, after)]
