"""The commits of a ledger as they lie in git, for those who do not take the ledger at its word."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mlplatform.providers.git import Git
from mlplatform.record.ledger import ENVELOPE, TIMESTAMP, UNSIGNED

_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class LedgerCommit:
    """A commit of a ledger: its parents, the names of its files, and the statement's file, if it has just one.

    `timestamp` is an authority's answer about that file.
    """

    commit: str
    parents: tuple[str, ...]
    names: frozenset[str]
    is_signed: bool
    data: bytes | None
    timestamp: bytes | None


def ledger_commits(git: Git, tip: str, since: str | None = None) -> Iterator[LedgerCommit]:
    """Yield the commits of a ledger, oldest first; only those that `since` does not contain."""
    revs = [tip, *([f"^{since}"] if since else [])]
    output = git.run("log", "--reverse", "--topo-order", "--format=%H %T %P", "--end-of-options", *revs)
    lines = output.decode().splitlines()
    for start in range(0, len(lines), _AT_ONCE):
        commits = [line.split(" ") for line in lines[start : start + _AT_ONCE]]
        trees = git.trees(sorted({tree for _, tree, *_ in commits}))
        files = {tree: _statement_file(entries) for tree, entries in trees.items()}
        stamps = {tree: entries[TIMESTAMP] for tree, entries in trees.items() if TIMESTAMP in entries}
        blobs = git.blobs(sorted({*(found[1] for found in files.values() if found), *stamps.values()}))
        for commit, tree, *parents in commits:
            found = files[tree]
            yield LedgerCommit(
                commit,
                tuple(parent for parent in parents if parent),
                frozenset(trees[tree]),
                found is not None and found[0] == ENVELOPE,
                blobs[found[1]] if found else None,
                blobs[stamps[tree]] if tree in stamps else None,
            )


def _statement_file(entries: Mapping[str, str]) -> tuple[str, str] | None:
    found = [(name, entries[name]) for name in (ENVELOPE, UNSIGNED) if name in entries]
    return found[0] if len(found) == 1 else None
