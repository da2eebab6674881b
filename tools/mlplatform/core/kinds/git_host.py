"""`gitHost:` in platform.yaml: where pull requests are reviewed, and who their people are."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from mlplatform.core.kinds.base import Login, StrictModel

GITHUB_ACTIONS = 15368  # the App that runs workflows, on github.com

RelativePath = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$", max_length=200)
]
GitHubLogin = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9_-]{0,37}[A-Za-z0-9])?$")]
ApiUrl = Annotated[
    str, StringConstraints(pattern=r"^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._/-]*)?$")
]


MergeMethod = Literal["merge", "squash", "rebase"]
StatusName = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class GitHubPerson(StrictModel):
    """A person's account on GitHub; with `id` it is found though its login changes, and nobody else's counts."""

    login: GitHubLogin
    id: int | None = Field(default=None, ge=1)


class Protection(StrictModel):
    """What GitHub has to ask of every pull request into main, besides the verdict; `platform forge setup` makes it so.

    `statuses` are check runs of GitHub Actions. `ledgerApp` is the App that alone may write the ledger's branch.
    """

    approvals: int = Field(default=1, ge=0, le=6)
    codeOwners: bool = True
    lastPushApproval: bool = True
    dismissStale: bool = True
    statuses: list[StatusName] = ["required"]
    mergeMethods: list[MergeMethod] = Field(default=["merge"], min_length=1)
    ledgerApp: int = Field(default=GITHUB_ACTIONS, ge=1)


class GitHubSettings(StrictModel):
    """Pull requests on GitHub; `repository` is owner/name, `verdictApp` the id of the App that posts the verdict.

    `people` says, by the name that documents use, whose account on GitHub is another one. Who is not listed has the
    login that documents use.
    """

    provider: Literal["github"]
    repository: Annotated[
        str, StringConstraints(pattern=r"^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$", max_length=140)
    ]
    api: ApiUrl = "https://api.github.com"
    verdictApp: int = Field(ge=1)
    people: Mapping[Login, GitHubPerson] = {}
    protection: Protection = Protection()


class SignedSettings(StrictModel):
    """Reviews signed with SSH keys, with no Git host at all; `signers` is the file with the keys of the reviewers."""

    provider: Literal["signed"]
    signers: RelativePath = "allowed_signers"


# Each provider's settings: `provider` says which of them a document means.
AnyGitHostSettings = Annotated[GitHubSettings | SignedSettings, Field(discriminator="provider")]
