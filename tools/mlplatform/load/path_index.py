"""Paths of documents by kind, by tenant, and by the document that a path refers to."""

from collections import defaultdict
from collections.abc import Mapping, Set
from functools import cached_property

from mlplatform.core.naming import DOCUMENT_ROOTS, TENANT_ROOTS, Identity, Kind, parse_path, tenant_of


class PathIndex:
    """The paths of a repository; each index is made when it is first asked for."""

    def __init__(self, paths: Set[str]) -> None:
        self._paths = paths
        self._of_parent: dict[str | None, Mapping[Identity, set[str]]] = {}

    @cached_property
    def of_kind(self) -> Mapping[Kind, frozenset[str]]:
        """Return the paths of the documents of each kind."""
        paths: dict[Kind, set[str]] = {kind: set() for kind in Kind}
        for path in self._paths:
            if path.startswith(DOCUMENT_ROOTS) and (identity := parse_path(path)):
                paths[identity.kind].add(path)
        return {kind: frozenset(of_kind) for kind, of_kind in paths.items()}

    @cached_property
    def of_tenant(self) -> Mapping[str, set[str]]:
        """Return the paths of the documents of each tenant."""
        paths: dict[str, set[str]] = defaultdict(set)
        for path in self._paths:
            if path.startswith(TENANT_ROOTS) and (tenant := tenant_of(path)):
                paths[tenant].add(path)
        return paths

    def children(self, parent: Identity) -> set[str]:
        """Return the documents whose path refers to a document."""
        if parent.tenant not in self._of_parent:
            children: dict[Identity, set[str]] = defaultdict(set)
            for path in self.of_tenant[parent.tenant] if parent.tenant else self._paths:
                for kind, name in child.parents() if (child := parse_path(path)) else ():
                    children[Identity(kind, name)].add(path)
            self._of_parent[parent.tenant] = children
        return self._of_parent[parent.tenant].get(parent, set())

    def deployments_of(self, tenants: Set[str]) -> set[str]:
        """Return the deployments of some tenants."""
        pins = (path for tenant in tenants for path in self.of_tenant[tenant])
        return {path for path in pins if path in self.of_kind[Kind.DEPLOYMENT]}
