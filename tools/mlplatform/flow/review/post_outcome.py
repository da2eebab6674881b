"""Posts what became of an apply: on the pull requests that it applied, and as pull requests that revert what failed."""

from collections.abc import Callable

from mlplatform.core.pull_request import PullRequest
from mlplatform.core.reconciled import Reconciled, Reverted
from mlplatform.flow.review.git_host import forge_of_main
from mlplatform.flow.review.open_pull_request import open_pull_request
from mlplatform.flow.workspace import Workspace

RevertText = Callable[[Reverted], tuple[str, str]]


def post_outcome(
    workspace: Workspace, reconciled: Reconciled, comment: str, revert_text: RevertText
) -> tuple[PullRequest, ...]:
    """Comment on every pull request that an apply brought to its environment, and open those that revert.

    `comment` is Markdown, `revert_text` gives the title and body of a revert. Return the opened pull requests.
    """
    opened = tuple(
        open_pull_request(workspace, reverted.branch, *revert_text(reverted))
        for reverted in reconciled.reverts
        if reverted.branch
    )
    names = {approval.pull_request for approval in reconciled.approvals.values()} - {None}
    if names:
        forge = forge_of_main(workspace)
        for name in sorted(filter(None, names)):
            forge.post_comment(name, f"outcome-{reconciled.plan.environment}", comment)
    return opened
