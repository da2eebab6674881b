"""`platform review`: a signed statement about a branch, where no Git host keeps reviews."""

from dataclasses import dataclass
from pathlib import Path

from mlplatform.core.errors import Refusal
from mlplatform.core.pull_request import PullRequest
from mlplatform.flow.review.git_host import forge_of
from mlplatform.flow.workspace import Workspace
from mlplatform.providers.forge.signed import SignedForge
from mlplatform.providers.forge.signed.signing import default_key
from mlplatform.providers.forge.signed.statement import Action, ReviewStatement


@dataclass(frozen=True, slots=True)
class SignedReview:
    """A statement that was signed; `is_own` where whoever signed it requested, wrote or pushed the change."""

    pull: PullRequest
    statement: ReviewStatement
    is_own: bool


def review(workspace: Workspace, branch: str, action: Action, text: str, key: Path | None) -> SignedReview:
    """Sign a statement about the present head of a branch with a key (None: the one that git signs with)."""
    forge = signed_forge(workspace, branch)
    pull = forge.pull_request(branch)
    forge.require_seen(pull)
    statement = forge.say(pull, action, text, key or default_key(workspace.git))
    return SignedReview(pull, statement, _is_author(forge, pull, statement.person))


def _is_author(forge: SignedForge, pull: PullRequest, person: str) -> bool:
    try:
        people = forge.review(pull)
    except Refusal:  # nobody has asked for the merge yet
        return False
    authors = (people.requester, *people.contributors, *people.pushers)
    return person.lower() in {name.lower() for name in authors}


def signed_forge(workspace: Workspace, branch: str) -> SignedForge:
    """Return the signed reviews of a repository; Refusal where a Git host keeps the reviews."""
    forge = forge_of(workspace, branch)
    if not isinstance(forge, SignedForge):
        raise Refusal(
            "pull requests are reviewed and merged on the Git host",
            fix="do it there; `platform forge verdict --branch BRANCH` says what is missing",
        )
    return forge
