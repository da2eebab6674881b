"""Check that the row that a model is probed with is one that its signature takes."""

from collections.abc import Iterator

from mlplatform.core.document import Document
from mlplatform.core.finding import Finding
from mlplatform.core.kinds import Model
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
        try:
            if name not in tensors:
                raise ValueError("the signature has no such input")
            encode(tensors[name], value)
        except ValueError as why:
            message = f"the probe's {name} does not fit: {why}"
            yield LINK_PROBE.error(model.path, message, fix=_FIX, at=model.position((*at, name)))
