"""Collect the facts about a document that only all documents together show."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mlplatform.check.document_index import DocumentIndex
from mlplatform.core.change_base import ChangeBase
from mlplatform.core.dataset_overlap import OverlapKey, matches, provides
from mlplatform.core.loaded_source import LoadedSource
from mlplatform.core.naming import Kind
from mlplatform.core.table import CsvTable


@dataclass(frozen=True, slots=True)
class CrossDocumentFacts:
    """Facts about documents, by name, that only all documents together show.

    `partial` are the paths of tenants and data sets of which not all was looked at: nothing is known of these.
    """

    deployments: Mapping[str, Mapping[str, Mapping[str, Mapping[str, Any]]]] = field(default_factory=dict)
    duplicates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tables: Mapping[str, CsvTable] = field(default_factory=dict)
    partial: frozenset[str] = frozenset()


def gather_facts(
    index: DocumentIndex, tables: Mapping[str, CsvTable], partial: frozenset[str] = frozenset()
) -> CrossDocumentFacts:
    """The deployments of each tenant, and the data sets that are the same data under another name.

    `partial` are the paths of the tenants and data sets for which that was not all loaded.
    """
    deployments: dict[str, dict[str, dict[str, Any]]] = {}
    for document in index.documents[Kind.DEPLOYMENT].values():
        identity = document.raw.identity
        of_tenant = deployments.setdefault(str(identity.tenant), {})
        of_tenant.setdefault(str(identity.environment), {})[str(identity.model)] = document.raw.data
    return CrossDocumentFacts(deployments, _duplicates(index), tables, partial)


def duplicates_before(head: LoadedSource, base: ChangeBase | None) -> CrossDocumentFacts:
    """For each data set of the head the others of the base that are the same data."""
    alike: dict[OverlapKey, set[str]] = defaultdict(set)
    for raw in base.loaded.documents(Kind.DATASET) if base else ():
        for mark in provides(raw.data):
            alike[mark].add(raw.identity.name)
    duplicates: dict[str, tuple[str, ...]] = {}
    for raw in head.documents(Kind.DATASET):
        others = {name for mark in matches(raw.data) for name in alike.get(mark, ())} - {raw.identity.name}
        if others:
            duplicates[raw.identity.name] = tuple(sorted(others))
    return CrossDocumentFacts(duplicates=duplicates)


def _duplicates(index: DocumentIndex) -> dict[str, tuple[str, ...]]:
    """For each data set the others that are the same data."""
    alike: dict[OverlapKey, list[str]] = defaultdict(list)
    for name, document in index.repository.datasets.items():
        for mark in provides(document.raw.data):
            alike[mark].append(name)
    duplicates: dict[str, set[str]] = {}
    for name, document in index.repository.datasets.items():
        others = {other for mark in matches(document.raw.data) for other in alike.get(mark, ())} - {name}
        if others:
            duplicates[name] = others
    return {name: tuple(sorted(others)) for name, others in duplicates.items()}
