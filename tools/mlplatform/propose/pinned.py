"""The pinned part of a deployment document, apart from how it runs: deploy, promote and rollback change it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mlplatform.core.errors import Refusal
from mlplatform.core.kinds.base import Digest, Version
from mlplatform.core.kinds.deployment import Provenance
from mlplatform.core.kinds.model import MetricName
from mlplatform.propose.yaml_edit import read_mapping


@dataclass(frozen=True, slots=True)
class Pinned:
    """A model version, where it came from (`data` maps `tenant/dataset` to a digest) and how good it was."""

    version: str
    digest: str
    environment: str | None = None
    run: str | None = None
    commit: str | None = None
    data: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)

    def promoted_from(self, environment: str) -> "Pinned":
        """The same version as it is pinned by a promotion from that environment."""
        return replace(self, environment=environment)

    def is_same_version(self, other: "Pinned") -> bool:
        return (self.version, self.digest) == (other.version, other.digest)

    def as_document(self) -> dict[str, Any]:
        """The keys of a deployment document that say this, in their order."""
        sources = {"environment": self.environment, "run": self.run, "commit": self.commit}
        origin: dict[str, Any] = {key: value for key, value in sources.items() if value is not None}
        if self.data:
            origin["data"] = dict(sorted(self.data.items()))
        metrics = dict(sorted(self.metrics.items()))
        return {"version": self.version, "digest": self.digest, "from": origin, "metrics": metrics}


class _PinnedKeys(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    version: Version
    digest: Digest
    from_: Provenance = Field(alias="from")
    metrics: dict[MetricName, float] = {}


def read_pinned(text: str, where: str) -> Pinned:
    """Return what the text of a deployment document pins; Refusal where it is not one."""
    try:
        keys = _PinnedKeys.model_validate(read_mapping(text, where))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise Refusal(
            f"`{key}` is wrong: {first['msg']}",
            where=where,
            fix="run `platform check` and mend the document first",
        ) from None
    origin = keys.from_
    return Pinned(
        keys.version, keys.digest, origin.environment, origin.run, origin.commit, origin.data, keys.metrics
    )
