"""`gitHost:` in platform.yaml: where pull requests are reviewed, and who their people are."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from mlplatform.core.kinds.base import Login, StrictModel

GITHUB_ACTIONS = 15368  # the App that runs workflows, on github.com

RelativePath = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$", max_length=200)
]
GitHubLogin = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9_-]{0,37}[A-Za-z0-9])?$")]
ApiUrl = Annotated[
    str, StringConstraints(pattern=r"^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._/-]*)?$")
]


def _require_own_app(app: int) -> int:
    if app == GITHUB_ACTIONS:
        raise ValueError(
            "is GitHub Actions, as which the workflow of any branch runs: name an App of your own"
        )
    return app


AppId = Annotated[int, Field(ge=1), AfterValidator(_require_own_app)]
MergeMethod = Literal["merge", "squash"]  # a rebase puts commits on main that nobody reviewed as they are
StatusName = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class GitHubPerson(StrictModel):
    """A person's account on GitHub; with `id` it is found though its login changes, and nobody else's counts."""

    login: GitHubLogin
    id: int | None = Field(default=None, ge=1)


class Protection(StrictModel):
    """What GitHub has to ask of every pull request into main, besides the verdict; `platform forge setup` makes it so.

    `statuses` are check runs of GitHub Actions.
    """

    approvals: int = Field(default=1, ge=0, le=6)
    codeOwners: bool = True
    lastPushApproval: bool = True
    dismissStale: bool = True
    statuses: list[StatusName] = ["required"]
    mergeMethods: list[MergeMethod] = Field(default=["merge"], min_length=1)


class GitHubSettings(StrictModel):
    """Pull requests on GitHub, whose `repository` is owner/name.

    `verdictApp` is the id of the App that posts the verdict, `ledgerApp` of the one that alone may write the ledger's
    branch. Neither may be GitHub Actions itself, as which the workflow of any branch runs.

    `people` says, by the name that documents use, whose account on GitHub is another one. Who is not listed has the
    login that documents use.
    """

    provider: Literal["github"]
    repository: Annotated[
        str, StringConstraints(pattern=r"^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$", max_length=140)
    ]
    api: ApiUrl = "https://api.github.com"
    verdictApp: AppId
    ledgerApp: AppId
    people: Mapping[Login, GitHubPerson] = {}
    protection: Protection = Protection()


class SignedSettings(StrictModel):
    """Reviews signed with SSH keys, with no Git host at all; `signers` is the file with the keys of the reviewers."""

    provider: Literal["signed"]
    signers: RelativePath = "allowed_signers"


# Each provider's settings: `provider` says which of them a document means.
AnyGitHostSettings = Annotated[GitHubSettings | SignedSettings, Field(discriminator="provider")]
