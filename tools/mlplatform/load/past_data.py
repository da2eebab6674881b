"""What data sets said of the same data before: who deletes a document does not make its data harmless by it."""

from collections.abc import Iterable, Iterator, Mapping

from mlplatform.core.dataset_overlap import OverlapKey, matches, provides
from mlplatform.core.naming import Kind, parse_path
from mlplatform.load.raw_fields import Data, find_references
from mlplatform.load.strict_yaml import parse
from mlplatform.providers.git import Git, Listing

Change = tuple[str, Data | None, Data]  # the path of a data set, and what it says before and after


def past_data(
    git: Git, rev: str, entries: Listing, changed: Iterable[Change]
) -> Mapping[str, tuple[Data, ...]]:
    """By path of a changed data set, what the first-parent history of a revision said of data that is new to it.

    Each document counts with its last word on that data, with its `name`; those in `entries`, that still say it,
    do not: they are at the base.
    """
    sought = {path: marks for path, before, after in changed if (marks := _new(path, before, after))}
    if not sought:
        return {}
    said = _said_before(git, rev, entries, {mark for marks in sought.values() for mark in marks})
    present = _read(git, {path: entries[path].oid for path in said if path in entries})
    found: dict[str, tuple[Data, ...]] = {}
    for path, marks in sought.items():
        found[path] = tuple(
            data for other in said for data in _last_words(other, said[other], present.get(other), marks)
        )
    return found


def _new(path: str, before: Data | None, after: Data) -> set[OverlapKey]:
    """What to look for: all that is the same data, or was at the same path, without what it was already."""
    return (set(matches(after)) | {("path", path)}) - (set(_marks(path, before)) if before else set())


def _marks(path: str, data: Data) -> Iterator[OverlapKey]:
    yield from matches(data)
    yield "path", path


def _said_before(git: Git, rev: str, entries: Listing, marks: set[OverlapKey]) -> dict[str, list[Data]]:
    """What each data set that may be the same data said in history and no longer says, newest first."""
    versions: dict[str, list[str]] = {}
    for change in git.changes(rev, ["tenants"]):
        identity = parse_path(change.path)
        is_there = change.path in entries and entries[change.path].oid == change.oid
        if change.oid and not is_there and identity and identity.kind is Kind.DATASET:
            versions.setdefault(change.path, []).append(change.oid)
    blobs = git.blobs(sorted({oid for oids in versions.values() for oid in oids}))
    maybe = {oid for oid, text in blobs.items() if _may_leave(text, marks)}
    found: dict[str, list[Data]] = {}
    for path, oids in versions.items():
        wanted = oids if ("path", path) in marks else [oid for oid in oids if oid in maybe]
        if said := [data for oid in wanted if (data := parse(path, blobs[oid]).data) is not None]:
            found[path] = said
    return found


def _may_leave(text: bytes, marks: set[OverlapKey]) -> bool:
    """Whether a document may leave one of the marks: a backslash could hide any."""
    return b"\\" in text or any(not marks.isdisjoint(provides(said)) for said in find_references(text))


def _read(git: Git, oids: Mapping[str, str]) -> dict[str, Data]:
    blobs = git.blobs(sorted(set(oids.values())))
    parsed = {path: parse(path, blobs[oid]).data for path, oid in oids.items()}
    return {path: data for path, data in parsed.items() if data is not None}


def _last_words(
    path: str, versions: Iterable[Data], present: Data | None, marks: set[OverlapKey]
) -> Iterator[Data]:
    """The newest version that leaves a mark, for each mark that what is there now does not leave."""
    identity = parse_path(path)
    open_marks = marks - {("path", path), *provides(present)} if present is not None else set(marks)
    for data in versions:
        left = open_marks & {("path", path), *provides(data)}
        if left:
            open_marks -= left
            yield {**data, "name": identity.name if identity else path}
