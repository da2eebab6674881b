"""Find the tenants and environments that an error stops."""

from collections.abc import Iterable, Iterator, Mapping

from mlplatform.check.document_index import DocumentIndex
from mlplatform.core.codeowners import CODEOWNERS, OTHER_CODEOWNERS
from mlplatform.core.finding import Finding
from mlplatform.core.naming import Kind, error_scope_of, path_of, tenant_of

Blocked = dict[str, Finding]
_DATA = "examples/data/"


def blocked(index: DocumentIndex, findings: Iterable[Finding]) -> tuple[Blocked, Blocked]:
    """Return the tenants and the environments that stay as they are, each with the first error that stops it."""
    tenants: Blocked = {}
    environments: Blocked = {}
    everywhere: list[Finding] = []
    first: Blocked = {}
    for finding in sorted(finding for finding in findings if finding.is_error):
        first.setdefault(finding.path, finding)
        match _stops(finding.path):
            case "tenant", str(tenant):
                tenants.setdefault(tenant, finding)
            case "environment", str(environment):
                environments.setdefault(environment, finding)
            case "nothing", _:
                continue
            case _:
                everywhere.append(finding)
    for tenant, finding in _needing(index, first):
        tenants.setdefault(tenant, finding)
    if everywhere:
        for environment in _environments(index):
            environments.setdefault(environment, everywhere[0])
    return tenants, environments


def _stops(path: str) -> tuple[str, str | None]:
    """Return what an error at a path stops, and which tenant or environment; where that is unknown, everything."""
    if path.startswith(_DATA) and tenant_of(path):
        return "tenant", tenant_of(path)
    if path in (CODEOWNERS, *OTHER_CODEOWNERS):  # whom GitHub asks alters nothing that is merged
        return "nothing", None
    place = error_scope_of(path)
    if place is None:
        return "everything", None
    return place.stops, place.environment if place.stops == "environment" else place.tenant


def _needing(index: DocumentIndex, first: Mapping[str, Finding]) -> Iterator[tuple[str, Finding]]:
    """Yield each tenant with an error in a document that one of its own needs, be it another tenant's."""
    for kind in Kind if first else ():
        for document in index.documents[kind].values():
            for reference in (reference for reference in kind.entry.refers_to if reference.is_needed):
                for _, name in reference.names(document.raw.data):
                    path = path_of(Kind(reference.kind), name)
                    if path in first and document.raw.identity.tenant:
                        yield document.raw.identity.tenant, first[path]


def _environments(index: DocumentIndex) -> set[str]:
    return {*index.names(Kind.ENVIRONMENT), *index.repository.deployments}
