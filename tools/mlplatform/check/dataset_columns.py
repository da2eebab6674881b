"""Compare the columns of data files in the repository with those that their documents declare."""

import json
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from mlplatform.check.document_index import DocumentIndex
from mlplatform.core.document import Document
from mlplatform.core.finding import Finding, error
from mlplatform.core.kinds import Dataset
from mlplatform.core.table import CsvTable

RULES = ("data-columns",)
_MOST = 20  # findings a data set: a file of another table has hundreds of other columns
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")


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
        yield error(RULES[0], dataset.path, message, fix=fix, at=dataset.position(("columns",)))


def _gone(dataset: Document[Dataset], name: str, table: CsvTable) -> Finding:
    near = get_close_matches(name, set(table.columns) - set(dataset.body.columns), 1, 0.8)
    fix = (
        f"rename it to {near[0]}, as the file does"
        if near
        else "remove it, or restore the column in the file"
    )
    message = f"{dataset.body.location} has no column {name}"
    return error(RULES[0], dataset.path, message, fix=fix, at=dataset.position(("columns", name)))


def _undeclared(dataset: Document[Dataset], name: str) -> Finding:
    at = dataset.position(("columns",))
    if _NAME.fullmatch(name):
        message = f"{dataset.body.location} has a column {name} that is not declared"
        fix = f"add {name}: {{type: …, classification: …}} to columns"
    else:
        message = f"{dataset.body.location} has a column {_quoted(name)}, and no column can be called so"
        fix = "rename it in the file: a name has letters, digits and _, and does not start with a digit"
    return error(RULES[0], dataset.path, message, fix=fix, at=at)


def _quoted(name: str) -> str:
    """A header's text as one that can be printed, in ASCII and not too long."""
    return json.dumps(name if len(name) <= 60 else f"{name[:56]}…")
