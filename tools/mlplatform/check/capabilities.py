"""Whether the providers of an environment can do what documents ask of them; what they cannot is never ignored."""

from collections.abc import Iterator

from mlplatform.check.document_index import DocumentIndex
from mlplatform.core.document import Document, KeyPath
from mlplatform.core.finding import Finding, error
from mlplatform.core.kinds import Deployment, Environment
from mlplatform.providers.mlflow.credentials import is_private
from mlplatform.providers.serving import CAPABILITIES
from mlplatform.providers.serving.interface import Capabilities

RULES = (
    "capability-provider",
    "capability-uri",
    "capability-format",
    "capability-rollout",
    "capability-experiment",
    "capability-shadow",
    "capability-gpu",
)


def capabilities(known: DocumentIndex) -> Iterator[Finding]:
    """What the providers refuse, at the environment or the deployment that asks for it."""
    for environment in known.repository.environments.values():
        yield from _environment(known, environment)
    for name, deployments in known.repository.deployments.items():
        place = known.repository.environments.get(name)
        can = CAPABILITIES.get(place.body.serving.provider) if place else None
        for model, deployment in deployments.items():
            if place and can:
                yield from _deployment(known, deployment, model, place.body.serving.provider, can)


def _environment(known: DocumentIndex, environment: Document[Environment]) -> Iterator[Finding]:
    serving, registry = environment.body.serving, environment.body.registry
    if serving.provider not in CAPABILITIES:
        said = f"there is no serving by {serving.provider} yet"
        fix = f"use {' or '.join(CAPABILITIES)}"
        at = environment.position(("serving", "provider"))
        yield error("capability-provider", environment.path, said, fix=fix, at=at)
    if serving.uri != "local":
        said = f"{serving.provider} at {serving.uri} cannot be reached from here yet"
        at = environment.position(("serving", "uri"))
        yield error("capability-uri", environment.path, said, fix="write uri: local", at=at)
    if flaw := _flaw_of_registry(known, environment):
        said, fix = flaw
        at = environment.position(("registry", "uri"))
        yield error(
            "capability-uri",
            environment.path,
            f"{registry.provider} at {registry.uri} {said}",
            fix=fix,
            at=at,
        )


def _flaw_of_registry(known: DocumentIndex, environment: Document[Environment]) -> tuple[str, str] | None:
    """What is wrong with where the registry is, and what to do: others must reach it and nobody may listen."""
    uri, source = environment.body.registry.uri, environment.body.promotesFrom
    if uri == "local":
        return None
    if not is_private(uri):
        return "is reached without encryption", "write an https:// address"
    before = known.repository.environments.get(source) if source else None
    if before and before.body.registry.uri == "local":
        return (
            f"is shared, and promotes from {source}, whose registry is on one machine only",
            f"share the registry of {source} too, or write uri: local",
        )
    return None


def _deployment(
    known: DocumentIndex, deployment: Document[Deployment], name: str, provider: str, can: Capabilities
) -> Iterator[Finding]:
    body = deployment.body

    def refuse(what: str, said: str, at: KeyPath, fix: str) -> Finding:
        return error(f"capability-{what}", deployment.path, said, fix=fix, at=deployment.position(at))

    model = known.repository.models.get(name)
    if model and model.body.format not in can.formats:
        said = f"{provider} does not serve models of format {model.body.format}"
        yield refuse("format", said, (), f"export the model as {' or '.join(sorted(can.formats))}")
    if body.rollout.strategy not in can.strategies:
        said = f"{provider} does not roll out by {body.rollout.strategy}"
        fix = f"use the strategy {' or '.join(sorted(can.strategies))}"
        yield refuse("rollout", said, ("rollout", "strategy"), fix)
    if body.rollout.strategy == "all" and (given := sorted(body.rollout.model_fields_set - {"strategy"})):
        said = f"the strategy all moves all requests at once and heeds no {', '.join(given)}"
        yield refuse("rollout", said, ("rollout", given[0]), "remove it, or choose another strategy")
    if body.experiment and not can.experiments:
        yield refuse(
            "experiment", f"{provider} runs no experiments yet", ("experiment",), "remove experiment"
        )
    if body.shadow and not can.shadows:
        yield refuse("shadow", f"{provider} runs no shadows yet", ("shadow",), "remove shadow")
    if body.serving.gpu.count and not can.gpu:
        at = ("serving", "gpu", "count")
        yield refuse("gpu", f"{provider} gives no GPU here", at, "write gpu: {count: 0}")
