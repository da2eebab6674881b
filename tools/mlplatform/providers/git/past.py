"""Files of many commits, in a few processes however many there are."""

import os
from collections.abc import Iterable, Iterator, Mapping

from mlplatform.providers.git.compare import PLAIN, PathEntry
from mlplatform.providers.git.git import Git
from mlplatform.providers.git.partial_clone import fetch_missing, promisor

At = tuple[str, str]  # a commit and a path in it


def files_at(git: Git, places: Iterable[At]) -> Mapping[At, bytes]:
    """The bytes of plain files, each of a path (without line feeds) at a commit; without those that are not there."""
    asked = sorted(set(places))
    folders = sorted({(commit, path.rpartition("/")[0]) for commit, path in asked})
    trees = dict(zip(folders, _trees(git, folders), strict=True))
    entries = {at: trees[at[0], at[1].rpartition("/")[0]].get(at[1].rpartition("/")[2]) for at in asked}
    oids = {at: entry.oid for at, entry in entries.items() if entry and entry.mode in PLAIN}
    blobs = git.blobs(sorted(set(oids.values())))
    return {at: blobs[oid] for at, oid in oids.items()}


def paths_with(git: Git, commit: str, under: str, pattern: str) -> frozenset[str]:
    """The paths below a folder that some commit of the first-parent history wrote with text that matches a pattern.

    The pattern is POSIX's extended regular expression, without a line feed. git compares trees and reads what differs;
    a partial clone fetches all of that before, as git would fetch each file when it comes to it.
    """
    if promisor(git):
        fetch_missing(git, sorted({change.oid for change in git.changes(commit, [under]) if change.oid}))
    out = git.run(
        *("log", "--first-parent", "-m", "--root", "--name-only", "-z", "--no-renames", "--no-ext-diff"),
        *("--no-textconv", "--no-notes", "--format=", "--pickaxe-regex", f"-S{pattern}"),
        *("--end-of-options", commit, "--", under),
    )
    return frozenset(os.fsdecode(path) for path in out.split(b"\0") if path)


def _trees(git: Git, folders: list[At]) -> Iterator[Mapping[str, PathEntry]]:
    """Yield the entries of each folder of a commit, in order; none where there is no such folder."""
    if not folders:
        return
    stdin = "".join(f"{commit}^{{tree}}:{folder}\n" for commit, folder in folders).encode()
    out, at = git.run("cat-file", "--batch", stdin=stdin), 0
    for commit, _ in folders:
        end = out.index(b"\n", at)
        header = out[at:end].rsplit(b" ", 2)
        if len(header) != 3 or not header[2].isdigit():
            yield {}  # missing
            at = end + 1
            continue
        at = end + 1 + int(header[2]) + 1
        yield dict(_entries(out[end + 1 : at - 1], len(commit) // 2)) if header[1] == b"tree" else {}


def _entries(tree: bytes, width: int) -> Iterator[tuple[str, PathEntry]]:
    """The entries of a tree object: mode, space, name, NUL, and the id in `width` bytes."""
    at = 0
    while at < len(tree):
        end = tree.index(b"\0", at)
        mode, _, name = tree[at:end].partition(b" ")
        at = end + 1 + width
        yield name.decode(errors="surrogateescape"), PathEntry(mode.decode(), tree[end + 1 : at].hex())
