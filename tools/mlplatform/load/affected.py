"""Find the documents that a change affects: what it touches, what refers to that, and what all of these refer to.

Whatever the check of a document reads must be loaded with it. A reference is found as a name, digest or location in the
text of a document, since YAML without a backslash has no other way to write it; a document with a backslash is parsed.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cached_property

from mlplatform.core.dataset_overlap import OverlapKey, matches, provides
from mlplatform.core.naming import Identity, Kind, parse_path, path_of, tenant_of
from mlplatform.core.source import Source
from mlplatform.load.raw_fields import Data, datasets_of, find_references, script_of, strings_at
from mlplatform.load.strict_yaml import parse

MAX_CHANGED = 1000  # documents: with more, the search takes longer than loading everything
_DATA = "examples/data/"
_TRAINING = "examples/training/"
_HIDDEN = ("tenants/", "models/", "environments/", _DATA)
_SHARED = strings_at("location", "sharedWith")


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

    All deployments of an environment refer to it, and everything refers to platform.yaml.
    """
    documents = [identity for path in changed if (identity := parse_path(path))]
    if len(documents) > MAX_CHANGED or any(
        identity.kind in (Kind.PLATFORM, Kind.ENVIRONMENT) for identity in documents
    ):
        return None
    return _Search(base, head, paths, changed).run()


def is_hidden(path: str) -> bool:
    """True when a path is only loaded if a change affects it; policies, environments and scripts always are."""
    if not path.startswith(_HIDDEN):
        return False
    return not (
        path.count("/") == 2 and path.startswith("environments/") and path.endswith("/environment.yaml")
    )


class _Search:
    """`_about` are the documents whose findings the change may alter, `_read` also the ones that these refer to."""

    def __init__(self, base: Source, head: Source, paths: Set[str], changed: Set[str]) -> None:
        self._paths, self._changed = paths, changed
        self._documents = _Documents(base, head, changed)
        self._about: set[str] = set()
        self._read: set[str] = set()

    def run(self) -> Affected:
        waived = self._waived()
        self._add(self._changed | waived)
        self._add_referrers()
        self._add(self._about)
        self._add_references()
        complete = {path for path in self._about if path.startswith("tenants/")}
        related = self._deployments_of(complete) | self._duplicates(complete)
        loaded = (self._read | related) & self._paths
        partial = {path for path in loaded if path.startswith("tenants/")} - complete
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
        """Add the documents that refer to what changes."""
        changed = _by_kind(self._changed)
        files = {path for path in self._changed if path.startswith((_DATA, _TRAINING))}
        datasets = {path_of(Kind.DATASET, dataset.name) for dataset in changed[Kind.DATASET]}
        for tenant in changed[Kind.TENANT]:
            self._about |= self._of_tenant[tenant.name]
        self._about |= self._naming(self._models, _names(changed[Kind.DATASET]) | files, _datasets_and_script)
        self._about |= self._naming(self._datasets, _names(changed[Kind.TENANT]) | files, _SHARED)
        self._about |= self._duplicates(datasets)
        self._about |= {path_of(Kind.TENANT, str(pin.tenant)) for pin in changed[Kind.DEPLOYMENT]}
        for model in _by_kind(self._about)[Kind.MODEL]:
            pinned = f"/{model.name}.yaml"
            self._about |= {path for path in self._of_tenant[str(model.tenant)] if path.endswith(pinned)}

    def _add_references(self) -> None:
        """Add the documents that the read ones refer to, until there are no new ones."""
        new = self._read
        while new:
            self._documents.parse(path for path in new if path.startswith("models/"))
            references = {other for path in new for other in self._references_of(path)}
            new = references - self._read
            self._read = self._read | new

    def _references_of(self, path: str) -> Iterator[str]:
        identity = parse_path(path)
        if identity and identity.tenant:
            yield path_of(Kind.TENANT, identity.tenant)
        if identity and identity.kind is Kind.DEPLOYMENT:
            yield path_of(Kind.MODEL, str(identity.model))
        if identity and identity.kind is Kind.MODEL:
            names = self._documents.values_of(path, datasets_of)
            yield from (path_of(Kind.DATASET, name) for name in names if name.count("/") == 1)

    def _waived(self) -> set[str]:
        """Return the paths that waivers of either side name; only there it shows whether a waiver is still needed."""
        waivers = [path for path in self._paths if path.startswith("policies/waivers/")]
        self._documents.parse(waivers)
        return {path for waiver in waivers for path in self._documents.values_of(waiver, strings_at("path"))}

    def _deployments_of(self, paths: Iterable[str]) -> set[str]:
        tenants = {
            identity.name for path in paths if (identity := parse_path(path)) and identity.kind is Kind.TENANT
        }
        return {
            path for name in tenants for path in self._of_tenant[name] if path.startswith("environments/")
        }

    def _duplicates(self, paths: Iterable[str]) -> set[str]:
        """Return the data sets that are the same data as one of these."""
        datasets = [path for path in paths if _is_dataset(path)]
        self._documents.parse(datasets)
        keys = {key for path in datasets for key in self._documents.keys_of(path, matches)}

        def may_match(data: bytes) -> bool:
            return any(not keys.isdisjoint(provides(reference)) for reference in find_references(data))

        texts = {_text_of(key) for key in keys}
        candidates = self._documents.with_any(self._datasets, texts, may_match) if texts else []
        return {path for path in candidates if not keys.isdisjoint(self._documents.keys_of(path, provides))}

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

    @cached_property
    def _models(self) -> frozenset[str]:
        return frozenset(path for path in self._paths if path.startswith("models/")) - self._changed

    @cached_property
    def _datasets(self) -> frozenset[str]:
        return frozenset(filter(_is_dataset, self._paths)) - self._changed

    @cached_property
    def _of_tenant(self) -> Mapping[str, set[str]]:
        """Return the paths of the documents of each tenant."""
        by_tenant: dict[str, set[str]] = defaultdict(set)
        for path in self._paths:
            match path.split("/"):
                case ["tenants" | "models", tenant, _, *_] | ["environments", _, tenant, _]:
                    by_tenant[tenant].add(path)
        return by_tenant


class _Documents:
    """The documents before and after the change, each parsed once."""

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

    def values_of(self, path: str, values: Callable[[Data], Iterable[str]]) -> set[str]:
        """Return some values of a parsed document, before and after the change."""
        return {text for data in self._data[path] for text in values(data)}

    def keys_of(self, path: str, keys: Callable[[Data], Iterable[OverlapKey]]) -> set[OverlapKey]:
        """Return the keys that a parsed data set provides or matches."""
        return {key for data in self._data[path] for key in keys(data)}

    def with_any(
        self, paths: Iterable[str], texts: Set[str], is_candidate: Callable[[bytes], bool] = bool
    ) -> list[str]:
        """Parse and return the documents that may contain one of the texts and whose bytes pass `is_candidate`."""
        group = frozenset(paths)
        if group not in self._bytes:
            self._bytes[group] = self._base.read(list(group))
        encoded = [text.encode(errors="surrogatepass") for text in texts if text]
        candidates = [
            path
            for path, data in self._bytes[group].items()
            if b"\\" in data or (any(text in data for text in encoded) and is_candidate(data))
        ]
        self.parse(candidates)
        return candidates


def _datasets_and_script(data: Data) -> Iterable[str]:
    return (*datasets_of(data), *script_of(data))


def _text_of(key: OverlapKey) -> str:
    """Return a text that every document with a key contains: the digest, the bucket, or the path of the file."""
    sort, *rest = key
    return rest[0] if sort == "bytes" else rest[1] if rest[0] else "/".join(rest[1:])


def _names(identities: Iterable[Identity]) -> set[str]:
    return {identity.name for identity in identities}


def _by_kind(paths: Iterable[str]) -> Mapping[Kind, list[Identity]]:
    by_kind: dict[Kind, list[Identity]] = defaultdict(list)
    for path in paths:
        if identity := parse_path(path):
            by_kind[identity.kind].append(identity)
    return by_kind


def _is_dataset(path: str) -> bool:
    return path.startswith("tenants/") and "/datasets/" in path
