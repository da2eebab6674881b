"""Asking a loaded version itself, past the gateway, whether it is the right one and answers as its signature says."""

from collections.abc import Sequence

from mlplatform.providers.serving.interface import Candidate, ServingError
from mlplatform.providers.serving.triton import sample
from mlplatform.providers.serving.triton.config import upstream_name
from mlplatform.providers.serving.triton.control import Control
from mlplatform.providers.serving.triton.http import error_of
from mlplatform.providers.serving.triton.infer import infer
from mlplatform.providers.serving.triton.made_up import Request, made_up_requests

SECONDS = 30.0  # for one answer


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
    if candidate.requests:
        for inputs in candidate.requests:
            infer(control.server, candidate, inputs, SECONDS)
    else:
        _ask_made_up(control, candidate)


def _ask_made_up(control: Control, candidate: Candidate) -> None:
    """Return once the version answers a made-up row; ServingError with the flaw of the first where it answers none."""
    flaws = (_flaw(control, candidate, requests) for requests in made_up_requests(candidate.signature))
    first = next(flaws, "")
    if not first or "" in flaws:
        return
    raise ServingError(
        f"{first}; no made-up row was answered, and its model names none",
        fix=f"if such rows are not for it, name one in models/{candidate.model}.yaml: probe: {{inputs: {{…}}}}",
    )


def _flaw(control: Control, candidate: Candidate, requests: Sequence[Request]) -> str:
    """Why the answer to one of these requests is not as the signature says; empty when all are."""
    name, signature = upstream_name(candidate.model, candidate.ref.digest), candidate.signature
    for inputs in requests:
        body, headers = sample.request(inputs, signature)
        answer = control.server.ask("POST", f"/v2/models/{name}/infer", body, headers)
        if answer.status != 200:
            return f"{name} does not answer a sample: {error_of(answer)}"
        try:
            outputs = {output.name: output for output in sample.outputs(answer.body, answer.headers)}
        except ValueError as error:
            return f"{name} does not answer a sample: {error}"
        for tensor in signature.outputs:
            if tensor.name not in outputs:
                return f"{name} answers without the output {tensor.name}"
            if flaw := sample.flaw(outputs[tensor.name], tensor):
                return f"{name} does not answer as its signature says: {flaw}"
    return ""
