"""Opens a pull request of a proposal, on the Git host that main names."""

from mlplatform.core.pull_request import PullRequest
from mlplatform.flow.review.git_host import forge_of_main
from mlplatform.flow.workspace import Workspace
from mlplatform.providers.forge.signed import SignedForge
from mlplatform.providers.forge.signed.signing import default_key


def require_openable(workspace: Workspace) -> None:
    """Refusal when no pull request could be opened: main names no Git host, or its credentials are not here."""
    if isinstance(forge_of_main(workspace), SignedForge):
        default_key(workspace.git)


def open_pull_request(workspace: Workspace, branch: str, title: str, body: str) -> PullRequest:
    """Push a branch and open a pull request of it, or give the one that is open this title and body (Markdown).

    Where reviews are signed there is no page: whoever runs this asks for the merge with their key.
    """
    forge = forge_of_main(workspace)
    pull = forge.open_pull_request(branch, title, body)
    if isinstance(forge, SignedForge):
        forge.request(pull, default_key(workspace.git))
    return pull
