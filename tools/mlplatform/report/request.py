"""A request to copy and paste."""

import json
from collections.abc import Mapping
from typing import Any

from mlplatform.core.kinds.model import Signature, Tensor
from mlplatform.core.repository import Repository
from mlplatform.observe.status import DeploymentState, DeploymentStatus


def example_request(
    repository: Repository, statuses: Mapping[str, Mapping[str, DeploymentStatus]]
) -> str | None:
    """A curl command for a Ready model of the last environment, or None when there is none."""
    for environment in reversed(tuple(statuses)):
        for model, status in statuses[environment].items():
            if status.state is DeploymentState.READY and status.url and model in repository.models:
                body = json.dumps(_body(repository.models[model].body.signature))
                return f"curl -s {status.url} -H 'content-type: application/json' -d '{body}'"
    return None


def _body(signature: Signature) -> dict[str, Any]:
    return {"inputs": [_tensor(tensor) for tensor in signature.inputs]}


def _tensor(tensor: Tensor) -> dict[str, Any]:
    shape = [1 if size == -1 else size for size in tensor.served_shape]
    count = 1
    for size in shape:
        count *= size
    value: Any = {"BYTES": "", "BOOL": False}.get(tensor.type, 0)
    return {"name": tensor.name, "datatype": tensor.type, "shape": shape, "data": [value] * count}
