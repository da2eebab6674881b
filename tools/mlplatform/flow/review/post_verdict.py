"""Judges a pull request and posts what came of it: a status of its head, and one comment that is kept up to date."""

from collections.abc import Callable

from mlplatform.core.errors import Refusal
from mlplatform.core.pull_request import PullRequest, StatusState
from mlplatform.core.verdict import Judged, Verdict, VerdictTexts
from mlplatform.flow.check.run_check import CheckOptions
from mlplatform.flow.review.git_host import main_commit
from mlplatform.flow.review.verdict import judge, with_plans
from mlplatform.flow.workspace import Workspace
from mlplatform.providers.forge.interface import Forge, ForgeError
from mlplatform.providers.git import GitError
from mlplatform.providers.git.compare import is_ancestor

COMMENT = "verdict"


def judge_or_deny(
    workspace: Workspace, forge: Forge, pull: PullRequest, options: CheckOptions | None = None
) -> Judged:
    """Return the verdict on a pull request with the plans of its merge, or why there is none."""
    try:
        return Judged(pull, with_plans(workspace, judge(workspace, forge, pull, options)))
    except Refusal as refusal:
        return Judged(pull, None, refusal)


def judge_and_post(
    workspace: Workspace,
    forge: Forge,
    pull: PullRequest,
    options: CheckOptions,
    texts: Callable[[Judged], VerdictTexts],
) -> Judged:
    """Judge a pull request and post the verdict; what cannot be posted is a refusal, and no verdict."""
    try:
        announce(forge, pull)
        judged = judge_or_deny(workspace, forge, pull, options)
        post(forge, judged, texts(judged))
    except Refusal as refusal:
        return Judged(pull, None, refusal)
    return judged


def announce(forge: Forge, pull: PullRequest) -> None:
    """Say on a head that it is being judged, so that no earlier verdict stands while it is."""
    forge.post_status(pull.head, "pending", "being judged")


def withdraw(workspace: Workspace, forge: Forge, head: str) -> None:
    """Say of a head that no open pull request has that nothing stands for it; one that main has needs nothing.

    Nobody judges it anew when main moves or a review is dismissed, so that an old verdict would be there when the pull
    request is opened again.
    """
    try:
        is_merged = is_ancestor(workspace.git, head, main_commit(workspace))
    except GitError:  # it was never fetched, as what main has was
        is_merged = False
    if not is_merged:
        forge.post_status(head, "pending", "no open pull request into main has this head")


def post(forge: Forge, judged: Judged, texts: VerdictTexts) -> None:
    """Post a verdict on exactly the head that was judged; ForgeError when the pull request has moved since.

    What passes is compared once more when it is posted, and withdrawn where main or the reviews are others than it was
    judged by: a run that began later may have denied it before.
    """
    now = forge.pull_request(judged.pull.name)
    if now.head != judged.pull.head:
        forge.post_status(judged.pull.head, "error", "judged too late: there is a newer head")
        raise ForgeError(
            f"{judged.pull.name} has moved meanwhile", fix="its new head is judged by a run of its own"
        )
    state: StatusState = "success" if judged.passes else "failure" if judged.verdict else "error"
    # The comment comes first: where it fails the head stays pending, and nothing skips the last look.
    forge.post_comment(judged.pull.name, COMMENT, texts.comment)
    forge.post_status(judged.pull.head, state, texts.status)
    if judged.verdict and judged.passes:
        _require_unmoved(forge, judged.verdict)


def _require_unmoved(forge: Forge, verdict: Verdict) -> None:
    why: Refusal
    try:
        pull = forge.pull_request(verdict.pull.name)
        if (forge.base(pull), forge.review(pull)) == (verdict.base, verdict.review):
            return
        why = ForgeError(
            f"main or the reviews of {pull.name} have moved meanwhile",
            fix="it is judged anew by the run of what moved, or within the hour",
        )
    except Refusal as unknown:
        why = unknown
    forge.post_status(verdict.pull.head, "error", "judged too late: main or the reviews are others now")
    raise why
