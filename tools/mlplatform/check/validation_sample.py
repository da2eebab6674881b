"""Check that a model's held-out sample has the columns that the model takes."""

from collections.abc import Iterator

from mlplatform.check.document_index import DocumentIndex
from mlplatform.core.document import Document, KeyPath
from mlplatform.core.finding import Finding, error
from mlplatform.core.kinds import Dataset, Model
from mlplatform.core.kinds.model import Validation
from mlplatform.core.validation import answers_of, columns_by_input

_FIX = "name columns of the data set, as many as the signature takes, and its target beside them"


def validation_links(index: DocumentIndex, model: Document[Model]) -> Iterator[Finding]:
    """Yield what is wrong with the validation of a model, where it has one."""
    asked = model.body.validation
    if asked is None:
        return
    yield from _signature(model, asked)
    if dataset := index.repository.datasets.get(asked.dataset):
        yield from _dataset(model, asked, dataset)


def _signature(model: Document[Model], asked: Validation) -> Iterator[Finding]:
    """Columns and task fit what goes in and what comes out."""
    for pointer, ask in (
        (("validation", "inputs"), lambda: columns_by_input(model.body.signature, asked.inputs)),
        (("validation", "task"), lambda: answers_of(model.body.signature, asked.task)),
    ):
        try:
            ask()
        except ValueError as why:
            yield _finding(model, pointer, str(why))


def _dataset(model: Document[Model], asked: Validation, dataset: Document[Dataset]) -> Iterator[Finding]:
    columns, location = dataset.body.columns, dataset.body.location
    if "://" in location or dataset.body.format != "csv":
        message = f"{asked.dataset} lies at {location}, and a sample is a CSV file in examples/data"
        yield _finding(model, ("validation", "dataset"), message)
    if asked.target not in columns:
        yield _finding(model, ("validation", "target"), f"{asked.dataset} has no column {asked.target}")
    for place, name in enumerate(asked.inputs):
        if name not in columns:
            yield _finding(model, ("validation", "inputs", place), f"{asked.dataset} has no column {name}")
        elif name == asked.target:
            message = f"{name} is the target: a model that is given the answer is not asked anything"
            yield _finding(model, ("validation", "inputs", place), message)


def _finding(model: Document[Model], pointer: KeyPath, message: str) -> Finding:
    return error("link-validation", model.path, message, fix=_FIX, at=model.position(pointer))
