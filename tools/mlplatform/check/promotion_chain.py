"""Check that environments form one chain of promotion, and that deployments come along it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from mlplatform.check.document_index import DocumentIndex
from mlplatform.core.document import Document
from mlplatform.core.finding import Finding, error
from mlplatform.core.kinds import Deployment, Environment
from mlplatform.core.naming import Kind

LOCAL = "local"


def environment_links(index: DocumentIndex) -> Iterator[Finding]:
    """Yield breaks in the chain of promotion, and environments that share a registry."""
    environments = index.repository.environments
    for environment in environments.values():
        yield from _source(index, environment)
    yield from _shared_registries(environments.values())


def _source(index: DocumentIndex, environment: Document[Environment]) -> Iterator[Finding]:
    """Orders grow along promotesFrom, which also makes a cycle impossible."""
    environments = index.repository.environments
    source, order = environment.body.promotesFrom, environment.body.order
    at = environment.position(("promotesFrom",))
    if source is None:
        if earlier := [name for name, other in environments.items() if other.body.order < order]:
            message = f"{environment.name} promotes from nowhere, and {sorted(earlier)[0]} comes before it"
            fix = "name the environment that versions come from in promotesFrom"
            yield error("link-order", environment.path, message, fix=fix, at=environment.position(("order",)))
    elif source in environments and environments[source].body.order >= order:
        message = (
            f"{source} has order {environments[source].body.order} and does not come before order {order}"
        )
        fix = "give an environment a higher order than the one it promotes from"
        yield error("link-order", environment.path, message, fix=fix, at=at)


def _shared_registries(environments: Iterable[Document[Environment]]) -> Iterator[Finding]:
    places: dict[tuple[str, str], list[Document[Environment]]] = defaultdict(list)
    for environment in environments:
        registry = environment.body.registry
        if registry.uri != LOCAL:
            places[registry.uri.rstrip("/"), registry.prefix].append(environment)
    for sharing in places.values():
        for environment in sharing if len(sharing) > 1 else ():
            others = ", ".join(other.name for other in sharing if other is not environment)
            yield error(
                "link-registry",
                environment.path,
                f"{others} has the same registry and prefix",
                fix="give each environment a registry or a prefix of its own",
                at=environment.position(("registry", "uri")),
            )


def deployment_links(index: DocumentIndex) -> Iterator[Finding]:
    """Yield what is wrong with where deployments say that they come from."""
    for models in index.repository.deployments.values():
        for deployment in models.values():
            yield from _origin_environment(index, deployment)
            yield from _origin_data(index, deployment)


def _origin_environment(index: DocumentIndex, deployment: Document[Deployment]) -> Iterator[Finding]:
    environment = index.repository.environments.get(deployment.raw.identity.environment or "")
    origin = deployment.body.from_.environment
    if environment is None or origin == environment.body.promotesFrom:
        return
    expected = environment.body.promotesFrom
    if expected and not index.exists(Kind.ENVIRONMENT, expected):
        return  # the environment's own finding says so
    if expected is None:
        message, fix = (
            f"nothing is promoted to {environment.name}: it is the first",
            "remove from.environment",
        )
    else:
        message = f"{environment.name} promotes from {expected}, and from names {origin or 'no environment'}"
        fix = f"write from.environment: {expected}"
    at = deployment.position(("from", "environment"))
    yield error("link-origin", deployment.path, message, fix=fix, at=at)


def _origin_data(index: DocumentIndex, deployment: Document[Deployment]) -> Iterator[Finding]:
    model = index.repository.models.get(deployment.raw.identity.model or "")
    origin = deployment.body.from_.data
    if model is None:
        return  # the missing model is a finding itself
    read = model.body.data.datasets
    if set(origin) <= set(read):
        return  # a model reads all that its versions were trained on, those too that only still run
    if not all(index.exists(Kind.DATASET, name) for name in read):
        return  # the model's own finding says so
    message = f"from.data names {_listed(origin)} and the model reads {_listed(read) or 'nothing'}"
    fix = "let the model name every data set that its running versions were trained on"
    at = deployment.position(("from", "data"))
    yield error("link-origin", deployment.path, message, fix=fix, at=at)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
