"""What two environments pin differently. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlplatform.core.document import Document
from mlplatform.core.kinds import Deployment

_OWN = {"schema_", "from_"}  # each document has these of its own, whatever it pins
Deployments = Mapping[str, Document[Deployment]]


@dataclass(frozen=True, slots=True)
class PinDifference:
    """A key of a model's deployment document, as `metrics.auc`, and its value on either side (None: not there)."""

    model: str
    key: str
    left: Any
    right: Any


def deployment_differences(left: Deployments, right: Deployments) -> tuple[PinDifference, ...]:
    """Every key that differs, by model; of a model that only one side pins, its version alone."""
    return tuple(
        difference
        for model in sorted({*left, *right})
        for difference in _differences(model, left.get(model), right.get(model))
    )


def _differences(
    model: str, left: Document[Deployment] | None, right: Document[Deployment] | None
) -> list[PinDifference]:
    if left is None or right is None:
        versions = [side.body.version if side else None for side in (left, right)]
        return [PinDifference(model, "version", *versions)]
    before, after = (_flat(side.body.model_dump(mode="json", exclude=_OWN)) for side in (left, right))
    return [
        PinDifference(model, key, before.get(key), after.get(key))
        for key in {**before, **after}
        if before.get(key) != after.get(key)
    ]


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value
    return flat
