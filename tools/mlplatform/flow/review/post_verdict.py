"""Judges a pull request and posts what came of it: a status of its head, and one comment that is kept up to date."""

from dataclasses import dataclass

from mlplatform.core.errors import Refusal
from mlplatform.core.pull_request import PullRequest, StatusState
from mlplatform.flow.check.run_check import CheckOptions
from mlplatform.flow.review.verdict import Verdict, judge, with_plans
from mlplatform.flow.workspace import Workspace
from mlplatform.providers.forge.interface import Forge, ForgeError

COMMENT = "verdict"


@dataclass(frozen=True, slots=True)
class VerdictTexts:
    """What a status (one line) and a comment (Markdown) say."""

    status: str
    comment: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A pull request with its verdict, or the refusal that stands in its place and is a denial too."""

    pull: PullRequest
    verdict: Verdict | None
    refusal: Refusal | None = None

    @property
    def passes(self) -> bool:
        return self.verdict is not None and self.verdict.passes


def judge_or_deny(
    workspace: Workspace, forge: Forge, pull: PullRequest, options: CheckOptions | None = None
) -> Judged:
    """Return the verdict on a pull request with the plans of its merge, or why there is none."""
    try:
        return Judged(pull, with_plans(workspace, judge(workspace, forge, pull, options)))
    except Refusal as refusal:
        return Judged(pull, None, refusal)


def announce(forge: Forge, pull: PullRequest) -> None:
    """Say on a head that it is being judged, so that no earlier verdict stands while it is."""
    forge.post_status(pull.head, "pending", "being judged")


def post(forge: Forge, judged: Judged, texts: VerdictTexts) -> None:
    """Post a verdict on exactly the head that was judged; ForgeError when the pull request has moved since."""
    now = forge.pull_request(judged.pull.name)
    if now.head != judged.pull.head:
        forge.post_status(judged.pull.head, "error", "judged too late: there is a newer head")
        raise ForgeError(
            f"{judged.pull.name} has moved meanwhile", fix="its new head is judged by a run of its own"
        )
    state: StatusState = "success" if judged.passes else "failure" if judged.verdict else "error"
    forge.post_status(judged.pull.head, state, texts.status)
    forge.post_comment(judged.pull.name, COMMENT, texts.comment)
