"""Differences between two commits, or a commit and the working tree. Nothing that is read here can run anything.

Only plumbing that prints names, modes and ids: no patch is made, so that neither textconv nor an external diff is
asked, and no rename is looked for. The working tree is compared by what the index last saw of each file (size, times,
inode); where the index was told not to look (assume-unchanged, skip-worktree) the file counts as touched. A file that
git was told not to check out (a sparse checkout) and that is not there is as the index has it.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from mlplatform.core.errors import Refusal
from mlplatform.providers.git.git import Git, GitError
from mlplatform.providers.git.partial_clone import fetch_missing

PLAIN = frozenset({"100644", "100755"})
_NONE = "000000"
_FETCH = "this clone is shallow: `git fetch --unshallow`"
# What a user may have told git to look at less closely.
_LOOK_CLOSELY = (
    "-c",
    "core.checkStat=default",
    "-c",
    "core.trustctime=true",
    "-c",
    "core.untrackedCache=false",
)
_NOT_CHECKED_OUT = (b"S", b"s")  # `ls-files -v`: skip-worktree; small: assume-unchanged as well
_NOT_LOOKED_AT = re.compile(rb"(?:\A|\0)(?!H )(\S) ([^\0]+)")


class PathEntry(NamedTuple):
    """A path of a commit: git's mode, and the id of its content."""

    mode: str
    oid: str


Listing = Mapping[str, PathEntry]


class Difference(NamedTuple):
    """A path before and after; None where there was or is nothing."""

    old: PathEntry | None
    new: PathEntry | None


def listing(git: Git, commit: str) -> dict[str, PathEntry]:
    """Every path of a commit, without the sizes, which take git as long again."""
    records = os.fsdecode(git.run("ls-tree", "-r", "-z", "--full-tree", commit)).split("\0")
    entries: dict[str, PathEntry] = {}
    for record in records[:-1]:
        about, _, path = record.partition("\t")
        mode, _, oid = about.split(" ")
        entries[path] = PathEntry(mode, oid)
    if len(entries) != len(records) - 1:
        raise GitError(f"the commit {commit} has a broken tree, with two entries for one path")
    return entries


def differences(git: Git, old: str, new: str) -> dict[str, Difference]:
    """The paths that differ between two commits."""
    by_path: dict[str, Difference] = {}
    for path, difference in _raw(
        git.run("diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", old, new)
    ):
        if path in by_path:
            raise GitError(f"the commit {new} has a broken tree, with two entries for one path")
        by_path[path] = difference
    return by_path


class Touched(NamedTuple):
    """Where the working tree may differ from a commit.

    `paths` may differ; git tracks or would add the `existing` of them, the others were in the commit and no longer
    count, even where a file still lies there. `unseen` are not checked out and differ: they are as the index has them.
    """

    paths: set[str]
    existing: set[str]
    unseen: Listing


def touched(git: Git, commit: str) -> Touched:
    """The paths in which the working tree may differ from a commit."""
    output = git.run(
        *(*_LOOK_CLOSELY, "diff-index", "-r", "-z", "--raw", "--no-renames", "--no-abbrev"),
        *("--ignore-submodules=dirty", commit, "--"),
    )
    differing = dict(_raw(output))
    others = _paths(git.run(*_LOOK_CLOSELY, "ls-files", "-z", "--others", "--exclude-standard"))
    index = git.run("ls-files", "-z", "--cached", "-v")
    tags = {os.fsdecode(path): tag for tag, path in _NOT_LOOKED_AT.findall(index)}
    absent = {path for path, tag in tags.items() if tag in _NOT_CHECKED_OUT and not _lies_there(git, path)}
    unseen = {path: new for path in absent & differing.keys() if (new := differing[path].new)}
    maybe = (differing.keys() | others | tags.keys()) - absent
    tracked = {line[2:] for line in index.split(b"\0")}
    return Touched(maybe, others | {path for path in maybe if os.fsencode(path) in tracked}, unseen)


def not_checked_out(git: Git) -> Listing:
    """What git was told not to check out (a sparse checkout) and is not there, as the index has it."""
    index = git.run("ls-files", "-z", "--cached", "-v")
    tags = {os.fsdecode(path): tag for tag, path in _NOT_LOOKED_AT.findall(index)}
    absent = {path for path, tag in tags.items() if tag in _NOT_CHECKED_OUT and not _lies_there(git, path)}
    if not absent:
        return {}
    records = os.fsdecode(git.run("ls-files", "-z", "--cached", "--stage")).split("\0")[:-1]
    staged = {path: about.split(" ") for about, _, path in (record.partition("\t") for record in records)}
    return {path: PathEntry(staged[path][0], staged[path][1]) for path in absent}


def _lies_there(git: Git, path: str) -> bool:
    return os.path.lexists(f"{git.root}/{path}")


def merge_base(git: Git, base: str, head: str) -> str:
    """Where two commits parted: `base` itself when the head goes on from it.

    Refusal when they never met, or met more than once: git's merge would then make something that no single one
    of these places explains, and which of them is the first is for whoever dated the commits to say.
    """
    try:
        bases = git.run("merge-base", "--all", base, head).decode().split()
    except GitError:
        raise Refusal(
            f"the commits {base[:12]} and {head[:12]} have no commit in common in this clone",
            fix=f"{_FETCH if git.is_shallow() else 'fetch the whole history'}, or rebase onto the base",
        ) from None
    if len(bases) > 1:
        raise Refusal(
            f"the commits {base[:12]} and {head[:12]} parted at {len(bases)} places "
            f"({', '.join(sorted(commit[:12] for commit in bases))}): what a merge would make of them is not clear",
            fix="rebase onto the base, or merge the base into the head, and check again",
        )
    return bases[0]


def is_ancestor(git: Git, commit: str, of: str) -> bool:
    """True when a commit is in the history of another, or is that one; GitError when either is not there."""
    missing = git.run("rev-list", "--max-count=1", commit, f"^{of}", "--")
    return not missing.strip()


def sizes(git: Git, oids: Sequence[str]) -> Mapping[str, int]:
    """The size in bytes of blobs by id; those that are not there are left out."""
    fetch_missing(git, oids)
    request = "".join(f"{oid}\n" for oid in oids).encode()
    out = git.run(
        "cat-file", "--buffer", "--batch-check=%(objectname) %(objecttype) %(objectsize)", stdin=request
    )
    answers = (line.split(" ") for line in out.decode().splitlines())
    return {words[0]: int(words[2]) for words in answers if len(words) == 3 and words[1] == "blob"}


def _raw(out: bytes) -> Iterator[tuple[str, Difference]]:
    """`:mode mode id id status`, then the path, for each path."""
    tokens = iter(out.split(b"\0"))
    for token in tokens:
        if token:
            old_mode, new_mode, old, new, _ = token.decode().removeprefix(":").split(" ")
            yield os.fsdecode(next(tokens)), Difference(_entry(old_mode, old), _entry(new_mode, new))


def _entry(mode: str, oid: str) -> PathEntry | None:
    return None if mode == _NONE else PathEntry(mode, oid)


def _paths(out: bytes) -> set[str]:
    return {os.fsdecode(path).rstrip("/") for path in out.split(b"\0") if path}
