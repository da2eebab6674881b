"""Find the documents that a change affects: what it touches, what refers to that, and what all of these refer to.

Whatever the check of a document reads must be loaded with it. A reference is found as a name, digest or location in the
text of a document, since YAML without a backslash has no other way to write it; a document with a backslash is parsed.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import partial

from mlplatform.core.codeowners import CODEOWNERS
from mlplatform.core.dataset_overlap import OverlapKey, matches, provides
from mlplatform.core.kinds.document_kind import Reference, values_at
from mlplatform.core.naming import (
    TENANT_ROOTS,
    Identity,
    Kind,
    is_documentation,
    parse_path,
    path_of,
    tenant_of,
)
from mlplatform.core.scripts import is_script, mentions, users_of
from mlplatform.core.source import Source
from mlplatform.load.both_sides import BothSides
from mlplatform.load.path_index import PathIndex
from mlplatform.load.raw_fields import Data, find_references, strings_at

MAX_CHANGED = 1000  # documents: with more, the search takes longer than loading everything
_DATA = "examples/data/"
_TRAINING = "examples/training/"
_HIDDEN = (*TENANT_ROOTS, _DATA)
_SHOWN = tuple(
    kind.entry.pattern for kind in Kind if kind.entry.root in TENANT_ROOTS and not kind.entry.is_of_tenant
)


@dataclass(frozen=True, slots=True)
class Affected:
    """The paths to load, and those of them whose related documents are not all loaded.

    For a tenant in `partial` not all its deployments are loaded, for a data set not all others with the same data;
    rules that need these cannot be checked for it.
    """

    paths: frozenset[str]
    partial: frozenset[str]


def affected(base: Source, head: Source, paths: Set[str], changed: Set[str]) -> Affected | None:
    """Return the paths that a change affects, out of all paths before or after it; None when everything is affected.

    All deployments of an environment refer to it, and everything refers to platform.yaml: what an error in a document
    stops says how far the document reaches.
    """
    documents = [identity for path in changed if (identity := parse_path(path))]
    concerns_all = any(document.kind.entry.stops in ("environment", "everything") for document in documents)
    if len(documents) > MAX_CHANGED or concerns_all:
        return None
    return _Search(base, head, paths, changed).run()


def is_hidden(path: str) -> bool:
    """True when a path is only loaded if a change affects it; policies, environments and scripts always are."""
    return path.startswith(_HIDDEN) and not any(shown.fullmatch(path) for shown in _SHOWN)


class _Search:
    """`_about` are the documents whose findings the change may alter, `_read` also the ones that these refer to."""

    def __init__(self, base: Source, head: Source, paths: Set[str], changed: Set[str]) -> None:
        self._paths, self._changed = paths, changed
        self._index = PathIndex(paths)
        self._base, self._head = base, head
        self._documents = BothSides(base, head, changed)
        self._scripts: set[str] = set()
        self._about: set[str] = set()
        self._read: set[str] = set()

    def run(self) -> Affected:
        waived = self._waived()
        self._add(self._changed | waived)
        self._add_scripts()
        self._add_referrers()
        self._add(self._about)
        self._add_references()
        self._read |= self._who_is_asked()
        complete = {path for path in self._about if _has_gathered_parts(path)}
        related = (
            self._deployments_of(complete) | self._duplicates(complete) | self._possible_copies(complete)
        )
        loaded = (self._read | related) & self._paths
        partial = {path for path in loaded if _has_gathered_parts(path)} - complete
        return Affected(frozenset(loaded | self._data_files(loaded) | self._changed), frozenset(partial))

    def _add(self, paths: Iterable[str]) -> None:
        """Add these documents to those that are checked, and the tenants of these paths to those that are read."""
        for path in paths:
            if parse_path(path):
                self._about.add(path)
            if tenant := tenant_of(path):
                self._read.add(path_of(Kind.TENANT, tenant))
        self._read |= self._about

    def _add_referrers(self) -> None:
        """Add the documents that refer to what changes, by a key or by their path."""
        changed = _by_kind(self._changed)
        files = {path for path in self._changed if path.startswith((_DATA, _TRAINING))} | self._scripts
        for kind in Kind:
            targets = {reference.kind for reference in kind.entry.refers_to}
            names = {document.name for target in targets for document in changed[Kind(target)]}
            names |= files if kind.entry.files else set()
            self._about |= self._naming(
                self._index.of_kind[kind] - self._changed, names, partial(_texts, kind)
            )
        self._about |= self._duplicates(self._changed)
        gathered = {path for path in self._about if _has_gathered_parts(path)} - self._changed
        for parent in self._identities(
            self._about - gathered
        ):  # the others are checked with their related documents
            self._about |= self._index.children(parent)
        tenants = (
            identity.tenant for identity in self._identities(self._changed) if identity.kind.entry.pins
        )
        self._about |= {path_of(Kind.TENANT, str(tenant)) for tenant in tenants}

    def _add_scripts(self) -> None:
        """Read the data sets that the changed scripts name, and those that the scripts name which use them."""
        changed = {path for path in self._changed if is_script(path)}
        if not changed:
            return
        scripts = [path for path in self._paths if is_script(path)]
        sides = (
            self._base.read(scripts),
            self._head.read([path for path in scripts if path in self._changed]),
        )
        texts = [{path: data.decode(errors="replace") for path, data in side.items()} for side in sides]
        self._scripts = users_of(changed, {**texts[0], **texts[1]}) | users_of(changed, texts[0])
        names = {
            name
            for side in texts
            for path in self._scripts & side.keys()
            for name in mentions(side[path]).data
        }
        files = {f"{_DATA}{name}.csv" for name in names}
        self._read |= {path_of(Kind.DATASET, name) for name in names} & self._index.of_kind[Kind.DATASET]
        self._read |= self._naming(self._index.of_kind[Kind.DATASET], files, strings_at("location"))
        self._read |= {path_of(Kind.TENANT, tenant) for path in self._scripts if (tenant := tenant_of(path))}

    def _add_references(self) -> None:
        """Add the documents that the read ones refer to, until there are no new ones."""
        new = self._read
        while new:
            self._documents.parse(path for path in new if _needs_others(path))
            references = {other for path in new for other in self._references_of(path)}
            new = references - self._read
            self._read = self._read | new

    def _references_of(self, path: str) -> Iterator[str]:
        identity = parse_path(path)
        if identity is None:
            return
        yield from (path_of(kind, name) for kind, name in identity.parents())
        for reference in identity.kind.entry.refers_to:
            if reference.is_needed:
                kind, names = (
                    Kind(reference.kind),
                    self._documents.values_of(path, partial(_names, reference)),
                )
                yield from (path_of(kind, name) for name in names)

    def _waived(self) -> set[str]:
        """Return the paths that waivers of either side name; only there it shows whether a waiver is still needed."""
        waivers = self._index.of_kind[Kind.WAIVER]
        self._documents.parse(waivers)
        return {path for waiver in waivers for path in self._documents.values_of(waiver, strings_at("path"))}

    def _who_is_asked(self) -> set[str]:
        """Return every tenant where people of all are asked or compared.

        That is where CODEOWNERS changes, which names all owners; where a tenant changes, as what it is granted is no
        other's; where documentation changes, which people of all tenants may mend; and where an incident does, which
        anybody may lead.
        """
        tenants = self._index.of_kind[Kind.TENANT]
        concerns_all = (
            (CODEOWNERS in self._changed and CODEOWNERS in self._paths)
            or not tenants.isdisjoint(self._changed)
            or any(map(is_documentation, self._changed))
            or any(
                kind.entry.concerns and not self._index.of_kind[kind].isdisjoint(self._changed)
                for kind in Kind
            )
        )
        return {*tenants} if concerns_all else set()

    def _deployments_of(self, paths: Iterable[str]) -> set[str]:
        """Return the deployments of those of these tenants that are checked together with them."""
        tenants = {
            identity.name
            for identity in self._identities(paths)
            if "deployments" in identity.kind.entry.state_parts
        }
        return self._index.deployments_of(tenants)

    def _duplicates(self, paths: Iterable[str]) -> set[str]:
        """Return the data sets that are the same data as one of these."""
        requested = [path for path in paths if _is_dataset(path)]
        self._documents.parse(requested)
        keys = {key for path in requested for key in self._documents.keys_of(path, matches)}

        def may_match(data: bytes) -> bool:
            return any(not keys.isdisjoint(provides(reference)) for reference in find_references(data))

        texts = {_text_of(key) for key in keys}
        datasets = self._index.of_kind[Kind.DATASET] - self._changed
        candidates = self._documents.with_any(datasets, texts, may_match) if texts else []
        return {path for path in candidates if not keys.isdisjoint(self._documents.keys_of(path, provides))}

    def _possible_copies(self, paths: Iterable[str]) -> set[str]:
        """Return every data set whose file is here, when that of one of these is: their rows may be the same."""
        if not self._data_files(paths):
            return set()
        candidates = self._documents.with_any(self._index.of_kind[Kind.DATASET] - self._changed, {_DATA})
        return {path for path in candidates if self._data_files([path])}

    def _data_files(self, loaded: Iterable[str]) -> set[str]:
        datasets = [path for path in loaded if _is_dataset(path)]
        self._documents.parse(datasets)
        locations = {
            location
            for path in datasets
            for location in self._documents.values_of(path, strings_at("location"))
        }
        return {location for location in locations if location.startswith(_DATA)}

    def _naming(
        self, paths: Iterable[str], names: Set[str], values: Callable[[Data], Iterable[str]]
    ) -> set[str]:
        """Return the documents of which one of the `values` is one of these names."""
        candidates = self._documents.with_any(paths, names) if names else []
        return {path for path in candidates if not names.isdisjoint(self._documents.values_of(path, values))}

    def _identities(self, paths: Iterable[str]) -> list[Identity]:
        return [identity for path in paths if (identity := parse_path(path))]


def _texts(kind: Kind, data: Data) -> Iterator[str]:
    """Yield what a document of a kind names: other documents, and files of this repository."""
    for reference in kind.entry.refers_to:
        yield from _names(reference, data)
    for key in kind.entry.files:
        yield from (value for _, value in values_at(data, key) if isinstance(value, str))


def _names(reference: Reference, data: Data) -> Iterator[str]:
    return (name for _, name in reference.names(data))


def _text_of(key: OverlapKey) -> str:
    """Return a text that every document with a key contains: the digest, the bucket, or the path of the file."""
    sort, *rest = key
    return rest[0] if sort == "bytes" else rest[1] if rest[0] else "/".join(rest[1:])


def _by_kind(paths: Iterable[str]) -> Mapping[Kind, list[Identity]]:
    documents: dict[Kind, list[Identity]] = defaultdict(list)
    for path in paths:
        if identity := parse_path(path):
            documents[identity.kind].append(identity)
    return documents


def _has_gathered_parts(path: str) -> bool:
    """True for a document that is checked together with others, without a reference between them."""
    identity = parse_path(path)
    return identity is not None and bool(identity.kind.entry.state_parts)


def _needs_others(path: str) -> bool:
    """True for a document that is checked together with those that it names."""
    identity = parse_path(path)
    return identity is not None and any(reference.is_needed for reference in identity.kind.entry.refers_to)


def _is_dataset(path: str) -> bool:
    identity = parse_path(path)
    return identity is not None and identity.kind.entry.describes_data
