"""Which documents a change is about: what it touches, what refers to that, and what all of these refer to.

`check` sets the terms: whatever a judge of a document looks at has to be loaded with it. A reference is a name, a
digest or a place among a document's bytes, as YAML without a backslash has no other way to write them; a document
with a backslash is always looked into.
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

MOST = 1000  # documents that change: beyond it, looking for what they concern takes longer than loading everything
_DATA = "examples/data/"
_TRAINING = "examples/training/"
_HIDDEN = ("tenants/", "models/", "environments/", _DATA)
_SHARED = strings_at("location", "sharedWith")


@dataclass(frozen=True, slots=True)
class Affected:
    """The paths that are loaded, and those of them whose neighbours are not all loaded.

    Of a tenant in `partial` not all deployments are there, of a data set not all others with the same data: what
    needs them cannot be asked.
    """

    paths: frozenset[str]
    partial: frozenset[str]


def affected(base: Source, head: Source, paths: Set[str], changed: Set[str]) -> Affected | None:
    """What a change is about, of all paths that are there before or after it; None when that is everything.

    Every environment is referred to by all that is deployed in it, and platform.yaml by everything.
    """
    documents = [identity for path in changed if (identity := parse_path(path))]
    if len(documents) > MOST or any(one.kind in (Kind.PLATFORM, Kind.ENVIRONMENT) for one in documents):
        return None
    return _Search(base, head, paths, changed).found()


def is_hidden(path: str) -> bool:
    """Whether a path is left out unless a change is about it: policies, environments and scripts never are."""
    if not path.startswith(_HIDDEN):
        return False
    return not (
        path.count("/") == 2 and path.startswith("environments/") and path.endswith("/environment.yaml")
    )


class _Search:
    """`about` holds what may be judged otherwise because of the change, `read` also what that refers to."""

    def __init__(self, base: Source, head: Source, paths: Set[str], changed: Set[str]) -> None:
        self._paths, self._changed = paths, changed
        self._documents = _Documents(base, head, changed)
        self._about: set[str] = set()
        self._read: set[str] = set()

    def found(self) -> Affected:
        waived = self._waived()
        self._look(self._changed | waived)
        self._go_back()
        self._look(self._about)
        self._go_forward()
        whole = {path for path in self._about if path.startswith("tenants/")}
        beside = self._deployments_of(whole) | self._twins(whole)
        loaded = (self._read | beside) & self._paths
        partial = {path for path in loaded if path.startswith("tenants/")} - whole
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
        """From what changes to what refers to it."""
        changed = _by_kind(self._changed)
        files = {path for path in self._changed if path.startswith((_DATA, _TRAINING))}
        datasets = {path_of(Kind.DATASET, one.name) for one in changed[Kind.DATASET]}
        for tenant in changed[Kind.TENANT]:
            self._about |= self._of_tenant[tenant.name]
        self._about |= self._that_say(self._models, _names(changed[Kind.DATASET]) | files, _reads)
        self._about |= self._that_say(self._datasets, _names(changed[Kind.TENANT]) | files, _SHARED)
        self._about |= self._twins(datasets)
        self._about |= {path_of(Kind.TENANT, str(one.tenant)) for one in changed[Kind.DEPLOYMENT]}
        for model in _by_kind(self._about)[Kind.MODEL]:
            pinned = f"/{model.name}.yaml"
            self._about |= {path for path in self._of_tenant[str(model.tenant)] if path.endswith(pinned)}

    def _go_forward(self) -> None:
        """From what is read to what it refers to, until nothing is new."""
        new = self._read
        while new:
            self._documents.parse(path for path in new if path.startswith("models/"))
            found = {other for path in new for other in self._referred(path)}
            new = found - self._read
            self._read = self._read | new

    def _referred(self, path: str) -> Iterator[str]:
        identity = parse_path(path)
        if identity and identity.tenant:
            yield path_of(Kind.TENANT, identity.tenant)
        if identity and identity.kind is Kind.DEPLOYMENT:
            yield path_of(Kind.MODEL, str(identity.model))
        if identity and identity.kind is Kind.MODEL:
            names = self._documents.say(path, datasets_of)
            yield from (path_of(Kind.DATASET, name) for name in names if name.count("/") == 1)

    def _waived(self) -> set[str]:
        """What the waivers of either side name: whether one is still needed shows only there."""
        waivers = [path for path in self._paths if path.startswith("policies/waivers/")]
        self._documents.parse(waivers)
        return {path for waiver in waivers for path in self._documents.say(waiver, strings_at("path"))}

    def _deployments_of(self, paths: Iterable[str]) -> set[str]:
        tenants = {
            identity.name for path in paths if (identity := parse_path(path)) and identity.kind is Kind.TENANT
        }
        return {
            path for name in tenants for path in self._of_tenant[name] if path.startswith("environments/")
        }

    def _twins(self, paths: Iterable[str]) -> set[str]:
        """The data sets that are the same data as one of these."""
        datasets = [path for path in paths if _is_dataset(path)]
        self._documents.parse(datasets)
        sought = {mark for path in datasets for mark in self._documents.marks(path, matches)}

        def may_be_one(data: bytes) -> bool:
            return any(not sought.isdisjoint(provides(said)) for said in find_references(data))

        texts = {_text_of(mark) for mark in sought}
        maybe = self._documents.with_any(self._datasets, texts, may_be_one) if texts else []
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

    @cached_property
    def _models(self) -> frozenset[str]:
        return frozenset(path for path in self._paths if path.startswith("models/")) - self._changed

    @cached_property
    def _datasets(self) -> frozenset[str]:
        return frozenset(filter(_is_dataset, self._paths)) - self._changed

    @cached_property
    def _of_tenant(self) -> Mapping[str, set[str]]:
        """The documents of each tenant."""
        found: dict[str, set[str]] = defaultdict(set)
        for path in self._paths:
            match path.split("/"):
                case ["tenants" | "models", tenant, _, *_] | ["environments", _, tenant, _]:
                    found[tenant].add(path)
        return found


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


def _reads(data: Data) -> Iterable[str]:
    return (*datasets_of(data), *script_of(data))


def _text_of(mark: OverlapKey) -> str:
    """What all that leaves a mark says somewhere: the bytes, the bucket, or the file."""
    sort, *rest = mark
    return rest[0] if sort == "bytes" else rest[1] if rest[0] else "/".join(rest[1:])


def _names(identities: Iterable[Identity]) -> set[str]:
    return {identity.name for identity in identities}


def _by_kind(paths: Iterable[str]) -> Mapping[Kind, list[Identity]]:
    found: dict[Kind, list[Identity]] = defaultdict(list)
    for path in paths:
        if identity := parse_path(path):
            found[identity.kind].append(identity)
    return found


def _is_dataset(path: str) -> bool:
    return path.startswith("tenants/") and "/datasets/" in path
