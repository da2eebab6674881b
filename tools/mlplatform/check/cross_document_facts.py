"""What is known of a document only by looking at all of them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from mlplatform.check.document_index import DocumentIndex
from mlplatform.check.policy_input import CrossDocumentFacts
from mlplatform.core.change_base import ChangeBase
from mlplatform.core.dataset_overlap import OverlapKey, matches, provides
from mlplatform.core.document import RawDocument
from mlplatform.core.loaded_source import LoadedSource
from mlplatform.core.naming import Kind
from mlplatform.core.table import Table


def gather_facts(
    known: DocumentIndex, tables: Mapping[str, Table], partial: frozenset[str] = frozenset()
) -> CrossDocumentFacts:
    """The deployments of each tenant, and the data sets that are the same data under another name.

    `partial` are the paths of the tenants and data sets for which that was not all loaded.
    """
    deployments: dict[str, dict[str, dict[str, Any]]] = {}
    for document in known.documents[Kind.DEPLOYMENT].values():
        identity = document.raw.identity
        of_tenant = deployments.setdefault(str(identity.tenant), {})
        of_tenant.setdefault(str(identity.environment), {})[str(identity.model)] = document.raw.data
    return CrossDocumentFacts(deployments, _duplicates(known), tables, partial)


def duplicates_before(head: LoadedSource, base: ChangeBase | None) -> CrossDocumentFacts:
    """For each data set of the head the others of the base that are the same data."""
    alike: dict[OverlapKey, set[str]] = defaultdict(set)
    for raw in _datasets(base.loaded) if base else ():
        for mark in provides(raw.data):
            alike[mark].add(raw.identity.name)
    twins: dict[str, tuple[str, ...]] = {}
    for raw in _datasets(head):
        others = {name for mark in matches(raw.data) for name in alike.get(mark, ())} - {raw.identity.name}
        if others:
            twins[raw.identity.name] = tuple(sorted(others))
    return CrossDocumentFacts(twins=twins)


def _datasets(loaded: LoadedSource) -> Iterator[RawDocument]:
    return (raw for raw in loaded.raws.values() if raw.identity.kind is Kind.DATASET)


def _duplicates(known: DocumentIndex) -> dict[str, tuple[str, ...]]:
    """For each data set the others that are the same data."""
    alike: dict[OverlapKey, list[str]] = defaultdict(list)
    for name, document in known.repository.datasets.items():
        for mark in provides(document.raw.data):
            alike[mark].append(name)
    twins: dict[str, set[str]] = {}
    for name, document in known.repository.datasets.items():
        others = {other for mark in matches(document.raw.data) for other in alike.get(mark, ())} - {name}
        if others:
            twins[name] = others
    return {name: tuple(sorted(others)) for name, others in twins.items()}
