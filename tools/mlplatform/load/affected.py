"""Which documents a change is about: what it touches, what refers to that, and what all of these refer to.

`check` sets the terms: whatever a judge of a document looks at has to be loaded with it. A reference is a name, a
digest or a place among a document's bytes, as YAML without a backslash has no other way to write them; a document
with a backslash is always looked into.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cached_property, partial

from mlplatform.core.dataset_overlap import OverlapKey, matches, provides
from mlplatform.core.kinds.document_kind import Reference, values_at
from mlplatform.core.naming import (
    DOCUMENT_ROOTS,
    TENANT_ROOTS,
    Identity,
    Kind,
    parse_path,
    path_of,
    tenant_of,
)
from mlplatform.core.source import Source
from mlplatform.load.raw_fields import Data, find_references, strings_at
from mlplatform.load.strict_yaml import parse

MOST = 1000  # documents that change: beyond it, looking for what they concern takes longer than loading everything
_DATA = "examples/data/"
_TRAINING = "examples/training/"
_HIDDEN = (*TENANT_ROOTS, _DATA)
_SHOWN = tuple(
    kind.entry.pattern for kind in Kind if kind.entry.root in TENANT_ROOTS and not kind.entry.is_of_tenant
)


@dataclass(frozen=True, slots=True)
class Affected:
    """The paths that are loaded, and those of them whose neighbours are not all loaded.

    Of a tenant in `partial` not all deployments are there, of a data set not all others with the same data: what
    needs them cannot be asked.
    """

    paths: frozenset[str]
    partial: frozenset[str]


def affected(base: Source, head: Source, paths: Set[str], changed: Set[str]) -> Affected | None:
    """Return what a change is about, of all paths that are there before or after it; None when that is everything.

    What an error in a document would stop says how far it reaches: an environment is referred to by all that is
    deployed in it, and platform.yaml by everything.
    """
    documents = [identity for path in changed if (identity := parse_path(path))]
    concerns_all = any(one.kind.entry.stops in ("environment", "everything") for one in documents)
    if len(documents) > MOST or concerns_all:
        return None
    return _Search(base, head, paths, changed).found()


def is_hidden(path: str) -> bool:
    """Whether a path is left out unless a change is about it: policies, environments and scripts never are."""
    return path.startswith(_HIDDEN) and not any(shown.fullmatch(path) for shown in _SHOWN)


class _Search:
    """`about` holds what may be judged otherwise because of the change, `read` also what that refers to."""

    def __init__(self, base: Source, head: Source, paths: Set[str], changed: Set[str]) -> None:
        self._paths, self._changed = paths, changed
        self._documents = _Documents(base, head, changed)
        self._about: set[str] = set()
        self._read: set[str] = set()
        self._of_parent: dict[str | None, Mapping[Identity, set[str]]] = {}

    def found(self) -> Affected:
        waived = self._waived()
        self._look(self._changed | waived)
        self._go_back()
        self._look(self._about)
        self._go_forward()
        complete = {path for path in self._about if _has_gathered_parts(path)}
        neighbours = self._deployments_of(complete) | self._duplicates(complete)
        loaded = (self._read | neighbours) & self._paths
        partial = {path for path in loaded if _has_gathered_parts(path)} - complete
        return Affected(frozenset(loaded | self._data_files(loaded) | self._changed), frozenset(partial))

    def _look(self, paths: Iterable[str]) -> None:
        """Judge these documents; whoever owns a path, be it none, is asked for their people."""
        for path in paths:
            if parse_path(path):
                self._about.add(path)
            if tenant := tenant_of(path):
                self._read.add(path_of(Kind.TENANT, tenant))
        self._read |= self._about

    def _go_back(self) -> None:
        """From what changes to what refers to it, by a key or by its path."""
        changed = _by_kind(self._changed)
        files = {path for path in self._changed if path.startswith((_DATA, _TRAINING))}
        for kind in Kind:
            targets = {reference.kind for reference in kind.entry.refers_to}
            names = {document.name for target in targets for document in changed[Kind(target)]}
            wanted = names | (files if kind.entry.files else set())
            self._about |= self._that_say(self._of_kind[kind] - self._changed, wanted, partial(_texts, kind))
        self._about |= self._duplicates(self._changed)
        for parent in self._identities(self._about):
            self._about |= self._children(parent)
        tenants = (
            identity.tenant for identity in self._identities(self._changed) if identity.kind.entry.pins
        )
        self._about |= {path_of(Kind.TENANT, str(tenant)) for tenant in tenants}

    def _children(self, parent: Identity) -> set[str]:
        """The documents whose path refers to one."""
        if parent.tenant not in self._of_parent:
            children: dict[Identity, set[str]] = defaultdict(set)
            for path in self._of_tenant[parent.tenant] if parent.tenant else self._paths:
                for kind, name in child.parents() if (child := parse_path(path)) else ():
                    children[Identity(kind, name)].add(path)
            self._of_parent[parent.tenant] = children
        return self._of_parent[parent.tenant].get(parent, set())

    def _go_forward(self) -> None:
        """From what is read to what it refers to, until nothing is new."""
        new = self._read
        while new:
            self._documents.parse(path for path in new if _needs_others(path))
            referred = {other for path in new for other in self._referred(path)}
            new = referred - self._read
            self._read = self._read | new

    def _referred(self, path: str) -> Iterator[str]:
        identity = parse_path(path)
        if identity is None:
            return
        yield from (path_of(kind, name) for kind, name in identity.parents())
        for reference in identity.kind.entry.refers_to:
            if reference.is_needed:
                kind, names = Kind(reference.kind), self._documents.say(path, partial(_names, reference))
                yield from (path_of(kind, name) for name in names)

    def _waived(self) -> set[str]:
        """What the waivers of either side name: whether one is still needed shows only there."""
        waivers = self._of_kind[Kind.WAIVER]
        self._documents.parse(waivers)
        return {path for waiver in waivers for path in self._documents.say(waiver, strings_at("path"))}

    def _deployments_of(self, paths: Iterable[str]) -> set[str]:
        """The deployments of the tenants among these documents that are judged by them."""
        tenants = {
            identity.name
            for identity in self._identities(paths)
            if "deployments" in identity.kind.entry.state_parts
        }
        pins = (path for tenant in tenants for path in self._of_tenant[tenant])
        return {path for path in pins if path in self._of_kind[Kind.DEPLOYMENT]}

    def _duplicates(self, paths: Iterable[str]) -> set[str]:
        """The data sets that are the same data as one of these."""
        datasets = [path for path in paths if _is_dataset(path)]
        self._documents.parse(datasets)
        sought = {mark for path in datasets for mark in self._documents.marks(path, matches)}

        def may_be_one(data: bytes) -> bool:
            return any(not sought.isdisjoint(provides(said)) for said in find_references(data))

        texts = {_text_of(mark) for mark in sought}
        maybe = (
            self._documents.with_any(self._of_kind[Kind.DATASET] - self._changed, texts, may_be_one)
            if texts
            else []
        )
        return {path for path in maybe if not sought.isdisjoint(self._documents.marks(path, provides))}

    def _data_files(self, loaded: Iterable[str]) -> set[str]:
        datasets = [path for path in loaded if _is_dataset(path)]
        self._documents.parse(datasets)
        places = {place for path in datasets for place in self._documents.say(path, strings_at("location"))}
        return {place for place in places if place.startswith(_DATA)}

    def _that_say(
        self, among: Iterable[str], wanted: Set[str], says: Callable[[Data], Iterable[str]]
    ) -> set[str]:
        """The documents that say one of these texts; what changes is in scope anyway."""
        maybe = self._documents.with_any(among, wanted) if wanted else []
        return {path for path in maybe if not wanted.isdisjoint(self._documents.say(path, says))}

    def _identities(self, paths: Iterable[str]) -> list[Identity]:
        return [identity for path in paths if (identity := parse_path(path))]

    @cached_property
    def _of_kind(self) -> Mapping[Kind, frozenset[str]]:
        """The paths of the documents of each kind."""
        paths: dict[Kind, set[str]] = {kind: set() for kind in Kind}
        for path in self._paths:
            if path.startswith(DOCUMENT_ROOTS) and (identity := parse_path(path)):
                paths[identity.kind].add(path)
        return {kind: frozenset(of_kind) for kind, of_kind in paths.items()}

    @cached_property
    def _of_tenant(self) -> Mapping[str, set[str]]:
        """The documents of each tenant."""
        paths: dict[str, set[str]] = defaultdict(set)
        for path in self._paths:
            if path.startswith(TENANT_ROOTS) and (tenant := tenant_of(path)):
                paths[tenant].add(path)
        return paths


class _Documents:
    """What documents say, before or after the change, each parsed once."""

    def __init__(self, base: Source, head: Source, changed: Set[str]) -> None:
        self._base, self._head, self._changed = base, head, changed
        self._bytes: dict[frozenset[str], Mapping[str, bytes]] = {}
        self._data: dict[str, tuple[Data, ...]] = {}

    def parse(self, paths: Iterable[str]) -> None:
        new = [path for path in paths if path not in self._data]
        before = self._base.read(new)
        after = self._head.read([path for path in new if path in self._changed])
        for path in new:
            texts = (side[path] for side in (before, after) if path in side)
            self._data[path] = tuple(data for text in texts if (data := parse(path, text).data) is not None)

    def say(self, path: str, says: Callable[[Data], Iterable[str]]) -> set[str]:
        """What a document that was parsed says."""
        return {text for data in self._data[path] for text in says(data)}

    def marks(self, path: str, of: Callable[[Data], Iterable[OverlapKey]]) -> set[OverlapKey]:
        """What a data set that was parsed leaves, or looks for, to tell the same data."""
        return {mark for data in self._data[path] for mark in of(data)}

    def with_any(
        self, among: Iterable[str], texts: Set[str], closer: Callable[[bytes], bool] = bool
    ) -> list[str]:
        """Those of these documents that may hold one of the texts, and stand a closer look at their bytes, parsed."""
        group = frozenset(among)
        if group not in self._bytes:
            self._bytes[group] = self._base.read(list(group))
        wanted = [text.encode(errors="surrogatepass") for text in texts if text]
        found = [
            path
            for path, data in self._bytes[group].items()
            if b"\\" in data or (any(text in data for text in wanted) and closer(data))
        ]
        self.parse(found)
        return found


def _texts(kind: Kind, data: Data) -> Iterator[str]:
    """What a document of a kind names: other documents, and files of this repository."""
    for reference in kind.entry.refers_to:
        yield from _names(reference, data)
    for key in kind.entry.files:
        yield from (value for _, value in values_at(data, key) if isinstance(value, str))


def _names(reference: Reference, data: Data) -> Iterator[str]:
    return (name for _, name in reference.names(data))


def _text_of(mark: OverlapKey) -> str:
    """What all that leaves a mark says somewhere: the bytes, the bucket, or the file."""
    sort, *rest = mark
    return rest[0] if sort == "bytes" else rest[1] if rest[0] else "/".join(rest[1:])


def _by_kind(paths: Iterable[str]) -> Mapping[Kind, list[Identity]]:
    documents: dict[Kind, list[Identity]] = defaultdict(list)
    for path in paths:
        if identity := parse_path(path):
            documents[identity.kind].append(identity)
    return documents


def _has_gathered_parts(path: str) -> bool:
    """True for a document that is judged by others which do not refer to it and to which it does not refer."""
    identity = parse_path(path)
    return identity is not None and bool(identity.kind.entry.state_parts)


def _needs_others(path: str) -> bool:
    """True for a document that is judged together with those that it names."""
    identity = parse_path(path)
    return identity is not None and any(reference.is_needed for reference in identity.kind.entry.refers_to)


def _is_dataset(path: str) -> bool:
    identity = parse_path(path)
    return identity is not None and identity.kind.entry.describes_data
