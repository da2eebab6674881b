"""Collect the facts about a document that only all documents together show."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mlplatform.check.document_index import DocumentIndex
from mlplatform.core.change_base import ChangeBase
from mlplatform.core.dataset_overlap import OverlapKey, matches, provides
from mlplatform.core.document import RawDocument
from mlplatform.core.loaded_source import LoadedSource
from mlplatform.core.naming import Kind
from mlplatform.core.row_sketch import RowSketch, overlaps
from mlplatform.core.table import CsvTable


@dataclass(frozen=True, slots=True)
class CrossDocumentFacts:
    """Facts about documents, by name, that only all documents together show.

    `duplicates` are the other data sets that are the same data; `shared_rows` says of those that only share rows which
    percentage of the smaller one's the other has too. `partial` are the paths of tenants and data sets of which not
    all was looked at: nothing is known of these.
    """

    deployments: Mapping[str, Mapping[str, Mapping[str, Mapping[str, Any]]]] = field(default_factory=dict)
    duplicates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    shared_rows: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
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
    sketches = _sketches(((name, dataset.raw) for name, dataset in index.repository.datasets.items()), tables)
    duplicates, shared_rows = _with_shared_rows(_duplicates(index), overlaps(sketches))
    return CrossDocumentFacts(deployments, duplicates, shared_rows, tables, partial)


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
    before = _sketches(_datasets(base.loaded), base.loaded.tables) if base else {}
    now = _sketches(_datasets(head), head.tables) if before else {}
    duplicates, shared_rows = _with_shared_rows(duplicates, overlaps(now, before))
    return CrossDocumentFacts(duplicates=duplicates, shared_rows=shared_rows)


def _datasets(source: LoadedSource) -> Iterator[tuple[str, RawDocument]]:
    return ((raw.identity.name, raw) for raw in source.documents(Kind.DATASET))


def _sketches(
    datasets: Iterable[tuple[str, RawDocument]], tables: Mapping[str, CsvTable]
) -> dict[str, RowSketch]:
    """Return the sketches of the data sets whose files are here, by name."""
    located = ((name, tables.get(str(raw.data.get("location")))) for name, raw in datasets)
    return {name: table.sketch for name, table in located if table}


def _with_shared_rows(
    duplicates: Mapping[str, tuple[str, ...]], alike: Mapping[str, Mapping[str, int]]
) -> tuple[dict[str, tuple[str, ...]], dict[str, dict[str, int]]]:
    """Add the data sets that share rows to those that are the same data; shares are of those that were not known."""
    shared = {
        name: {other: share for other, share in shares.items() if other not in duplicates.get(name, ())}
        for name, shares in alike.items()
    }
    names = {*duplicates, *shared}
    return {name: tuple(sorted({*duplicates.get(name, ()), *shared.get(name, ())})) for name in names}, shared


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
