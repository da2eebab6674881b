"""Putting a proposal on its branch, and taking the branch away once it is merged."""

from dataclasses import dataclass

from mlplatform.core.errors import Refusal
from mlplatform.propose.proposal import Proposal
from mlplatform.providers.git import Git
from mlplatform.providers.git.compare import is_ancestor
from mlplatform.providers.git.refs import ABSENT, RefMoved, branch_ref, delete_ref, tip_of
from mlplatform.providers.git.worktree import require_nowhere_checked_out
from mlplatform.providers.git.write import commit_files, require_identity, tree_of, write_tree


@dataclass(frozen=True, slots=True)
class Proposed:
    """A branch whose tip is the proposal's one commit; `reused` when it was there already.

    `keeps_message`: the one that was there gives other reasons than the proposal.
    """

    branch: str
    commit: str
    reused: bool
    keeps_message: bool = False


def commit_proposal(git: Git, proposal: Proposal) -> Proposed:
    """The proposal as one commit on a branch of its own; working tree, index and HEAD stay as they are.

    A branch of that name is reused when it proposes the same, replaced when it is merged already, else refused.
    """
    require_identity(git)
    ref = branch_ref(git, proposal.branch)
    tip = tip_of(git, ref)
    if tip and _proposes_the_same(git, tip, proposal):
        return _reused(git, tip, proposal)
    if tip:
        _require_merged(git, proposal.branch, tip, proposal.base)
        require_nowhere_checked_out(git, ref)
    try:
        commit = commit_files(
            git,
            proposal.base,
            proposal.files,
            proposal.message,
            proposal.branch,
            replaces=tip or ABSENT,
            signing_key=proposal.signing_key,
        )
    except RefMoved:
        tip = tip_of(git, ref)
        if tip and _proposes_the_same(git, tip, proposal):
            return _reused(git, tip, proposal)
        raise
    return Proposed(proposal.branch, commit, reused=False)


def withdraw_proposal(git: Git, proposed: Proposed) -> None:
    """Delete a branch that `commit_proposal` made and nobody has used since; one that was there before stays."""
    if not proposed.reused:
        ref = branch_ref(git, proposed.branch)
        require_nowhere_checked_out(git, ref)
        delete_ref(git, ref, proposed.commit)


def delete_merged_branch(git: Git, branch: str, base_branch: str = "main") -> None:
    """Delete a branch that the base branch contains; Refusal when it does not, or when it is checked out."""
    ref, base_ref = branch_ref(git, branch), branch_ref(git, base_branch)
    tip, base = tip_of(git, ref), tip_of(git, base_ref)
    if tip is None:
        return
    if base is None:
        raise Refusal(f"there is no branch {base_branch}", fix="name the base branch with --base")
    _require_merged(git, branch, tip, base)
    require_nowhere_checked_out(git, ref)
    delete_ref(git, ref, tip)


def _proposes_the_same(git: Git, tip: str, proposal: Proposal) -> bool:
    parents = git.run("rev-list", "--parents", "--max-count=1", tip).decode().split()[1:]
    return parents == [proposal.base] and tree_of(git, tip) == write_tree(git, proposal.base, proposal.files)


def _reused(git: Git, tip: str, proposal: Proposal) -> Proposed:
    _, _, message = git.run("cat-file", "commit", tip).partition(b"\n\n")
    keeps_message = message.strip() != proposal.message.encode().strip()
    return Proposed(proposal.branch, tip, reused=True, keeps_message=keeps_message)


def _require_merged(git: Git, branch: str, tip: str, base: str) -> None:
    if not is_ancestor(git, tip, base):
        raise Refusal(
            f"the branch {branch} is there already, and proposes something else or is built on an older commit",
            fix=f"merge it, or delete it with `git branch -D {branch}`, and run the command again",
        )
