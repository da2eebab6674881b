"""What is known of a document only by looking at all of them."""

from collections.abc import Mapping
from typing import Any

from mlplatform.check.joined import Gathered
from mlplatform.check.known import Known
from mlplatform.core.base import Base
from mlplatform.core.document import Raw
from mlplatform.core.loaded import Loaded
from mlplatform.core.naming import Kind
from mlplatform.core.table import Table


def gather(known: Known, tables: Mapping[str, Table], partial: frozenset[str] = frozenset()) -> Gathered:
    """The deployments of each tenant, and the data sets that are the same data under another name.

    `partial` are the paths of the tenants and data sets for which that was not all loaded.
    """
    deployments: dict[str, dict[str, dict[str, Any]]] = {}
    for document in known.documents[Kind.DEPLOYMENT].values():
        identity = document.raw.identity
        of_tenant = deployments.setdefault(str(identity.tenant), {})
        of_tenant.setdefault(str(identity.environment), {})[str(identity.model)] = document.raw.data
    return Gathered(deployments, _twins(known), tables, partial)


def gather_before(head: Loaded, base: Base | None) -> Gathered:
    """For each data set of the head the others of the base with the same bytes or at the same place."""
    alike: dict[tuple[str, str], set[str]] = {}
    for raw in base.loaded.raws.values() if base else ():
        for key in _same_data(raw):
            alike.setdefault(key, set()).add(raw.identity.name)
    twins: dict[str, tuple[str, ...]] = {}
    for raw in head.raws.values():
        others = {name for key in _same_data(raw) for name in alike.get(key, ())} - {raw.identity.name}
        if others:
            twins[raw.identity.name] = tuple(sorted(others))
    return Gathered(twins=twins)


def _same_data(raw: Raw) -> list[tuple[str, str]]:
    if raw.identity.kind is not Kind.DATASET:
        return []
    return [(key, str(raw.data[key])) for key in ("digest", "location") if key in raw.data]


def _twins(known: Known) -> dict[str, tuple[str, ...]]:
    """For each data set the others with the same bytes or at the same place."""
    alike: dict[tuple[str, str], list[str]] = {}
    for name, document in known.repository.datasets.items():
        for key in _same_data(document.raw):
            alike.setdefault(key, []).append(name)
    twins: dict[str, set[str]] = {}
    for names in alike.values():
        if len(names) > 1:
            for name in names:
                twins.setdefault(name, set()).update(names)
    return {name: tuple(sorted(others - {name})) for name, others in twins.items()}
