"""Check that a change brings no held-out rows into the data that a model is trained on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mlplatform.check.document_index import DocumentIndex
from mlplatform.core.change_base import ChangeBase
from mlplatform.core.document import Document
from mlplatform.core.finding import Finding
from mlplatform.core.kinds import Model
from mlplatform.core.loaded_source import LoadedSource
from mlplatform.core.naming import Kind, path_of
from mlplatform.core.row_sketch import RowSketch, share_in
from mlplatform.core.rule import declare_rule
from mlplatform.core.table import CsvTable

LINK_HELD_OUT = declare_rule(
    __name__,
    "link-held-out",
    "The training data gains no held-out rows",
    "A model that was trained on the rows it is measured with is measured by its memory. The rows are compared, "
    "whatever their order, the order of the columns, the delimiter and the line ends. Where a model's training data "
    "always held its sample, because its script leaves it out, a row may occur there as often as before.",
    fix="take the held-out rows out of the training data, or hold out others",
    passes="validation: {dataset: postal/digits-held-out, …}, none of whose rows was added to postal/digits",
    fails="all rows of postal/digits-held-out are appended to postal/digits",
    soc2=("CC8.1", "PI1.2"),
    asks="change",
)

_MOST_MORE = 0.01  # of the held-out rows


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of a change: where data sets lie, and the tables there by path."""

    source: LoadedSource

    def sketch(self, dataset: str) -> RowSketch | None:
        raw = self.source.raws.get(path_of(Kind.DATASET, dataset))
        table: CsvTable | None = self.source.tables.get(str(raw.data.get("location"))) if raw else None
        return table.sketch if table else None


def held_out_rows(index: DocumentIndex, head: LoadedSource, base: ChangeBase | None) -> Iterator[Finding]:
    """Yield the models whose training data has more of their held-out rows than at the base."""
    if base is None:
        return
    for model in index.repository.models.values():
        if model.body.validation:
            for number, dataset in enumerate(model.body.data.datasets):
                yield from _leak(model, number, dataset, _Side(head), _Side(base.loaded))


def _leak(model: Document[Model], number: int, dataset: str, head: _Side, base: _Side) -> Iterator[Finding]:
    held_out = model.body.validation.dataset if model.body.validation else ""
    sample, training = head.sketch(held_out), head.sketch(dataset)
    if sample is None or training is None or held_out == dataset:
        return
    earlier_sample, earlier_training = base.sketch(held_out), base.sketch(dataset)
    if earlier_sample is None or earlier_training is None:
        before, is_known = 0.0, False
    else:
        before, is_known = _occurrences(earlier_sample, earlier_training), True
    allowed = before + _MOST_MORE + before * (earlier_training or training).repeated / 2
    if not is_known:
        allowed += training.repeated
    if _occurrences(sample, training) <= allowed:
        return
    share, rows = share_in(sample, training)
    at = model.position(("data", "datasets", number))
    message = f"{dataset} holds {share:.0%} of the rows of {held_out} ({rows} of those compared)"
    if is_known:
        fix = "take them out of the training data, or hold out others"
        yield LINK_HELD_OUT.error(model.path, f"{message}, more often than before", fix=fix, at=at)
    else:
        fix = "see that the training script leaves them out, or take them out of the training data"
        yield LINK_HELD_OUT.warning(model.path, message, fix=fix, at=at)


def _occurrences(sample: RowSketch, training: RowSketch) -> float:
    """Return how often a row of the sample occurs in the training data, on average."""
    limit = min(sample.limit, training.limit)
    rows = sample.below(limit)
    counts: Mapping[int, int] = training.counts
    return sum(counts.get(row, 0) for row in rows) / len(rows) if rows else 0.0
