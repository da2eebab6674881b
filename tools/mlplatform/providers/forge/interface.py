"""What the control plane asks of a Git host: pull requests with their reviews, and places to answer."""

from collections.abc import Sequence
from typing import Protocol

from mlplatform.core.controls import Controls
from mlplatform.core.errors import Refusal
from mlplatform.core.pull_request import ForgeCheck, Issue, MergedChange, PullRequest, StatusState
from mlplatform.core.review import Review


class ForgeError(Refusal):
    """A Git host cannot be asked, did not answer in time, or does not know what it was asked for."""


class ReviewUnknown(ForgeError):
    """What a Git host answered tells no review, and asking again would change nothing."""


class Forge(Protocol):
    """A Git host. Every call has a deadline; ForgeError says why an answer is not to be had."""

    def pull_request(self, name: str) -> PullRequest:
        """Return an open pull request by its number or branch; ForgeError where there is none, or more than one."""
        ...

    def pull_requests(self, head: str | None = None) -> tuple[PullRequest, ...]:
        """Return the open pull requests; with `head` only those whose head is this commit (40 hex digits)."""
        ...

    def base(self, pull: PullRequest) -> str:
        """Return the tip of the branch that a pull request is to be merged into; it is in this clone then."""
        ...

    def fetch(self, pull: PullRequest) -> None:
        """Bring the head of a pull request into this clone as git objects; ForgeError when it has moved since."""
        ...

    def review(self, pull: PullRequest) -> Review:
        """Return who requested, wrote, pushed and reviewed a pull request, by the names that documents use.

        ForgeError when its head has moved since.
        """
        ...

    def merged_change(self, commit: str) -> MergedChange | None:
        """Return the pull request that became this commit of main; None where it came there without one.

        ReviewUnknown where the commit is not what was reviewed, or who reviewed it is not known.
        """
        ...

    def open_pull_request(self, branch: str, title: str, body: str) -> PullRequest:
        """Push a local branch and open a pull request of it into main; one that is open already gets this body."""
        ...

    def post_status(self, head: str, state: StatusState, description: str) -> None:
        """Post the status `platform/verdict` of a commit; longer descriptions than 140 characters are cut."""
        ...

    def post_comment(self, name: str, key: str, body: str) -> None:
        """Write the one comment of this key on a pull request (Markdown), in place of what it said before."""
        ...

    def keep_issues(self, label: str, issues: Sequence[Issue]) -> None:
        """Have exactly these issues of a label open: open what is missing, update what differs, close the others."""
        ...

    def checks(self, head: str) -> tuple[ForgeCheck, ...]:
        """Return the checks of a commit (40 hex digits) by whoever made them; of each name and maker the newest."""
        ...

    def verdict_of(self, head: str) -> StatusState | None:
        """Return the newest `platform/verdict` of a commit; None where the platform itself has posted none."""
        ...


class ControlsHost(Protocol):
    """A Git host that can be told what protects main, and that says what does."""

    def in_force(self, declared: Controls) -> Controls:
        """Return the controls that are in force, of those that are declared; ForgeError where they are not shown."""
        ...

    def put(self, control: str, declared: Controls, in_force: Controls) -> None:
        """Make one control, by its name among the differences, what is declared; what is stricter is kept."""
        ...
