"""environments/<env>/environment.yaml: where models run, and what it takes to change it."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from mlplatform.core.kinds.base import DocumentModel, Freeze, Name, Percent, StrictModel, Text, Uri
from mlplatform.core.kinds.serving_settings import AnyServingSettings


class Approvals(StrictModel):
    """Who must approve a change here."""

    required: int = Field(ge=0, le=10)
    from_: list[Literal["owners", "members", "platform"]] = Field(alias="from", min_length=1)
    selfApproval: bool = False


class RegistrySettings(StrictModel):
    """The model registry; `local` resolves through `.platform/<env>/`. `uri` with `prefix` is unique."""

    provider: Literal["mlflow"]
    uri: Uri
    prefix: Annotated[str, StringConstraints(pattern=r"^([a-z0-9-]+\.)?$")] = ""
    legacyStages: bool = False


class BlastRadius(StrictModel):
    """A plan that changes more than this share of more than this many resources is refused, for the environment and for
    each tenant, and one that removes half of that; `maxChanged` is a limit by number alone."""

    maxChangedPercent: Percent
    minResources: int = Field(ge=0)
    maxChanged: int | None = Field(default=None, ge=1)


class Environment(DocumentModel):
    """One step on the way from development to production."""

    schema_: Literal["environment/v1"] = Field(alias="schema")
    description: Text | None = None
    order: int = Field(ge=1, le=100)
    promotesFrom: Name | None = None
    approvals: Approvals
    freeze: list[Freeze] = []
    registry: RegistrySettings
    serving: AnyServingSettings
    blastRadius: BlastRadius

    @property
    def is_shared(self) -> bool:
        """True when other machines than this one reach its registry or its serving."""
        return self.registry.uri != "local" or not self.serving.is_local
