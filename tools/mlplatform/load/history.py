"""Read from the history of the base branch what each environment pinned, commit by commit."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import accumulate, groupby, takewhile
from typing import Any

from mlplatform.core.errors import Refusal
from mlplatform.core.history import History, Pin
from mlplatform.core.naming import Kind, parse_path
from mlplatform.core.payload import DIGEST
from mlplatform.providers.git import Git, PathChange
from mlplatform.providers.git.past import At, files_at
from mlplatform.providers.git.refs import tip_of
from mlplatform.strict_yaml.parser import parse

_DIGEST = re.compile(DIGEST)
_ALL = (Kind.DEPLOYMENT.entry.root,)
_MOST_PATHS = 500  # with more, the command line could be too long, and git is no faster than without paths
_READ_AT_ONCE = 100
_VersionAndDigest = tuple[str, str] | None  # None where there is no readable pin


def history(git: Git, rev: str, paths: Sequence[str] | None = None) -> History:
    """Return every pin in the first-parent history of a revision, newest first, each with the commit that made it.

    With `paths` of deployments, only the pins of these.
    """
    commit = git.resolve(rev)
    changes = [change for change in changes_of(git, commit, paths) if is_deployment(change.path)]
    blobs = git.blobs(sorted({change.oid for change in changes if change.oid}))
    pinned = {oid: _pinned_by(data) for oid, data in blobs.items()}
    by_path: dict[str, list[tuple[int, PathChange]]] = {}
    for aged in enumerate(changes):
        by_path.setdefault(aged[1].path, []).append(aged)
    landed = _landed_by(git, commit, changes)
    pins = {_key(path): tuple(_pins(path, of_path, pinned, landed)) for path, of_path in by_path.items()}
    return History(
        commit, {key: of_key for key, of_key in pins.items() if of_key}, complete=not git.is_shallow()
    )


def pinned_since(git: Git, rev: str, path: str, version: str, digest: str) -> str | None:
    """Return the commit since which a revision has pinned a version without a break; None when it does not pin it.

    Documents are read only as far back as that.
    """
    since, changes = None, list(git.changes(rev, [path]))
    for start in range(0, len(changes), _READ_AT_ONCE):
        some = changes[start : start + _READ_AT_ONCE]
        blobs = git.blobs(sorted({change.oid for change in some if change.oid}))
        for change in some:
            if change.oid is None or _pinned_by(blobs[change.oid]) != (version, digest):
                return since
            since = change.commit
    return since


def documents_at(git: Git, places: Iterable[At]) -> Mapping[At, Mapping[str, Any]]:
    """Return documents as they were, by commit and path; missing or unreadable ones are left out."""
    parsed = {at: parse(at[1], data).data for at, data in files_at(git, places).items()}
    return {at: data for at, data in parsed.items() if data is not None}


def document_at(git: Git, commit: str, path: str) -> Mapping[str, Any] | None:
    """Return a document as it was at a commit; None when it did not exist or cannot be read."""
    return documents_at(git, [(commit, path)]).get((commit, path))


def merged_at(git: Git, rev: str, paths: Iterable[str]) -> Mapping[str, datetime]:
    """Return when the present content of each path was merged into a revision, by the committers' clocks."""
    requested = set(paths)
    if not requested:
        return {}
    newest: dict[str, datetime] = {}
    for change in changes_of(git, rev, sorted(requested)):
        if change.path in requested:
            newest.setdefault(change.path, datetime.fromtimestamp(change.time, UTC))
    return newest


def began_at(git: Git, rev: str) -> datetime | None:
    """Return when the first-parent history of a revision began; None where there is none, or this clone lacks it."""
    if git.is_shallow() or tip_of(git, rev) is None:
        return None
    *_, (_, clock) = _clocks(git, rev)
    return datetime.fromtimestamp(clock, UTC)


def landed_commits(git: Git, rev: str, commits: Iterable[str]) -> frozenset[str]:
    """Return those of these commits that are in the first-parent history of a revision."""
    requested = frozenset(commits)
    if not requested:
        return frozenset()
    return requested.intersection(git.run("rev-list", "--first-parent", rev).decode().split())


def rewritten(git: Git, rev: str, paths: Iterable[str]) -> frozenset[str]:
    """Return the paths that more than one commit of the first-parent history wrote."""
    requested = sorted(set(paths))
    if not requested:
        return frozenset()
    written = Counter(change.path for change in changes_of(git, rev, requested))
    return frozenset(path for path in requested if written[path] > 1)


def tip_at(git: Git, rev: str, at: datetime, now: datetime) -> str:
    """Return the newest commit of the first-parent history that had landed at a time; Refusal when there is none.

    The committers' clocks count. A commit never landed before its parent, so that a later commit cannot rewrite the
    past. A commit whose clock is ahead of `now` landed no later than the next one; nothing more is known.
    """
    moment, present = at.timestamp(), now.timestamp()
    oldest_first = reversed(_clocks(git, git.resolve(rev)))
    plausible = ((commit, clock) for commit, clock in oldest_first if clock <= present)
    landed = [commit for commit, _ in takewhile(lambda commit: commit[1] <= moment, plausible)]
    if not landed:
        raise Refusal(
            f"{rev} has no commit of {at.isoformat()} or before",
            fix="name a later time" + (", or `git fetch --unshallow`" if git.is_shallow() else ""),
        )
    return landed[-1]


def _clocks(git: Git, *revs: str) -> list[tuple[str, int]]:
    """Return the commits of a first-parent history with their committers' clocks, newest first."""
    lines = git.run("log", "--first-parent", "--format=%H %ct", *revs).decode().splitlines()
    return [(commit, int(time)) for commit, _, time in (line.partition(" ") for line in lines)]


def _landed_by(git: Git, rev: str, changes: Sequence[PathChange]) -> Mapping[str, int]:
    """Return the time by which each commit had landed: the earliest of its own clock and those of its descendants.

    With its own clock alone, a clock that was ahead would make a pin that ended long ago look recent.
    """
    if not changes:
        return {}
    clocks = _clocks(git, rev, f"^{changes[-1].commit}^@")
    earliest = accumulate((time for _, time in clocks), min)
    return {commit: time for (commit, _), time in zip(clocks, earliest, strict=True)}


def changes_of(git: Git, rev: str, paths: Sequence[str] | None) -> Iterable[PathChange]:
    if paths is None or len(paths) <= _MOST_PATHS:
        return git.changes(rev, _ALL if paths is None else paths) if paths or paths is None else ()
    some = frozenset(paths)
    folders = sorted({path.split("/", 1)[0] for path in paths})
    return (change for change in git.changes(rev, folders) if change.path in some)


def is_deployment(path: str) -> bool:
    identity = parse_path(path)
    return identity is not None and identity.kind.entry.pins


def _key(path: str) -> tuple[str, str]:
    identity = parse_path(path)
    return (str(identity.environment), str(identity.model)) if identity else ("", "")


def _pinned_by(data: bytes) -> _VersionAndDigest:
    values = parse("", data).data or {}
    match [values.get(key) for key in ("schema", "version", "digest")]:
        case [str(schema), str(version), str(digest)]:
            is_pin = schema.startswith("deployment/") and _DIGEST.fullmatch(digest)
            return (version, digest) if is_pin else None
        case _:
            return None


def _pins(
    path: str,
    changes: Iterable[tuple[int, PathChange]],
    pinned: Mapping[str, _VersionAndDigest],
    landed: Mapping[str, int],
) -> Iterator[Pin]:
    """Yield one pin for each run of commits that pinned the same, with the oldest commit of the run."""
    until: int | None = None
    removed = False
    for version_and_digest, run in groupby(changes, key=lambda aged: pinned.get(aged[1].oid or "")):
        *_, (age, oldest) = run
        if version_and_digest:
            yield Pin(*_key(path), *version_and_digest, oldest.commit, age, until, removed)
        until, removed = landed[oldest.commit], oldest.oid is None
