"""Collect the facts about a document that only all documents together show."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mlplatform.check.document_index import DocumentIndex
from mlplatform.core.change_base import ChangeBase
from mlplatform.core.dataset_overlap import OverlapKey, matches, provides
from mlplatform.core.loaded_source import LoadedSource
from mlplatform.core.naming import Kind
from mlplatform.core.row_sketch import RowSketch, overlaps
from mlplatform.core.table import CsvTable

_WHICH = frozenset({"description", "owner", "location", "region", "digest"})


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
    datasets = [(name, document.raw.data) for name, document in index.repository.datasets.items()]
    facts = CrossDocumentFacts(deployments, _duplicates(index), {}, tables, partial)
    return _facts(facts, _shared_rows(datasets, tables, datasets, tables))


def duplicates_before(head: LoadedSource, base: ChangeBase | None) -> CrossDocumentFacts:
    """For each data set of the head the others of the base that are the same data."""
    before = _Alike()
    for raw in base.loaded.documents(Kind.DATASET) if base else ():
        before.add(raw.identity.name, raw.data)
    duplicates = {
        raw.identity.name: before.others(raw.identity.name, raw.data) for raw in head.documents(Kind.DATASET)
    }
    shared = (
        _shared_rows(_datasets(head), head.tables, _datasets(base.loaded), base.loaded.tables) if base else {}
    )
    return _facts(CrossDocumentFacts(duplicates=duplicates), shared)


def _datasets(source: LoadedSource) -> list[tuple[str, Mapping[str, Any]]]:
    return [(raw.identity.name, raw.data) for raw in source.documents(Kind.DATASET)]


def _shared_rows(
    datasets: Iterable[tuple[str, Mapping[str, Any]]],
    tables: Mapping[str, CsvTable],
    others: Iterable[tuple[str, Mapping[str, Any]]],
    other_tables: Mapping[str, CsvTable],
) -> dict[str, dict[str, int]]:
    """For each data set the others in whose files its rows are, with the share in percent; two of those alike."""
    shares = overlaps(_sketches(tables), _sketches(other_tables))
    speakers: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name, data in others:
        speakers[str(data.get("location"))][_statement(data)].append(name)
    shared: dict[str, dict[str, int]] = defaultdict(dict)
    for name, data in datasets:
        for location, share in shares.get(str(data.get("location")), {}).items():
            for names in speakers[location].values():
                shared[name] |= {other: share for other in names[:2] if other != name}
    return shared


def _sketches(tables: Mapping[str, CsvTable]) -> dict[str, RowSketch]:
    return {location: table.sketch for location, table in tables.items()}


def _facts(facts: CrossDocumentFacts, shared: Mapping[str, Mapping[str, int]]) -> CrossDocumentFacts:
    """Add the data sets that share rows to those that are the same data; shares are of those that were not known."""
    known = facts.duplicates
    new = {
        name: {other: share for other, share in shares.items() if other not in known.get(name, ())}
        for name, shares in shared.items()
    }
    names = {name: tuple(sorted({*known.get(name, ()), *new.get(name, ())})) for name in {*known, *new}}
    return replace(
        facts, duplicates={name: others for name, others in names.items() if others}, shared_rows=new
    )


class _Alike:
    """Data sets by what they hold, and by what their documents say of it.

    Of documents that say the same of the same data, one stands for all: n documents of one data set would otherwise be
    compared n² times. Two are kept, as none stands for itself.
    """

    def __init__(self) -> None:
        self._names: dict[OverlapKey, dict[str, list[str]]] = defaultdict(dict)

    def add(self, name: str, data: Mapping[str, Any]) -> None:
        """Add a data set."""
        statement = _statement(data)
        for mark in provides(data):
            names = self._names[mark].setdefault(statement, [])
            if len(names) < 2:
                names.append(name)

    def others(self, name: str, data: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the other data sets that are the same data, by name."""
        representatives: dict[str, str] = {}
        for mark in matches(data):
            for statement, names in self._names.get(mark, {}).items():
                for other in names:
                    if other != name and other <= representatives.get(statement, other):
                        representatives[statement] = other
        return tuple(sorted(representatives.values()))


def _statement(data: Mapping[str, Any]) -> str:
    """Return what a document says of its data, as a text: all but which they are, where they lie and whose they are."""
    statement = {key: value for key, value in data.items() if key not in _WHICH}
    return json.dumps(statement, sort_keys=True, default=str)


def _duplicates(index: DocumentIndex) -> dict[str, tuple[str, ...]]:
    """For each data set the others that are the same data."""
    alike = _Alike()
    for name, document in index.repository.datasets.items():
        alike.add(name, document.raw.data)
    others = {
        name: alike.others(name, document.raw.data) for name, document in index.repository.datasets.items()
    }
    return {name: names for name, names in others.items() if names}
