"""What findings stop: a tenant, an environment, or all of them."""

from collections.abc import Iterable, Iterator

from mlplatform.check.document_index import DocumentIndex
from mlplatform.core.finding import Finding
from mlplatform.core.naming import Kind, path_of

Blocked = dict[str, Finding]


def blocked(known: DocumentIndex, findings: Iterable[Finding]) -> tuple[Blocked, Blocked]:
    """The tenants and the environments that stay as they are, each with the first error that stops it."""
    tenants: Blocked = {}
    environments: Blocked = {}
    everywhere: list[Finding] = []
    first: Blocked = {}
    for finding in sorted(finding for finding in findings if finding.is_error):
        first.setdefault(finding.path, finding)
        match finding.path.split("/"):
            case (
                ["tenants" | "models", tenant, _, *_]
                | ["environments", _, tenant, _, *_]
                | ["examples", "data", tenant, _, *_]
            ):
                tenants.setdefault(tenant, finding)
            case ["policies", "waivers", *_]:
                continue  # what is wrong with a waiver suspends nothing: what it would cover counts
            case ["environments", environment, _]:
                environments.setdefault(environment, finding)
            case _:
                everywhere.append(finding)
    for tenant, path in _foreign_data(known):
        if path in first:
            tenants.setdefault(tenant, first[path])
    if everywhere:
        for environment in _environments(known):
            environments.setdefault(environment, everywhere[0])
    return tenants, environments


def _foreign_data(known: DocumentIndex) -> Iterator[tuple[str, str]]:
    """Each tenant with the path of each data set that its models read, be it another tenant's."""
    for name, model in known.repository.models.items():
        for dataset in model.body.reads:
            yield name.split("/")[0], path_of(Kind.DATASET, dataset)


def _environments(known: DocumentIndex) -> set[str]:
    return {*known.names(Kind.ENVIRONMENT), *known.repository.deployments}
