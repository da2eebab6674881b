"""tenants/<tenant>/tenant.yaml: a team, its clearance, quotas, budget and accounts."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from mlplatform.core.kinds.base import Classification, DocumentModel, Freeze, Login, Name, StrictModel, Text


class Contact(StrictModel):
    """How to reach the team."""

    email: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)]
    oncall: Text


class Quota(StrictModel):
    """What a tenant may use in one environment; without `instances`, their number is bound by what each takes."""

    gpu: int = Field(ge=0)
    cpu: float = Field(ge=0)
    memoryGiB: float = Field(ge=0)
    instances: int | None = Field(default=None, ge=0)
    endpoints: int = Field(ge=0)


class Budget(StrictModel):
    """What a tenant may spend."""

    monthlyUSD: float = Field(ge=0)


AccountId = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]


class Accounts(StrictModel):
    """The cloud accounts of the team: training and inference stay apart."""

    training: AccountId
    inference: AccountId


class Tenant(DocumentModel):
    """A team with its own data, quota, budget and accounts."""

    schema_: Literal["tenant/v1"] = Field(alias="schema")
    description: Text
    owners: list[Login] = Field(min_length=3, description="Three, so that two can approve the third's change")
    members: list[Login] = []
    contact: Contact
    costCenter: Text
    clearance: Classification
    repositories: list[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$")]] = []
    accounts: Accounts | None = None
    kmsKeys: list[Text] = Field(
        default=[],
        description="Its keys besides alias/<tenant>… and those of its accounts: an alias or an ARN",
    )
    quotas: dict[Name, Quota]
    budget: Budget
    freeze: list[Freeze] = []
