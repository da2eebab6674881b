"""What each environment pinned, commit by commit: read from git, never from what a document says of itself."""

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
from mlplatform.load.strict_yaml import parse
from mlplatform.providers.git import Git, PathChange
from mlplatform.providers.git.past import At, files_at

_DIGEST = re.compile(DIGEST)
_ALL = ("environments/",)
_MOST_PATHS = 500  # beyond it a command line could be too long, and git no faster than without paths
_Said = tuple[str, str] | None  # version and digest; None where there is no readable pin


def history(git: Git, rev: str, paths: Sequence[str] | None = None) -> History:
    """Every pin in the first-parent history of a revision, newest first, each with the commit that brought it.

    With paths of deployments, only theirs.
    """
    commit = git.resolve(rev)
    changes = [change for change in _changes(git, commit, paths) if _is_deployment(change.path)]
    blobs = git.blobs(sorted({change.oid for change in changes if change.oid}))
    said = {oid: _said(data) for oid, data in blobs.items()}
    by_path: dict[str, list[tuple[int, PathChange]]] = {}
    for aged in enumerate(changes):
        by_path.setdefault(aged[1].path, []).append(aged)
    ended = _ended(git, commit, changes)
    pins = {_key(path): tuple(_pins(path, of_path, said, ended)) for path, of_path in by_path.items()}
    return History(
        commit, {key: found for key, found in pins.items() if found}, complete=not git.is_shallow()
    )


def holds_since(known: History, environment: str, model: str, version: str, digest: str) -> Pin | None:
    """The pin that a deployment as it stands at the history's commit holds since; None when it is not committed."""
    newest = next(iter(known.of(environment, model)), None)
    return newest if newest and (newest.version, newest.digest) == (version, digest) else None


def documents_at(git: Git, wanted: Iterable[At]) -> Mapping[At, Mapping[str, Any]]:
    """What documents said at commits, by commit and path; without those that were not there or cannot be read."""
    found = {at: parse(at[1], data).data for at, data in files_at(git, wanted).items()}
    return {at: data for at, data in found.items() if data is not None}


def document_at(git: Git, commit: str, path: str) -> Mapping[str, Any] | None:
    """What a document said at a commit; None when it was not there or cannot be read."""
    return documents_at(git, [(commit, path)]).get((commit, path))


def merged_at(git: Git, rev: str, paths: Iterable[str]) -> Mapping[str, datetime]:
    """When each path came to the first-parent history of a revision as it is there: by the committers' clocks."""
    wanted = set(paths)
    if not wanted:
        return {}
    newest: dict[str, datetime] = {}
    for change in _changes(git, rev, sorted(wanted)):
        if change.path in wanted:
            newest.setdefault(change.path, datetime.fromtimestamp(change.time, UTC))
    return newest


def rewritten(git: Git, rev: str, paths: Iterable[str]) -> frozenset[str]:
    """Those of the paths that more than one commit of the first-parent history wrote."""
    wanted = sorted(set(paths))
    if not wanted:
        return frozenset()
    written = Counter(change.path for change in _changes(git, rev, wanted))
    return frozenset(path for path in wanted if written[path] > 1)


def tip_at(git: Git, rev: str, at: datetime, now: datetime) -> str:
    """The newest commit of the first-parent history that had landed by a moment; Refusal when there is none.

    By the committers' clocks, but no commit landed before what it stands on, so that what comes later rewrites no
    past; of one whose clock is ahead of `now` it is only known that it landed no later than the next.
    """
    moment, present = at.timestamp(), now.timestamp()
    plausible = [known for known in reversed(_clocks(git, git.resolve(rev))) if known[1] <= present]
    landed = [commit for commit, _ in takewhile(lambda known: known[1] <= moment, plausible)]
    if not landed:
        raise Refusal(
            f"{rev} has no commit of {at.isoformat()} or before",
            fix="ask for a later time, or `git fetch --unshallow`",
        )
    return landed[-1]


def _clocks(git: Git, *revs: str) -> list[tuple[str, int]]:
    """The commits of a first-parent history with their committers' clocks, newest first."""
    lines = git.run("log", "--first-parent", "--format=%H %ct", *revs).decode().splitlines()
    return [(commit, int(time)) for commit, _, time in (line.partition(" ") for line in lines)]


def _ended(git: Git, rev: str, changes: Sequence[PathChange]) -> Mapping[str, int]:
    """By when each commit had landed, by its own clock and those of the commits that stand on it.

    A clock set ahead would make what ended long ago look as if it had run lately.
    """
    if not changes:
        return {}
    clocks = _clocks(git, rev, f"^{changes[-1].commit}^@")
    earliest = accumulate((time for _, time in clocks), min)
    return {commit: time for (commit, _), time in zip(clocks, earliest, strict=True)}


def _changes(git: Git, rev: str, paths: Sequence[str] | None) -> Iterable[PathChange]:
    if paths is None or len(paths) <= _MOST_PATHS:
        return git.changes(rev, _ALL if paths is None else paths) if paths or paths is None else ()
    some = frozenset(paths)
    folders = sorted({path.split("/", 1)[0] for path in paths})
    return (change for change in git.changes(rev, folders) if change.path in some)


def _is_deployment(path: str) -> bool:
    identity = parse_path(path)
    return identity is not None and identity.kind is Kind.DEPLOYMENT


def _key(path: str) -> tuple[str, str]:
    environment, _, model = path.removeprefix("environments/").removesuffix(".yaml").partition("/")
    return environment, model


def _said(data: bytes) -> _Said:
    values = parse("", data).data or {}
    said = [values.get(key) for key in ("schema", "version", "digest")]
    match said:
        case [str(schema), str(version), str(digest)]:
            is_pin = schema.startswith("deployment/") and _DIGEST.fullmatch(digest)
            return (version, digest) if is_pin else None
        case _:
            return None


def _pins(
    path: str,
    changes: Iterable[tuple[int, PathChange]],
    said: Mapping[str, _Said],
    ended: Mapping[str, int],
) -> Iterator[Pin]:
    """One pin for each stretch of commits that said the same, with the oldest commit of the stretch."""
    until: int | None = None
    for pinned, stretch in groupby(changes, key=lambda aged: said.get(aged[1].oid or "")):
        *_, (age, brought) = stretch
        if pinned:
            yield Pin(*_key(path), *pinned, brought.commit, age, until)
        until = ended[brought.commit]
