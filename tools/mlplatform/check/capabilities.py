"""Refuse what documents ask for and nothing heeds yet, or the providers of an environment cannot do."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from mlplatform.check.document_index import DocumentIndex
from mlplatform.core.document import Document, KeyPath
from mlplatform.core.finding import Finding
from mlplatform.core.kinds import Deployment, Environment
from mlplatform.core.kinds.serving_settings import ServingSettings
from mlplatform.core.naming import Kind
from mlplatform.core.rule import Rule, declare_rule
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

_rule = partial(declare_rule, __name__, soc2=("CC8.1", "A1.1"))
CAPABILITY_PROVIDER = _rule(
    "capability-provider",
    "The serving provider is implemented",
    "An environment with an unknown provider would stay empty after every merge.",
    fix="use a provider that the finding names",
    passes="serving: {provider: triton}",
    fails="serving: {provider: kserve}",
)
CAPABILITY_URI = _rule(
    "capability-uri",
    "The registry and the servers can be reached",
    "A service that cannot be reached would fail only after the merge. Connections to a shared registry are "
    "encrypted, and an environment with a shared registry promotes from one whose registry is shared too.",
    fix="do as the finding says",
    passes='registry: {provider: mlflow, uri: "https://mlflow.example.com"}',
    fails='registry: {provider: mlflow, uri: "http://mlflow.example.com"}',
)
CAPABILITY_FORMAT = _rule(
    "capability-format",
    "The environment serves the model's format",
    "Otherwise the apply would fail half-way, when it loads the version.",
    fix="export the model in a format that the finding names",
    passes="format: onnx",
    fails="format: pyfunc, deployed where Triton serves",
)
CAPABILITY_ROLLOUT = _rule(
    "capability-rollout",
    "The environment can roll out as the deployment says",
    "A canary that moves all requests at once protects nobody.",
    fix="use a strategy that the finding names, with its keys only",
    passes="rollout: {strategy: all}",
    fails="rollout: {strategy: all, steps: [5, 50]}",
)
CAPABILITY_EXPERIMENT = _rule(
    "capability-experiment",
    "The environment can run experiments",
    "An A/B test without a traffic split has no meaningful result.",
    fix="remove experiment",
    passes="a deployment without experiment",
    fails="experiment: {id: exp-7, challenger: {…}, percent: 10}",
)
CAPABILITY_SHADOW = _rule(
    "capability-shadow",
    "The environment can run shadows",
    "A shadow that gets no requests shows nothing about the version.",
    fix="remove shadow",
    passes="a deployment without shadow",
    fails='shadow: {version: 1.5.0, digest: "sha256:…", percent: 100}',
)
CAPABILITY_GPU = _rule(
    "capability-gpu",
    "The environment has GPUs",
    "A deployment that waits for a missing GPU never becomes ready.",
    fix="write gpu: {count: 0}",
    passes="serving: {instances: 1, cpu: 1, memoryGiB: 1, gpu: {count: 0}}",
    fails="serving: {instances: 1, cpu: 1, memoryGiB: 1, gpu: {count: 1}}",
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
            yield gap.rule.error(document.path, message, fix=gap.fix, at=document.position(at))


def _environment(index: DocumentIndex, environment: Document[Environment]) -> Iterator[Finding]:
    serving, registry = environment.body.serving, environment.body.registry
    if serving.provider not in SERVING_PROVIDERS:
        message = f"there is no serving by {serving.provider} yet"
        fix = f"use {' or '.join(SERVING_PROVIDERS)}"
        at = environment.position(("serving", "provider"))
        yield CAPABILITY_PROVIDER.error(environment.path, message, fix=fix, at=at)
    if flaw := _flaw_of_address(serving):
        message, fix = flaw
        at = environment.position(("serving", "uri"))
        yield CAPABILITY_URI.error(environment.path, message, fix=fix, at=at)
    if flaw := _flaw_of_registry(index, environment):
        message, fix = flaw
        at = environment.position(("registry", "uri"))
        yield CAPABILITY_URI.error(
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

    def refuse(rule: Rule, message: str, at: KeyPath, fix: str) -> Finding:
        return rule.error(deployment.path, message, fix=fix, at=deployment.position(at))

    model = index.repository.models.get(name)
    if model and not heeds(can, FORMAT, model.body.format):
        message = f"{provider} does not serve models of format {model.body.format}"
        yield refuse(
            CAPABILITY_FORMAT, message, (), f"export the model as {' or '.join(heeded_values(can, FORMAT))}"
        )
    if not heeds(can, STRATEGY, body.rollout.strategy):
        message = f"{provider} does not roll out by {body.rollout.strategy}"
        fix = f"use the strategy {' or '.join(heeded_values(can, STRATEGY))}"
        yield refuse(CAPABILITY_ROLLOUT, message, ("rollout", "strategy"), fix)
    if body.rollout.strategy == "all" and (given := sorted(body.rollout.model_fields_set - {"strategy"})):
        message = f"the strategy all moves all requests at once and heeds no {', '.join(given)}"
        yield refuse(
            CAPABILITY_ROLLOUT, message, ("rollout", given[0]), "remove it, or choose another strategy"
        )
    if body.experiment and not heeds(can, EXPERIMENT):
        yield refuse(
            CAPABILITY_EXPERIMENT, f"{provider} runs no experiments yet", ("experiment",), "remove experiment"
        )
    if body.shadow and not heeds(can, SHADOW):
        yield refuse(CAPABILITY_SHADOW, f"{provider} runs no shadows yet", ("shadow",), "remove shadow")
    if body.serving.gpu.count and not heeds(can, GPU):
        at = ("serving", "gpu", "count")
        yield refuse(CAPABILITY_GPU, f"{provider} gives no GPU here", at, "write gpu: {count: 0}")
