"""Find what earlier documents said about the same data: deleting a document does not make its data less sensitive."""

from collections.abc import Iterable, Iterator, Mapping

from mlplatform.core.dataset_overlap import OverlapKey, matches, provides
from mlplatform.core.naming import Kind, parse_path
from mlplatform.load.raw_fields import Data, find_references
from mlplatform.providers.git import Git, Listing
from mlplatform.strict_yaml.parser import parse

Change = tuple[str, Data | None, Data]  # the path of a data set, and its document before and after


def past_data(
    git: Git, rev: str, entries: Listing, changed: Iterable[Change]
) -> Mapping[str, tuple[Data, ...]]:
    """Return, by path of a changed data set, the documents in history that were about data that is new to it.

    Of each document in the first-parent history of `rev`, the last version about that data is returned, with its
    `name`. Documents in `entries` that still are about that data are left out: they belong to the base.
    """
    new_keys = {path: keys for path, before, after in changed if (keys := _new_keys(path, before, after))}
    if not new_keys:
        return {}
    versions = _earlier_versions(git, rev, entries, {key for keys in new_keys.values() for key in keys})
    present = _read(git, {path: entries[path].oid for path in versions if path in entries})
    past: dict[str, tuple[Data, ...]] = {}
    for path, keys in new_keys.items():
        past[path] = tuple(
            data
            for other in versions
            for data in _last_versions(other, versions[other], present.get(other), keys)
        )
    return past


def _new_keys(path: str, before: Data | None, after: Data) -> set[OverlapKey]:
    """Return the keys of data that the document is newly about: the same data, or anything at the same path."""
    return (set(matches(after)) | {("path", path)}) - (set(_keys(path, before)) if before else set())


def _keys(path: str, data: Data) -> Iterator[OverlapKey]:
    yield from matches(data)
    yield "path", path


def _earlier_versions(git: Git, rev: str, entries: Listing, keys: set[OverlapKey]) -> dict[str, list[Data]]:
    """Return the earlier versions of each data set that may be the same data, newest first."""
    versions: dict[str, list[str]] = {}
    for change in git.changes(rev, [Kind.DATASET.entry.root]):
        identity = parse_path(change.path)
        is_present = change.path in entries and entries[change.path].oid == change.oid
        if change.oid and not is_present and identity and identity.kind.entry.describes_data:
            versions.setdefault(change.path, []).append(change.oid)
    blobs = git.blobs(sorted({oid for oids in versions.values() for oid in oids}))
    candidates = {oid for oid, text in blobs.items() if _may_provide(text, keys)}
    documents: dict[str, list[Data]] = {}
    for path, oids in versions.items():
        relevant = oids if ("path", path) in keys else [oid for oid in oids if oid in candidates]
        if parsed := [data for oid in relevant if (data := parse(path, blobs[oid]).data) is not None]:
            documents[path] = parsed
    return documents


def _may_provide(text: bytes, keys: set[OverlapKey]) -> bool:
    """True when a document may provide one of the keys; a backslash in the text could hide any."""
    return b"\\" in text or any(not keys.isdisjoint(provides(each)) for each in find_references(text))


def _read(git: Git, oids: Mapping[str, str]) -> dict[str, Data]:
    blobs = git.blobs(sorted(set(oids.values())))
    parsed = {path: parse(path, blobs[oid]).data for path, oid in oids.items()}
    return {path: data for path, data in parsed.items() if data is not None}


def _last_versions(
    path: str, versions: Iterable[Data], present: Data | None, keys: set[OverlapKey]
) -> Iterator[Data]:
    """Yield the newest version that provides a key, for each key that the present document does not provide."""
    identity = parse_path(path)
    missing = keys - {("path", path), *provides(present)} if present is not None else set(keys)
    for data in versions:
        provided = missing & {("path", path), *provides(data)}
        if provided:
            missing -= provided
            yield {**data, "name": identity.name if identity else path}
