"""Bringing a checked-out branch's files along when the branch moves, without losing anybody's work.

Everything is looked at first, and rehearsed on a copy of the index, so that a refusal comes before any write.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mlplatform.core.errors import Refusal
from mlplatform.providers.git.git import Git, GitError

_UNFINISHED = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD")


@dataclass(frozen=True, slots=True)
class Worktree:
    """A working tree of the repository, and the full name of the branch that is checked out there."""

    path: Path
    branch: str | None


def worktrees(git: Git) -> Iterator[Worktree]:
    """Every working tree of the repository, the main one first."""
    for about in git.run("worktree", "list", "--porcelain").decode(errors="surrogateescape").split("\n\n"):
        facts = dict(line.partition(" ")[::2] for line in about.splitlines())
        if "worktree" in facts:
            yield Worktree(Path(facts["worktree"]), facts.get("branch"))


def require_nowhere_checked_out(git: Git, ref: str) -> None:
    """Refusal naming the working tree in which a branch is checked out."""
    for tree in worktrees(git):
        if tree.branch == ref:
            raise _checked_out(ref, tree.path)


def is_checked_out_here(git: Git, ref: str) -> bool:
    """True when this working tree is on the branch; Refusal when another one is."""
    here = False
    for tree in worktrees(git):
        if tree.branch == ref:
            if tree.path.resolve() != git.root.resolve():
                raise _checked_out(ref, tree.path)
            here = True
    return here


def require_replaceable(git: Git, old: str, new: str) -> None:
    """Refusal unless this working tree and index, at `old`, can be brought to the commit or tree `new` without loss.

    Only the paths that differ between the two count. One that already is as in `new`, in the index and in the
    working tree, is no obstacle: an interrupted run may have left it so.
    """
    _require_idle(git)
    touched = [
        path for path in git.run("diff-tree", "-r", "-z", "--name-only", old, new).split(b"\0") if path
    ]
    if dirty := _changed_by_hand(git, new, [os.fsdecode(path) for path in touched]):
        raise Refusal(
            f"{dirty[0]} has changes that are not committed, and would be overwritten",
            fix="commit, stash or move it away first",
        )
    _rehearse(git, old, new)


def replace_files(git: Git, old: str, new: str) -> None:
    """Bring this working tree and index from `old` to `new`; Refusal, and no file written, if work would be lost."""
    with suppress(GitError):  # it fails for each file that has changes, also those that stay as they are
        git.run("update-index", "-q", "--refresh")
    _read_tree(git, old, new)


def _require_idle(git: Git) -> None:
    lock, *unfinished = _git_paths(git, "index.lock", *_UNFINISHED)
    if lock.exists():
        raise Refusal(
            "another git command is at work in this repository, or was killed",
            fix=f"wait for it; if there is none, delete {os.path.relpath(lock, git.root)}",
        )
    if any(path.exists() for path in unfinished):
        raise Refusal("a merge, cherry-pick or revert is not finished here", fix="finish or abort it first")


def _changed_by_hand(git: Git, new: str, paths: Sequence[str]) -> list[str]:
    status = git.run(
        *("status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--ignored=matching"),
        *("--ignore-submodules=all", "--", *paths),
    )
    if not status:
        return []
    entries = {path: (entry.mode, entry.oid) for path, entry in git.tree(new, paths).items()}
    staged = _staged(git, paths)
    changed = [(line[:2], line[3:]) for line in os.fsdecode(status).split("\0") if line]
    return [path for state, path in changed if state[1] != " " or staged.get(path) != entries.get(path)]


def _staged(git: Git, paths: Sequence[str]) -> dict[str, tuple[str, str]]:
    lines = os.fsdecode(git.run("ls-files", "--stage", "-z", "--", *paths)).split("\0")
    entries = [line.split("\t", 1) for line in lines if line]
    return {path: (about.split()[0], about.split()[1]) for about, path in entries}


def _rehearse(git: Git, old: str, new: str) -> None:
    [index] = _git_paths(git, "index")
    with tempfile.TemporaryDirectory(prefix="platform-index-") as folder:
        copy = Path(folder, "index")
        shutil.copyfile(index, copy)
        environment = {"GIT_INDEX_FILE": str(copy)}
        with suppress(GitError):
            git.run("update-index", "-q", "--refresh", env=environment)
        _read_tree(git, "--dry-run", old, new, env=environment)


def _read_tree(git: Git, *args: str, env: Mapping[str, str] | None = None) -> None:
    try:
        git.run("read-tree", "-m", "-u", *args, env=env)
    except GitError as error:
        raise Refusal(
            f"the working tree cannot be brought along: {error}",
            fix="commit, stash or move away what is in the way, and run the command again",
        ) from None


def _git_paths(git: Git, *names: str) -> list[Path]:
    asked = [word for name in names for word in ("--git-path", name)]
    return [git.root / line for line in os.fsdecode(git.run("rev-parse", *asked)).splitlines()]


def _checked_out(ref: str, path: Path) -> Refusal:
    return Refusal(
        f"the branch {ref.removeprefix('refs/heads/')} is checked out in {path}",
        fix="switch that working tree to another branch (`git worktree prune` if it is gone), or run this there",
    )
