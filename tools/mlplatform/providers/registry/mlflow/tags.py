"""A registered version as the tags of an MLflow model version, and back."""

import hashlib
import math
from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, ValidationError, model_validator

from mlplatform.core.kinds.base import Digest, GitCommit, QualifiedName, StrictModel, Text, Version
from mlplatform.core.payload import ArtifactRef
from mlplatform.providers.registry.interface import Lineage, RegisteredVersion

_DATA, _METRIC = "data.", "metric."
_PLAIN = ("semver", "digest", "idempotency_key", "run", "commit", "change")


class _Tags(StrictModel):
    """The validated tags of a version."""

    model: QualifiedName
    semver: Version
    digest: Digest
    idempotency_key: str
    run: Text | None = None
    commit: GitCommit | None = None
    change: Text | None = None
    approved_by: tuple[Text, ...] = ()
    data: dict[QualifiedName, Digest]
    metrics: dict[str, Annotated[float, Field(allow_inf_nan=False)]]

    @model_validator(mode="after")
    def _belong_together(self) -> Self:
        if self.idempotency_key != idempotency_key(self.model, self.semver, self.digest):
            raise ValueError("tag idempotency_key is not that of this model, version and digest")
        return self


def idempotency_key(model: str, version: str, digest: str) -> str:
    """Return the identity of an addition: adding the same twice adds one."""
    return hashlib.sha256(f"{model}\0{version}\0{digest}".encode()).hexdigest()


def is_ours(tags: Mapping[str, str]) -> bool:
    """True when this platform registered an MLflow version; its tags may be damaged since."""
    return "idempotency_key" in tags or ("semver" in tags and "digest" in tags)


def is_tag_of_ours(key: str) -> bool:
    """True when a tag is one of those that `to_tags` writes; any other is somebody's own."""
    return key in (*_PLAIN, "approved_by") or key.startswith((_DATA, _METRIC))


def to_tags(version: RegisteredVersion) -> dict[str, str]:
    """The tags of a version. ValueError when it holds what could not be read back."""
    lineage = version.lineage
    tags = {
        "semver": version.version,
        "digest": version.ref.digest,
        "idempotency_key": idempotency_key(version.model, version.version, version.ref.digest),
        "run": lineage.run,
        "commit": lineage.commit,
        "change": version.change,
        "approved_by": ",".join(version.approved_by) or None,
    }
    tags |= {f"{_DATA}{name}": digest for name, digest in lineage.data.items()}
    tags |= {f"{_METRIC}{name}": repr(float(value)) for name, value in lineage.metrics.items()}
    present = {key: value for key, value in tags.items() if value is not None}
    from_tags(version.model, present, version.ref.uri)
    return present


def from_tags(model: str, tags: Mapping[str, str], uri: str) -> RegisteredVersion:
    """The version that tags describe. ValueError names the first tag that is not right."""
    parsed = _parse(model, tags)
    lineage = Lineage(parsed.run, parsed.commit, parsed.data, parsed.metrics)
    return RegisteredVersion(
        model, parsed.semver, ArtifactRef(uri, parsed.digest), lineage, parsed.change, parsed.approved_by
    )


def _parse(model: str, tags: Mapping[str, str]) -> _Tags:
    plain = {key: tags[key] for key in _PLAIN if key in tags}
    approved_by = tuple(filter(None, tags.get("approved_by", "").split(",")))
    data, metrics = (
        _under(_DATA, tags),
        {name: _number(value) for name, value in _under(_METRIC, tags).items()},
    )
    try:
        return _Tags.model_validate(
            {**plain, "model": model, "approved_by": approved_by, "data": data, "metrics": metrics}
        )
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"] if step != "[key]")
        raise ValueError(f"tag {place}: {first['msg']}" if place else first["msg"]) from error


def _under(start: str, tags: Mapping[str, str]) -> dict[str, str]:
    return {key.removeprefix(start): value for key, value in tags.items() if key.startswith(start)}


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
