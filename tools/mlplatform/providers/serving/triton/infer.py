"""Sending real rows to a loaded version, past the gateway. What is sent and answered is never quoted."""

from collections.abc import Mapping, Sequence

from mlplatform.providers.serving.interface import Array, Candidate, SignatureMismatch
from mlplatform.providers.serving.triton import sample
from mlplatform.providers.serving.triton.config import upstream_name
from mlplatform.providers.serving.triton.http import ServerClient


def infer(
    server: ServerClient, candidate: Candidate, inputs: Sequence[Array], seconds: float
) -> Mapping[str, Array]:
    """The outputs by name; SignatureMismatch where they are not as the signature says, NoAnswer after `seconds`."""
    name, signature = upstream_name(candidate.model, candidate.ref.digest), candidate.signature
    body, headers = sample.request(inputs, signature)
    answer = server.ask("POST", f"/v2/models/{name}/infer", body, headers, seconds)
    if answer.status != 200:  # the server's own words may hold what it was sent
        raise SignatureMismatch(f"{name} does not take rows of the sample (status {answer.status})")
    try:
        outputs = {output.name: output for output in sample.outputs(answer.body, answer.headers)}
    except ValueError:
        raise SignatureMismatch(f"{name} answers what cannot be read") from None
    for tensor in signature.outputs:
        if tensor.name not in outputs:
            raise SignatureMismatch(f"{name} answers without the output {tensor.name}")
        if flaw := sample.flaw(outputs[tensor.name], tensor):
            raise SignatureMismatch(f"{name} does not answer as its signature says: {flaw}")
    return outputs
