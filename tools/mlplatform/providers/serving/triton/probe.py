"""Asking a loaded version itself, past the gateway, whether it is the right one and answers as its signature says."""

from mlplatform.core.kinds.model import Signature
from mlplatform.providers.serving.interface import Candidate, ServingError
from mlplatform.providers.serving.triton import sample
from mlplatform.providers.serving.triton.config import upstream_name
from mlplatform.providers.serving.triton.control import Control
from mlplatform.providers.serving.triton.http import error_of

BATCHES = (1, 2)


def probe(control: Control, candidate: Candidate) -> None:
    """Raises ServingError saying what differs."""
    name = upstream_name(candidate.model, candidate.ref.digest)
    state = control.state(name)
    if state.state != "READY":
        raise ServingError(
            f"{name} is not loaded in {control.server}: {state.reason or state.state.lower() or 'unknown'}"
        )
    running = control.parameters(name)
    for key, expected in (("digest", candidate.ref.digest), ("version", candidate.version)):
        if running.get(key) != expected:
            raise ServingError(f"{name} runs with the {key} {running.get(key)} and should with {expected}")
    for batch in BATCHES if has_batch(candidate.signature) else (1,):
        _ask(control, name, candidate.signature, batch)


def has_batch(signature: Signature) -> bool:
    """True when every input's first dimension is free: then the number of rows is the client's to choose."""
    return all(tensor.shape[0] == -1 for tensor in signature.inputs)


def _ask(control: Control, name: str, signature: Signature, batch: int) -> None:
    body, headers = sample.zeros(signature, batch)
    answer = control.server.ask("POST", f"/v2/models/{name}/infer", body, headers)
    if answer.status != 200:
        raise ServingError(f"{name} does not answer a sample: {error_of(answer)}")
    try:
        outputs = {output.name: output for output in sample.outputs(answer.body, answer.headers)}
    except ValueError as error:
        raise ServingError(f"{name} does not answer a sample: {error}") from None
    for tensor in signature.outputs:
        if tensor.name not in outputs:
            raise ServingError(f"{name} answers without the output {tensor.name}")
        if flaw := sample.flaw(outputs[tensor.name], tensor, batch if has_batch(signature) else None):
            raise ServingError(f"{name} does not answer as its signature says: {flaw}")
