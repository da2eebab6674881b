"""A version's name in Triton and its `config.pbtxt`, made from the signature in the model's document."""

import json
from collections.abc import Sequence

from mlplatform.core.kinds.model import Tensor
from mlplatform.core.payload import digest_of_bytes, short
from mlplatform.providers.serving.interface import Candidate

THREADS = 1  # per instance: more instances scale better than more threads, and do not compete

_TYPES = {"BYTES": "STRING"}


def public_name(model: str) -> str:
    """`tenant/model` as clients ask for it: `tenant.model`."""
    return model.replace("/", ".")


def upstream_name(model: str, digest: str) -> str:
    """The Triton model that one version of `tenant/model` is: `tenant.model.<12 hex>`."""
    return f"{public_name(model)}.{short(digest)}"


def config_text(candidate: Candidate) -> str:
    """The whole configuration; its parameter `config` is a digest of the rest, by which a running one is known."""
    parameters = {
        "digest": candidate.ref.digest,
        "version": candidate.version,
        "format": candidate.format,
        "threads": str(THREADS),
    }
    text = "\n".join(
        [
            f"name: {_quoted(upstream_name(candidate.model, candidate.ref.digest))}",
            'backend: "python"',
            "max_batch_size: 0",
            *_tensors("input", candidate.signature.inputs),
            *_tensors("output", candidate.signature.outputs),
            f"instance_group [{{ kind: KIND_CPU count: {candidate.instances} }}]",
            *(_parameter(key, value) for key, value in parameters.items()),
        ]
    )
    return f"{text}\n{_parameter('config', digest_of_bytes(text.encode()))}\n"


def config_digest(text: str) -> str:
    """The parameter `config` of a configuration made here."""
    body = text.rpartition("\nparameters ")[0]
    return digest_of_bytes(body.encode())


def _tensors(kind: str, tensors: Sequence[Tensor]) -> list[str]:
    return [
        f"{kind} [{{ name: {_quoted(tensor.name)} data_type: TYPE_{_TYPES.get(tensor.type, tensor.type)}"
        f" dims: {tensor.shape} }}]"
        for tensor in tensors
    ]


def _parameter(key: str, value: str) -> str:
    return f"parameters [{{ key: {_quoted(key)} value: {{ string_value: {_quoted(value)} }} }}]"


def _quoted(text: str) -> str:
    return json.dumps(
        text
    )  # for the ASCII that names, versions and digests are made of, protobuf quotes alike
