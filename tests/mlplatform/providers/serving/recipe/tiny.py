"""The serving provider `tiny`: one small HTTP server that scales rows, reached at an address."""

import json
import struct
import tempfile
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mlplatform.core.kinds.serving_settings import TinySettings
from mlplatform.providers.artifacts import store_for
from mlplatform.providers.artifacts.interface import ArtifactError
from mlplatform.providers.serving.interface import (
    Array,
    Candidate,
    Observation,
    Pending,
    Ready,
    Served,
    ServingError,
    SignatureMismatch,
)


class TinyServing:
    """A tiny server. Every call reads anew what it has."""

    name = "tiny"

    def __init__(self, settings: TinySettings) -> None:
        self._uri, self._seconds = settings.uri.rstrip("/"), settings.deadlineSeconds

    def observe(self) -> Observation:
        state = self._ask("GET", "/state")
        versions = tuple(Served(*fields, ready=True) for fields in state["versions"])
        return Observation(versions, {model: {digest: 100} for model, digest in state["routes"].items()})

    def ensure(self, candidate: Candidate) -> Ready | Pending:
        with tempfile.TemporaryDirectory() as folder:
            try:
                store_for(candidate.ref.uri).fetch(candidate.ref, Path(folder) / "model")
            except ArtifactError as error:
                raise ServingError(f"{candidate.model} {candidate.version} cannot be used: {error}") from None
            content = (Path(folder) / "model" / "model.onnx").read_bytes()
        self._ask("PUT", f"/versions/{candidate.model}/{candidate.ref.digest}/{candidate.version}", content)
        return Ready()

    def probe(self, candidate: Candidate) -> None:
        served = self.observe().find(candidate.model, candidate.ref.digest)
        if served is None or served.version != candidate.version:
            raise ServingError(f"{candidate.model} {candidate.version} is not loaded")
        tensor = candidate.signature.inputs[0]
        shape = [1, *tensor.shape[1:]]
        self.infer(candidate, [Array(tensor.name, "FP32", shape, bytes(4 * shape[1]))], self._seconds)

    def infer(self, candidate: Candidate, inputs: Sequence[Array], seconds: float) -> Mapping[str, Array]:
        (rows,) = inputs
        numbers = list(struct.unpack(f"<{len(rows.data) // 4}f", rows.data))
        tensor = {"name": rows.name, "shape": list(rows.shape), "datatype": "FP32", "data": numbers}
        path = f"/infer/{candidate.model}/{candidate.ref.digest}"
        answer = self._ask("POST", path, json.dumps({"inputs": [tensor]}).encode(), seconds)
        output, expected = answer["outputs"][0], candidate.signature.outputs[0]
        if (output["name"], output["datatype"]) != (expected.name, expected.type):
            raise SignatureMismatch(f"{candidate.model} {candidate.version} answers {output['name']}")
        data = struct.pack(f"<{len(output['data'])}f", *output["data"])
        return {expected.name: Array(expected.name, "FP32", output["shape"], data)}

    def route(self, model: str, weights: Mapping[str, int]) -> Ready | Pending:
        if not weights:
            self._ask("DELETE", f"/routes/{model}")
            return Ready()
        (digest, weight), *others = weights.items()
        if others or weight != 100:
            raise ServingError("weights are not supported")
        if self.observe().find(model, digest) is None:
            raise ServingError(f"{model} cannot be routed to {digest}: it is not loaded")
        self._ask("PUT", f"/routes/{model}/{digest}")
        return Ready()

    def retire(self, model: str, digest: str) -> Ready | Pending:
        if digest in self.observe().weights.get(model, {}):
            raise ServingError(f"{model} {digest} answers requests")
        self._ask("DELETE", f"/versions/{model}/{digest}")
        return Ready()

    def flaws(self) -> Mapping[tuple[str, str], str]:
        return {}

    def url(self, model: str) -> str:
        return f"{self._uri}/infer/{model}"

    def _ask(self, method: str, path: str, body: bytes | None = None, seconds: float | None = None) -> Any:
        request = urllib.request.Request(self._uri + path, body, method=method)
        try:
            with urllib.request.urlopen(request, timeout=seconds or self._seconds) as answer:
                return json.load(answer)
        except (OSError, ValueError) as error:
            raise ServingError(f"the tiny server at {self._uri} does not answer: {error}") from None
