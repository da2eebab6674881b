"""What a merge makes of two commits, computed as git objects: no file and no index is touched."""

import os
import re
from collections.abc import Container
from dataclasses import dataclass

from mlplatform.core.errors import Refusal
from mlplatform.providers.git.compare import differences, merge_base
from mlplatform.providers.git.git import Git, GitError
from mlplatform.providers.git.merged_documents import is_union_of_keys

_MERGED = re.compile(r"Merge (?:remote-tracking )?branch '(.+)'")


@dataclass(frozen=True, slots=True)
class Merge:
    """The tree of a merge, and the paths where git could not merge the two sides; those hold both, with markers."""

    tree: str
    conflicts: tuple[str, ...]


def merge_sides(git: Git, base: str, head: str) -> Merge:
    """Merge two commits and say where they conflict; GitError when git cannot say, or is older than 2.38."""
    process = git.start("merge-tree", "--write-tree", "--no-messages", "--name-only", "-z", base, head)
    output, message = process.communicate()
    if process.returncode not in (0, 1):
        last = message.decode(errors="replace").strip().split("\n")[-1]
        raise GitError(
            f"git merge-tree, of git 2.38 or newer, cannot merge {head[:12]} into {base[:12]}: {last}"
        )
    tree, *conflicts = (part for part in os.fsdecode(output).split("\0") if part)
    return Merge(tree.strip(), tuple(conflicts))


def merged_tree(git: Git, base: str, head: str) -> str:
    """Return the tree of the merge of two commits; Refusal where they conflict, or git is older than 2.38."""
    try:
        output = git.run("merge-tree", "--write-tree", "--no-messages", base, head)
    except GitError as why:
        raise Refusal(
            f"{head[:12]} cannot be merged into {base[:12]}: {why}",
            fix="rebase it, or merge the base into it, and have it reviewed again",
        ) from None
    return output.decode().split("\n", 1)[0].strip()


def require_merge_as_reviewed(git: Git, base: str, head: str, tree: str) -> None:
    """Refusal when a merge would write a file that neither side has: nobody has reviewed that one.

    A document is an exception whose keys each come from the one side that changed them: the sides were reviewed, and
    the rules judge the document that the merge writes.
    """
    fork = merge_base(git, base, head)
    reviewed = {path: new for path, (_, new) in differences(git, fork, head).items()}
    for path, (_, new) in differences(git, base, tree).items():
        if path in reviewed and reviewed[path] == new:
            continue
        if path not in reviewed or new is None or not is_union_of_keys(git, path, fork, (base, head), new):
            raise Refusal(
                "the base and the branch both changed this file, and nobody has reviewed what becomes of it",
                where=path,
                fix="rebase the branch, or merge the base into it, and have it reviewed again",
            )


def is_merge(git: Git, commit: str) -> bool:
    """True for a commit of two parents."""
    return len(_parents(git, commit)) == 2


def head_before_update(git: Git, commit: str, on_main: Container[str]) -> str | None:
    """Return the head that a merge of a commit of main was made on, where it left the branch's own change as it was.

    Its files have to be exactly what git makes of the two without a conflict, and each a file that one side has. None
    for any other commit. Who made the merge does not matter: nothing in it is theirs.
    """
    parents = _parents(git, commit)
    if len(parents) != 2 or parents[1] not in on_main:
        return None
    head, base = parents
    tree = git.run("rev-parse", f"{commit}^{{tree}}").decode().strip()
    try:
        if merged_tree(git, head, base) != tree:
            return None
        require_merge_as_reviewed(git, base, head, tree)
    except Refusal:
        return None
    return head


def require_commit_as_reviewed(git: Git, commit: str, head: str, name: str) -> None:
    """Refusal when a commit of main is not exactly what a merge makes of its first parent and a reviewed head."""
    base, tree = (git.run("rev-parse", f"{commit}{of}").decode().strip() for of in ("^1", "^{tree}"))
    if merged_tree(git, base, head) != tree:
        raise Refusal(
            f"the merge {commit[:12]} contains something else than {name}, which was reviewed",
            fix="revert it, and find out who merged it",
        )
    require_merge_as_reviewed(git, base, head, tree)


def merge_candidate(git: Git, tree: str, base: str, head: str) -> str:
    """Return a commit of a merge that no ref names: for looking at what it would be, and for nothing else."""
    always_the_same = {"NAME": "mlplatform", "EMAIL": "mlplatform", "DATE": "2000-01-01T00:00:00Z"}
    nobody = {
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in always_the_same.items()
    }
    message = b"What a merge would be\n"
    return git.run("commit-tree", tree, "-p", base, "-p", head, stdin=message, env=nobody).decode().strip()


def merged_branch(git: Git, commit: str) -> str | None:
    """Return the branch that a merge commit says it merged; it may say anything."""
    match = _MERGED.match(title_of(git, commit))
    return match[1] if match else None


def title_of(git: Git, commit: str) -> str:
    """Return the first line of a commit's message, whatever bytes it is of."""
    title = git.run("log", "--max-count=1", "--format=%s", "--encoding=UTF-8", commit)
    return title.decode(errors="replace").strip()


def _parents(git: Git, commit: str) -> list[str]:
    return git.run("rev-list", "--parents", "--max-count=1", commit).decode().split()[1:]
