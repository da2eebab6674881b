"""platform.yaml: who owns the platform, and what only they may touch."""

from typing import Literal

from pydantic import Field

from mlplatform.core.kinds.base import BotLogin, Digest, DocumentModel, Freeze, Login, StrictModel, Text
from mlplatform.core.kinds.git_host import AnyGitHostSettings, ApiUrl, RelativePath

# The rules that an emergency may ever pass, by their ids. Whose data is whose, secrets, encryption, personal data, what
# an artifact is, and which formats run are never among them.
EmergencyGate = Literal[
    "approvals-quorum", "freeze-window", "semver-order", "blast-radius", "promotion-order"
]


class ApprovalCounts(StrictModel):
    """How many people must approve a change, where an environment does not say it: of what a tenant owns, of what
    personal data is involved in, and of what the platform team owns."""

    tenant: int = Field(ge=0, le=10)
    pii: int = Field(ge=1, le=10)
    platform: int = Field(ge=1, le=10)


class Prices(StrictModel):
    """What one unit costs for an hour, in US dollars; a month counts 730 hours."""

    gpuHourUSD: float = Field(ge=0)
    cpuHourUSD: float = Field(ge=0)
    memoryGiBHourUSD: float = Field(ge=0)


class RevokedDigest(StrictModel):
    """A version, by its bytes, that nobody may pin or go back to any more."""

    digest: Digest
    reason: Text


class EmergencySettings(StrictModel):
    """Who may authorise that gates are passed in an emergency: which of them, for how many hours at most, and the file
    that says whose SSH key is whose."""

    authorisers: list[Login] = Field(min_length=2)
    signers: RelativePath = "allowed_signers"
    hours: int = Field(default=4, ge=1, le=24)
    gates: list[EmergencyGate] = Field(min_length=1)


class Platform(DocumentModel):
    """The platform team, its trusted bots, and the paths only it may change.

    `timestampServer` is an authority (RFC 3161) whose word on the time each record of a change gets.
    """

    schema_: Literal["platform/v1"] = Field(alias="schema")
    description: Text | None = None
    team: list[Login] = Field(min_length=2)
    bots: list[BotLogin] = []
    leavers: list[Login] = Field(
        default=[], description="Who has left: an access review names what they still have"
    )
    ownedPaths: list[Text] = Field(min_length=1)
    approvals: ApprovalCounts | None = None
    prices: Prices | None = None
    freeze: list[Freeze] = []
    revoked: list[RevokedDigest] = []
    gitHost: AnyGitHostSettings | None = None
    emergency: EmergencySettings | None = None
    timestampServer: ApiUrl | None = None
