"""A version's name in Triton and its `config.pbtxt`, made from the version's signature."""

import json
from collections.abc import Sequence

from mlplatform.core.kinds.model import Tensor
from mlplatform.core.payload import digest_of_bytes, short_digest
from mlplatform.providers.serving.interface import Candidate
from mlplatform.providers.serving.triton import running

THREADS = 1  # per instance: more instances scale better than more threads, and do not compete

_TYPES = {"BYTES": "STRING"}


def public_name(model: str) -> str:
    """`tenant/model` as clients ask for it: `tenant.model`."""
    return model.replace("/", ".")


def upstream_name(model: str, digest: str) -> str:
    """The Triton model that one version of `tenant/model` is: `tenant.model.<12 hex>`."""
    return f"{public_name(model)}.{short_digest(digest)}"


def config_text(candidate: Candidate) -> str:
    """The whole configuration; its parameter `config` is a digest of the rest, by which a running one is known."""
    text = "\n".join(
        [
            f"name: {_quoted(upstream_name(candidate.model, candidate.ref.digest))}",
            'backend: "python"',
            "max_batch_size: 0",
            *_tensors("input", candidate.signature.inputs),
            *_tensors("output", candidate.signature.outputs),
            f"instance_group [{{ kind: KIND_CPU count: {candidate.instances} }}]",
            *(_parameter(key, value) for key, value in _parameters(candidate).items()),
        ]
    )
    return f"{text}\n{_parameter('config', digest_of_bytes(text.encode()))}\n"


def fingerprint_of(candidate: Candidate) -> str:
    """The fingerprint of what a candidate runs with once it is loaded."""
    inputs, outputs = (
        [
            {"name": tensor.name, "data_type": f"TYPE_{_type(tensor)}", "dims": list(tensor.served_shape)}
            for tensor in tensors
        ]
        for tensors in (candidate.signature.inputs, candidate.signature.outputs)
    )
    name = upstream_name(candidate.model, candidate.ref.digest)
    return running.expected(name, _parameters(candidate), inputs, outputs)


def is_as_written(text: str) -> bool:
    """True when a configuration is one that was made here, to the letter."""
    body, _, parameter = text.rpartition("\nparameters ")
    return (
        bool(parameter)
        and f"parameters {parameter}" == f"{_parameter('config', digest_of_bytes(body.encode()))}\n"
    )


def _tensors(kind: str, tensors: Sequence[Tensor]) -> list[str]:
    return [
        f"{kind} [{{ name: {_quoted(tensor.name)} data_type: TYPE_{_type(tensor)} dims: {tensor.served_shape} }}]"
        for tensor in tensors
    ]


def _type(tensor: Tensor) -> str:
    return _TYPES.get(tensor.type, tensor.type)


def _parameters(candidate: Candidate) -> dict[str, str]:
    return {
        "digest": candidate.ref.digest,
        "version": candidate.version,
        "format": candidate.format,
        "threads": str(THREADS),
    }


def _parameter(key: str, value: str) -> str:
    return f"parameters [{{ key: {_quoted(key)} value: {{ string_value: {_quoted(value)} }} }}]"


def _quoted(text: str) -> str:
    return json.dumps(
        text
    )  # for the ASCII that names, versions and digests are made of, protobuf quotes alike
