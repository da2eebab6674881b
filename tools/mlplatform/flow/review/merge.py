"""`platform merge`: judges a branch with its signed reviews, and merges it by compare-and-swap."""

from dataclasses import replace
from pathlib import Path

from mlplatform.core.errors import Refusal
from mlplatform.core.verdict import Merge
from mlplatform.flow.check.run_check import CheckOptions
from mlplatform.flow.evidence.record_changes import RecordOptions, record_changes
from mlplatform.flow.progress import SILENT
from mlplatform.flow.review.sign_review import signed_forge
from mlplatform.flow.review.verdict import judge
from mlplatform.flow.workspace import Workspace
from mlplatform.propose.merge import merge_message, move_branch
from mlplatform.providers.forge.signed.signing import default_key
from mlplatform.providers.git.refs import RefUpdate, branch_ref
from mlplatform.providers.git.remote import push_together
from mlplatform.providers.git.worktree import require_nowhere_checked_out
from mlplatform.providers.git.write import require_identity, write_commit


def merge(workspace: Workspace, branch: str, key: Path | None, options: CheckOptions | None = None) -> Merge:
    """Merge a branch into main when its verdict passes. Refusal, with nothing changed, when anything moved meanwhile.

    Main, the branch and its reviews move together or not at all, so that neither a new head nor a review that came
    after the verdict is passed over. Who merges a branch that nobody has asked to be merged asks for it thereby.
    """
    git = workspace.git
    require_identity(git)
    forge = signed_forge(workspace, branch)
    pull = forge.pull_request(branch)
    forge.require_seen(pull)
    log = forge.log(branch)
    if log.remote is None:
        require_nowhere_checked_out(git, branch_ref(git, branch))
    key = key or default_key(git)
    forge.request(pull, key)
    reviews = log.tip()
    verdict = judge(workspace, forge, pull, options)
    if not verdict.passes:
        return Merge(verdict, None)
    commit = write_commit(git, verdict.tree, [verdict.base, pull.head], merge_message(git, branch, pull.head))
    signed, _ = forge.signed(pull, "merge", "", key, commit)
    main = branch_ref(git, pull.base_branch)
    also = (
        RefUpdate(log.ref, reviews, log.write(signed, reviews)),
        RefUpdate(branch_ref(git, branch), pull.head, None),
    )
    if log.remote is None:
        move_branch(git, main, verdict.base, commit, also)
    elif not push_together(git, log.remote, (RefUpdate(main, verdict.base, commit), *also)):
        raise Refusal(
            f"{pull.base_branch}, {branch} or its reviews moved meanwhile",
            fix="run the command again: it is judged anew",
        )
    return _recorded(workspace, Merge(verdict, commit, log.remote), key)


def _recorded(workspace: Workspace, merged: Merge, key: Path) -> Merge:
    """Put a merge on record; it stands where that fails, and `platform record` does it later."""
    commit = str(merged.commit)
    options = RecordOptions(key=key, verdicts={commit: merged.verdict.checked})
    try:
        recorded = record_changes(workspace, options, SILENT)
    except Refusal as why:
        return replace(merged, unrecorded=why)
    record = next((each.record for each in recorded if each.change.commit == commit), None)
    return replace(merged, record=record)
