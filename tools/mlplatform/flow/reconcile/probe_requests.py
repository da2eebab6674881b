"""Finds what to probe a version with: the rows that its model's document names, or held-out rows."""

from collections.abc import Sequence

from mlplatform.core.errors import Refusal
from mlplatform.core.kinds import Model
from mlplatform.core.kinds.model import Signature
from mlplatform.core.repository import Repository
from mlplatform.core.tensor_values import encode
from mlplatform.flow.promotion.held_out_sample import sample_file, validation_and_sample
from mlplatform.flow.workspace import Workspace
from mlplatform.providers.serving.interface import Array
from mlplatform.validate.sample import read_sample

Request = Sequence[Array]


def probe_requests(
    workspace: Workspace, repository: Repository, model: str, signature: Signature
) -> tuple[Request, ...]:
    """Return the inputs of `probe` in the model's document, else rows of its `validation`; none where neither fits.

    `signature` is the version's own, which an older version may have other than the document.
    """
    document = repository.models.get(model)
    if document is None:
        return ()
    declared = _declared(document.body, signature)
    return (declared,) if declared else _held_out(workspace, repository, model, signature)


def _declared(model: Model, signature: Signature) -> Request | None:
    if model.probe is None or model.probe.inputs.keys() != {tensor.name for tensor in signature.inputs}:
        return None
    try:
        encoded = [(tensor, encode(tensor, model.probe.inputs[tensor.name])) for tensor in signature.inputs]
    except ValueError:
        return None
    return [Array(tensor.name, tensor.type, shape, data) for tensor, (shape, data) in encoded]


def _held_out(
    workspace: Workspace, repository: Repository, model: str, signature: Signature
) -> tuple[Request, ...]:
    """Return the first held-out row, and the first two; none when there are no rows that the signature takes."""
    document = repository.models[model].body.model_copy(update={"signature": signature})
    try:
        validation, dataset = validation_and_sample(repository, model, document)
        data = sample_file(workspace, repository, dataset)
        two_rows = validation.model_copy(update={"rows": 2})
        sample = read_sample(data, dataset.body.location, document, two_rows)
    except Refusal:  # `platform validate` says why: a probe does without
        return ()
    return tuple(sample.batch(0, count) for count in range(1, len(sample.rows) + 1))
