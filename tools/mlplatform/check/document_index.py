"""What there is to refer to: documents whose schema holds, and names that are taken by broken ones."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlplatform.core.document import Document
from mlplatform.core.kinds import DocumentModel
from mlplatform.core.loaded_source import LoadedSource
from mlplatform.core.naming import Identity, Kind, parse_path, path_of
from mlplatform.core.repository import Repository


@dataclass(frozen=True, slots=True)
class DocumentIndex:
    """The repository, with nothing blocked in it yet, the documents that are there but broken, and the paths of
    those that were not loaded, as no change is about them."""

    repository: Repository
    documents: Mapping[Kind, Mapping[str, Document[Any]]]
    broken: frozenset[tuple[Kind, str]]
    others: frozenset[str] = frozenset()

    def find(self, kind: Kind, name: str) -> Document[Any] | None:
        """The document, if its schema holds; a deployment is named `production/reading/recommender`."""
        return self.documents[kind].get(name)

    def exists(self, kind: Kind, name: str) -> bool:
        """Whether there is such a document, be it broken or not loaded."""
        if name in self.documents[kind] or (kind, name) in self.broken:
            return True
        return bool(self.others) and path_of(kind, name) in self.others

    def names(self, kind: Kind) -> Iterator[str]:
        """The names that are taken."""
        yield from self.documents[kind]
        yield from (name for broken, name in self.broken if broken is kind)
        identities = (parse_path(path) for path in self.others)
        yield from (one.name for one in identities if one and one.kind is kind)


def build_index(loaded: LoadedSource, bodies: Mapping[str, DocumentModel]) -> DocumentIndex:
    """What there is, from the bodies by path whose schema holds."""
    by_kind: dict[Kind, dict[str, Document[Any]]] = {kind: {} for kind in Kind}
    for path, body in bodies.items():
        raw = loaded.raws[path]
        by_kind[raw.identity.kind][raw.identity.name] = Document(raw, body)
    repository = Repository(
        commit=loaded.commit,
        platform=by_kind[Kind.PLATFORM].get("platform"),
        tenants=by_kind[Kind.TENANT],
        datasets=by_kind[Kind.DATASET],
        models=by_kind[Kind.MODEL],
        environments=by_kind[Kind.ENVIRONMENT],
        deployments=_by_environment(by_kind[Kind.DEPLOYMENT]),
        blocked_tenants={},
        blocked_environments={},
    )
    broken = {(one.kind, one.name) for one in _there(loaded) if one.name not in by_kind[one.kind]}
    return DocumentIndex(repository, by_kind, frozenset(broken), loaded.others)


def _there(loaded: LoadedSource) -> Iterator[Identity]:
    """Every document that has a file, readable or not."""
    yield from (raw.identity for raw in loaded.raws.values())
    for finding in loaded.findings:
        if identity := parse_path(finding.path):
            yield identity


def _by_environment(deployments: Mapping[str, Document[Any]]) -> dict[str, dict[str, Document[Any]]]:
    found: dict[str, dict[str, Document[Any]]] = {}
    for name, document in deployments.items():
        environment, model = name.split("/", 1)
        found.setdefault(environment, {})[model] = document
    return found
