"""The configuration that a loaded version really runs with, as Triton gives it, not as a file has it."""

import json
from collections.abc import Mapping
from typing import Any

from mlplatform.core.payload import digest_of_bytes

# What Triton 2.51 adds to a configuration that says nothing of it; another value was put there by hand.
_TENSOR = {"format": "FORMAT_NONE", "label_filename": ""}
_GROUP = {"name", "count"}
_SETTINGS = {
    "platform": "",
    "runtime": "",
    "default_model_filename": "model.py",
    "version_policy": {"latest": {"num_versions": 1}},
    "optimization": {
        "priority": "PRIORITY_DEFAULT",
        "input_pinned_memory": {"enable": True},
        "output_pinned_memory": {"enable": True},
        "gather_kernel_buffer_threshold": 0,
        "eager_batching": False,
    },
}

Configuration = Mapping[str, Any]


def instances(configuration: Configuration) -> int:
    """How many instances it asks for."""
    return sum(int(group["count"]) for group in configuration["instance_group"])


def fingerprint(configuration: Configuration) -> str:
    """`sha256:` over everything but the number of instances, without what is empty or as Triton itself sets it."""
    parameters = {key: value for key, value in configuration["parameters"].items() if key != "config"}
    groups = [
        {key: value for key, value in group.items() if key not in _GROUP}
        for group in configuration["instance_group"]
    ]
    changed = {key: value for key, value in configuration.items() if _SETTINGS.get(key) != value}
    plain = _plain({**changed, "parameters": parameters, "instance_group": groups})
    return digest_of_bytes(json.dumps(plain, sort_keys=True).encode())


def expected(
    name: str, parameters: Mapping[str, str], inputs: list[dict[str, Any]], outputs: list[dict[str, Any]]
) -> str:
    """The fingerprint of a version that nobody has touched."""
    return fingerprint(
        {
            "name": name,
            "backend": "python",
            "max_batch_size": 0,
            "input": inputs,
            "output": outputs,
            "instance_group": [{"kind": "KIND_CPU"}],
            "parameters": {key: {"string_value": value} for key, value in parameters.items()},
        }
    )


def _plain(value: Any) -> Any:
    """Without what is empty, false or Triton's own, at any depth."""
    if isinstance(value, Mapping):
        inner = {key: _plain(item) for key, item in value.items() if _TENSOR.get(key, "") != item}
        return {key: item for key, item in inner.items() if item not in ({}, [], "", False)}
    return [_plain(item) for item in value] if isinstance(value, list) else value
