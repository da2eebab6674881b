"""What a merge makes of two commits, computed as git objects: no file and no index is touched."""

import re

from mlplatform.core.errors import Refusal
from mlplatform.providers.git.compare import differences, merge_base
from mlplatform.providers.git.git import Git, GitError

_MERGED = re.compile(r"Merge (?:remote-tracking )?branch '(.+)'")


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
    """Refusal when a merge would write a file that neither side has: nobody has reviewed that one."""
    fork = merge_base(git, base, head)
    reviewed = {path: new for path, (_, new) in differences(git, fork, head).items()}
    for path, (_, new) in differences(git, base, tree).items():
        if path not in reviewed or reviewed[path] != new:
            raise Refusal(
                "the base and the branch both changed this file, and nobody has reviewed what becomes of it",
                where=path,
                fix="rebase the branch, or merge the base into it, and have it reviewed again",
            )


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
