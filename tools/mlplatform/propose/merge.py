"""`--apply-locally`: merging a proposal into the local base branch, by plumbing.

What a failure at each step leaves:
1. Everything is looked at, and the update of the files rehearsed, before anything is written. The merge commit that
   is written next is unreachable until step 4.
2. git locks the base branch and compares it with what the proposal was built on. A race is lost here, before any
   file is touched.
3. If the branch is checked out, index and files are brought along, only where they are as the old tip has them. git
   checks all of them before it writes the first.
4. The branch moves. A process that dies between 3 and 4 leaves the proposal staged and the branch where it was:
   `git status` shows it, the branch never points at a tree that the files do not have, and running it again is
   allowed to finish. Interrupts wait until 4 is over.
"""

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from mlplatform.core.errors import Refusal
from mlplatform.propose.proposal import Proposal
from mlplatform.providers.git import Git
from mlplatform.providers.git.compare import is_ancestor
from mlplatform.providers.git.merge import title_of
from mlplatform.providers.git.refs import RefUpdate, branch_ref, held_refs, require_not_symbolic, tip_of
from mlplatform.providers.git.worktree import is_checked_out_here, replace_files, require_replaceable
from mlplatform.providers.git.write import require_identity, tree_of, write_commit, write_tree


def require_mergeable(git: Git, proposal: Proposal, base_branch: str = "main") -> None:
    """Refusal where a local merge of the proposal would be refused: to be asked before there is a branch."""
    require_identity(git)
    base_ref = branch_ref(git, base_branch)
    require_not_symbolic(git, base_ref)
    if _tip(git, base_branch) != proposal.base:
        raise Refusal(f"{base_branch} has moved meanwhile", fix="run the command again")
    tree = write_tree(git, proposal.base, proposal.files)
    if is_checked_out_here(git, base_ref):
        require_replaceable(git, proposal.base, tree)


def merge_locally(git: Git, branch: str, base_branch: str = "main") -> str:
    """The merge commit (--no-ff) of a branch into the base branch, which is at it afterwards.

    Refusal, with nothing changed, when the base has moved since the branch was made, when the base is checked out in
    another working tree, or when files that the merge changes have changes of their own here.
    """
    require_identity(git)
    base_ref = branch_ref(git, base_branch)
    require_not_symbolic(git, base_ref)
    old, tip = _tip(git, base_branch), _tip(git, branch)
    _require_based_on(git, branch, tip, base_branch, old)
    if is_checked_out_here(git, base_ref):
        require_replaceable(git, old, tip)
    merge = write_commit(git, tree_of(git, tip), [old, tip], merge_message(git, branch, tip))
    move_branch(git, base_ref, old, merge)
    return merge


def move_branch(git: Git, ref: str, old: str, new: str, also: Sequence[RefUpdate] = ()) -> None:
    """Move a branch, by its full name, with the files where it is checked out, and other refs together with it.

    RefMoved, with nothing changed, when one of them is not where it is expected; Refusal when files that differ have
    changes of their own here.
    """
    here = is_checked_out_here(git, ref)
    if here:
        require_replaceable(git, old, new)
    with _interrupts_wait(), held_refs(git, [RefUpdate(ref, old, new), *also]):
        if is_checked_out_here(git, ref) != here:
            raise Refusal("another branch was checked out meanwhile", fix="run the command again")
        if here:
            replace_files(git, old, new)


def _tip(git: Git, branch: str) -> str:
    tip = tip_of(git, branch_ref(git, branch))
    if tip is None:
        raise Refusal(f"there is no branch {branch} in this clone", fix="name one that `git branch` lists")
    return tip


def _require_based_on(git: Git, branch: str, tip: str, base_branch: str, base: str) -> None:
    if is_ancestor(git, tip, base):
        raise Refusal(f"{base_branch} contains {branch} already", fix="nothing to merge")
    if not is_ancestor(git, base, tip):
        raise Refusal(
            f"{base_branch} has moved since {branch} was made",
            fix=f"delete it with `git branch -D {branch}` and propose the change again",
        )


def merge_message(git: Git, branch: str, tip: str) -> str:
    """Return what the merge commit of a branch says."""
    return f"Merge branch '{branch}'\n\n{title_of(git, tip)}\n"


@contextmanager
def _interrupts_wait() -> Iterator[None]:
    """Ctrl-C and SIGTERM take effect after the body; the git commands that it starts inherit that."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
