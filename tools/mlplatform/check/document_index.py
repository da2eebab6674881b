"""The documents that others can refer to, and the names that broken ones take."""

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
        """True when there is such a document, be it broken or not loaded."""
        if name in self.documents[kind] or (kind, name) in self.broken:
            return True
        return bool(self.others) and path_of(kind, name) in self.others

    def names(self, kind: Kind) -> Iterator[str]:
        """The names that are taken."""
        yield from self.documents[kind]
        yield from (name for broken, name in self.broken if broken is kind)
        identities = (parse_path(path) for path in self.others)
        yield from (identity.name for identity in identities if identity and identity.kind is kind)


def build_index(loaded: LoadedSource, bodies: Mapping[str, DocumentModel]) -> DocumentIndex:
    """Build the index from the bodies by path of the documents whose schema holds."""
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
    broken = {
        (identity.kind, identity.name)
        for identity in _identities(loaded)
        if identity.name not in by_kind[identity.kind]
    }
    return DocumentIndex(repository, by_kind, frozenset(broken), loaded.others)


def _identities(loaded: LoadedSource) -> Iterator[Identity]:
    """Every document that has a file, readable or not."""
    yield from (raw.identity for raw in loaded.raws.values())
    for finding in loaded.findings:
        if identity := parse_path(finding.path):
            yield identity


def _by_environment(deployments: Mapping[str, Document[Any]]) -> dict[str, dict[str, Document[Any]]]:
    by_environment: dict[str, dict[str, Document[Any]]] = {}
    for name, document in deployments.items():
        environment, model = name.split("/", 1)
        by_environment.setdefault(environment, {})[model] = document
    return by_environment
