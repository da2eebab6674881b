"""Compare the columns of data files in the repository with those that their documents declare."""

import json
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from mlplatform.check.document_index import DocumentIndex
from mlplatform.core.document import Document
from mlplatform.core.finding import Finding
from mlplatform.core.kinds import Dataset
from mlplatform.core.kinds.base import LABEL, LONGEST_LABEL
from mlplatform.core.names import lookalike
from mlplatform.core.rule import declare_rule
from mlplatform.core.table import CsvTable
from mlplatform.strict_yaml.characters import hidden
from mlplatform.strict_yaml.writer import write_text

DATA_COLUMNS = declare_rule(
    __name__,
    "data-columns",
    "A data set declares the columns that its file has",
    "A column that is not declared has no classification, so personal data in it would not be protected. Checked "
    "for data in this repository.",
    fix="declare the columns of the file's first line, all of them and no others",
    passes="columns: {id: {…}, score: {…}} and the first line id,score",
    fails="columns: {id: {…}} and the first line id,score,email",
    soc2=("CC6.1", "C1.1", "PI1.2"),
)

_MOST = 20  # findings a data set: a file of another table has hundreds of other columns
_NAME = re.compile(LABEL)


def dataset_columns(index: DocumentIndex, tables: Mapping[str, CsvTable]) -> Iterator[Finding]:
    """Yield the columns that a file or its document lacks; `tables` holds the contents of the files by path."""
    for dataset in index.repository.datasets.values():
        if table := tables.get(dataset.body.location):
            yield from _differences(dataset, table)


def _differences(dataset: Document[Dataset], table: CsvTable) -> Iterator[Finding]:
    declared = dataset.body.columns
    differences = [_gone(dataset, name, table) for name in declared if name not in table.columns]
    differences += [_undeclared(dataset, name) for name in table.columns if name not in declared]
    yield from differences[:_MOST]
    if len(differences) > _MOST:
        message = f"{dataset.body.location} has {len(differences) - _MOST} more columns too few or too many"
        fix = "declare the columns of the file's first line, all of them and no others"
        yield DATA_COLUMNS.error(dataset.path, message, fix=fix, at=dataset.position(("columns",)))


def _gone(dataset: Document[Dataset], name: str, table: CsvTable) -> Finding:
    near = get_close_matches(name, set(table.columns) - set(dataset.body.columns), 1, 0.8)
    fix = (
        f"rename it to {near[0]}, as the file does"
        if near
        else "remove it, or restore the column in the file"
    )
    message = f"{dataset.body.location} has no column {name}"
    return DATA_COLUMNS.error(dataset.path, message, fix=fix, at=dataset.position(("columns", name)))


def _undeclared(dataset: Document[Dataset], name: str) -> Finding:
    at = dataset.position(("columns",))
    if _NAME.fullmatch(name) and len(name) <= LONGEST_LABEL and not hidden(name) and not lookalike(name):
        message = f"{dataset.body.location} has a column {name} that is not declared"
        fix = f"add {write_text(name)}: {{type: …, classification: …}} to columns"
    else:
        message = f"{dataset.body.location} has a column {_quoted(name)}, and no column can be called so"
        fix = f"rename it in the file: at most {LONGEST_LABEL} visible characters, no blanks at its ends"
    return DATA_COLUMNS.error(dataset.path, message, fix=fix, at=at)


def _quoted(name: str) -> str:
    """A header's text as one that can be printed, in ASCII and not too long."""
    return json.dumps(name if len(name) <= 60 else f"{name[:56]}…")
