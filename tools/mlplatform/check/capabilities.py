"""Refuse what documents ask for and nothing heeds yet, or the providers of an environment cannot do."""

from collections.abc import Iterator
from typing import Any

from mlplatform.check.document_index import DocumentIndex
from mlplatform.core.document import Document, KeyPath
from mlplatform.core.finding import Finding, error
from mlplatform.core.kinds import Deployment, Environment
from mlplatform.core.kinds.serving_settings import ServingSettings
from mlplatform.core.naming import Kind
from mlplatform.providers.mlflow.credentials import is_private
from mlplatform.providers.serving import SERVING_PROVIDERS
from mlplatform.providers.serving.capabilities import (
    ADDRESS,
    EXPERIMENT,
    FORMAT,
    GPU,
    SHADOW,
    STRATEGY,
    Capabilities,
    heeded_values,
    heeds,
)

RULES = (
    "capability-provider",
    "capability-uri",
    "capability-format",
    "capability-rollout",
    "capability-experiment",
    "capability-shadow",
    "capability-gpu",
    "capability-features",
    "capability-streaming",
    "capability-availability",
    "capability-window",
    "capability-sample-rate",
    "capability-data-drift",
)


def capabilities(index: DocumentIndex) -> Iterator[Finding]:
    """Yield what nothing heeds yet, and what the providers refuse, at the document that asks for it."""
    for document in (document for kind in Kind for document in index.documents[kind].values()):
        yield from _not_yet(document)
    for environment in index.repository.environments.values():
        yield from _environment(index, environment)
    for name, deployments in index.repository.deployments.items():
        place = index.repository.environments.get(name)
        provider = SERVING_PROVIDERS.get(place.body.serving.provider) if place else None
        for model, deployment in deployments.items():
            if provider:
                yield from _deployment(index, deployment, model, provider.name, provider.capabilities)


def _not_yet(document: Document[Any]) -> Iterator[Finding]:
    """Yield a finding for each key that nothing heeds yet."""
    for gap in document.raw.identity.kind.entry.not_yet:
        for at in gap.places(document.raw.data):
            message = f"{'.'.join(map(str, at))}: {gap.message}"
            yield error(gap.rule, document.path, message, fix=gap.fix, at=document.position(at))


def _environment(index: DocumentIndex, environment: Document[Environment]) -> Iterator[Finding]:
    serving, registry = environment.body.serving, environment.body.registry
    if serving.provider not in SERVING_PROVIDERS:
        message = f"there is no serving by {serving.provider} yet"
        fix = f"use {' or '.join(SERVING_PROVIDERS)}"
        at = environment.position(("serving", "provider"))
        yield error("capability-provider", environment.path, message, fix=fix, at=at)
    if flaw := _flaw_of_address(serving):
        message, fix = flaw
        at = environment.position(("serving", "uri"))
        yield error("capability-uri", environment.path, message, fix=fix, at=at)
    if flaw := _flaw_of_registry(index, environment):
        message, fix = flaw
        at = environment.position(("registry", "uri"))
        yield error(
            "capability-uri",
            environment.path,
            f"{registry.provider} at {registry.uri} {message}",
            fix=fix,
            at=at,
        )


def _flaw_of_address(serving: ServingSettings) -> tuple[str, str] | None:
    """Return why nothing serves at the address of an environment, and what to do; None when something does."""
    provider = SERVING_PROVIDERS.get(serving.provider)
    if serving.is_local and provider and provider.local_servers is None:
        return (
            f"{serving.provider} has no servers on this machine",
            "write the address of its server: uri: https://…",
        )
    if not serving.is_local and not (provider and heeds(provider.capabilities, ADDRESS)):
        return f"{serving.provider} at {serving.uri} cannot be reached from here yet", "write uri: local"
    return None


def _flaw_of_registry(index: DocumentIndex, environment: Document[Environment]) -> tuple[str, str] | None:
    """Return what is wrong with a registry's address and how to mend it: others must reach it, encrypted."""
    uri, source = environment.body.registry.uri, environment.body.promotesFrom
    if uri == "local":
        return None
    if not is_private(uri):
        return "is reached without encryption", "write an https:// address"
    before = index.repository.environments.get(source) if source else None
    if before and before.body.registry.uri == "local":
        return (
            f"is shared, and promotes from {source}, whose registry is on one machine only",
            f"share the registry of {source} too, or write uri: local",
        )
    return None


def _deployment(
    index: DocumentIndex, deployment: Document[Deployment], name: str, provider: str, can: Capabilities
) -> Iterator[Finding]:
    body = deployment.body

    def refuse(what: str, message: str, at: KeyPath, fix: str) -> Finding:
        return error(f"capability-{what}", deployment.path, message, fix=fix, at=deployment.position(at))

    model = index.repository.models.get(name)
    if model and not heeds(can, FORMAT, model.body.format):
        message = f"{provider} does not serve models of format {model.body.format}"
        yield refuse("format", message, (), f"export the model as {' or '.join(heeded_values(can, FORMAT))}")
    if not heeds(can, STRATEGY, body.rollout.strategy):
        message = f"{provider} does not roll out by {body.rollout.strategy}"
        fix = f"use the strategy {' or '.join(heeded_values(can, STRATEGY))}"
        yield refuse("rollout", message, ("rollout", "strategy"), fix)
    if body.rollout.strategy == "all" and (given := sorted(body.rollout.model_fields_set - {"strategy"})):
        message = f"the strategy all moves all requests at once and heeds no {', '.join(given)}"
        yield refuse("rollout", message, ("rollout", given[0]), "remove it, or choose another strategy")
    if body.experiment and not heeds(can, EXPERIMENT):
        yield refuse(
            "experiment", f"{provider} runs no experiments yet", ("experiment",), "remove experiment"
        )
    if body.shadow and not heeds(can, SHADOW):
        yield refuse("shadow", f"{provider} runs no shadows yet", ("shadow",), "remove shadow")
    if body.serving.gpu.count and not heeds(can, GPU):
        at = ("serving", "gpu", "count")
        yield refuse("gpu", f"{provider} gives no GPU here", at, "write gpu: {count: 0}")
