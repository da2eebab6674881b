"""environments/<env>/<tenant>/<model>.yaml: which version runs where; a change of it is a promotion."""

from typing import Annotated, Literal

from pydantic import Field

from mlplatform.core.kinds.base import (
    Digest,
    DocumentModel,
    GitCommit,
    Name,
    QualifiedName,
    StrictModel,
    Text,
    Version,
)
from mlplatform.core.kinds.model import MetricName


class Provenance(StrictModel):
    """Where the version came from: the environment it was promoted from, or the run that trained it."""

    environment: Name | None = None
    run: Text | None = None
    commit: GitCommit | None = None
    data: dict[QualifiedName, Digest] = {}


class Gpu(StrictModel):
    """GPUs per instance."""

    count: int = Field(ge=0, le=64)


class Resources(StrictModel):
    """What the deployment uses."""

    instances: int = Field(ge=1, le=64)
    cpu: float = Field(gt=0)
    memoryGiB: float = Field(gt=0)
    gpu: Gpu


class AbortOn(StrictModel):
    """What ends a rollout: a share of failed requests (0 to 1), a latency in milliseconds."""

    errorRate: float | None = Field(default=None, ge=0, le=1)
    latencyP99Ms: float | None = Field(default=None, gt=0)


class Rollout(StrictModel):
    """How traffic moves to a new version: all of it after the probe, or in steps of per cent."""

    strategy: Literal["all", "canary"]
    steps: list[Annotated[int, Field(ge=1, le=100)]] = []
    stepSeconds: int | None = Field(default=None, ge=1)
    abortOn: AbortOn | None = None
    minRequests: int | None = Field(default=None, ge=1)


class Challenger(StrictModel):
    """Another version of the same model, by version and digest."""

    version: Version
    digest: Digest


class Experiment(StrictModel):
    """An A/B test: a share of the users is answered by the challenger."""

    id: Name
    challenger: Challenger
    percent: int = Field(ge=1, le=99)


class Shadow(Challenger):
    """A version that gets a copy of a share of the requests and answers nobody."""

    percent: int = Field(ge=1, le=100)


class Deployment(DocumentModel):
    """A model version pinned in an environment."""

    schema_: Literal["deployment/v1"] = Field(alias="schema")
    version: Version
    digest: Digest
    from_: Provenance = Field(alias="from")
    metrics: dict[MetricName, float] = {}
    serving: Resources
    rollout: Rollout
    experiment: Experiment | None = None
    shadow: Shadow | None = None
