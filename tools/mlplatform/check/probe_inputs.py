"""Check that the row that a model is probed with is one that its signature takes."""

from collections.abc import Iterator
from typing import Any

from mlplatform.core.document import Document
from mlplatform.core.finding import Finding
from mlplatform.core.kinds import Model
from mlplatform.core.kinds.model import Tensor
from mlplatform.core.rule import declare_rule
from mlplatform.core.tensor_values import encode

LINK_PROBE = declare_rule(
    __name__,
    "link-probe",
    "The probe has a value for each input, as the signature takes it",
    "An apply sends this row to a version before any traffic; a row that does not fit would be passed over.",
    fix="give each input of the signature a list of its shape, with values of its type",
    passes="probe: {inputs: {colour: [[red]], size: [[2.5]]}}",
    fails="probe: {inputs: {colour: [[red]]}}, where the signature takes size too",
    soc2=("CC8.1", "PI1.2"),
)

_FIX = "give each input of the signature, and nothing else, a list of its shape with values of its type"


def probe_links(model: Document[Model]) -> Iterator[Finding]:
    """Yield what does not fit the signature in the probe of a model, where it has one."""
    if model.body.probe is None:
        return
    inputs, at = model.body.probe.inputs, ("probe", "inputs")
    tensors = {tensor.name: tensor for tensor in model.body.signature.inputs}
    for name in tensors.keys() - inputs.keys():
        message = f"the probe has no value for the input {name}"
        yield LINK_PROBE.error(model.path, message, fix=_FIX, at=model.position(at))
    for name, value in inputs.items():
        if misfit := _misfit(tensors.get(name), value):
            message = f"the probe's {name} does not fit: {misfit}"
            yield LINK_PROBE.error(model.path, message, fix=_FIX, at=model.position((*at, name)))


def _misfit(tensor: Tensor | None, value: Any) -> str:
    if tensor is None:
        return "the signature has no such input"
    try:
        encode(tensor, value)
    except ValueError as why:
        return str(why)
    return ""
