"""The first step: everything that a source says, in plain values, and what could not be read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from mlplatform.core.document import RawDocument
from mlplatform.core.garbage_collection import gc_paused
from mlplatform.core.loaded_source import LoadedSource
from mlplatform.core.naming import Kind
from mlplatform.core.source import FileType, Source, SourceFile
from mlplatform.load.dataset_files import read_data
from mlplatform.load.documents import read_documents
from mlplatform.load.paths import documents
from mlplatform.load.policies import MAX_POLICY, astray_tests, ignored_files, policy_files, schema_files
from mlplatform.load.read_files import texts
from mlplatform.load.undeclared_files import undeclared_files

DATA_ROOT = "examples/data/"
SCRIPT_ROOT = "examples/training/"


@gc_paused()
def load(source: Source) -> LoadedSource:
    """Every document, policy and schema of a source; it judges nothing but whether they can be read."""
    files = source.files(("",))
    identities, misplaced = documents(files)
    raws, unreadable = read_documents(source, files, identities)
    policies, no_policies = texts(source, policy_files(files), MAX_POLICY)
    schemas, no_schemas = texts(source, schema_files(files), MAX_POLICY)
    digests, tables, no_data = read_data(source, _data_files(files, raws.values()))
    unread = [
        *undeclared_files(files, (_location(raw.data) for raw in _datasets(raws.values())), unreadable),
        *ignored_files(files),
        *astray_tests(source, files),
        *no_policies,
        *no_schemas,
        *no_data,
    ]
    return LoadedSource(
        commit=source.commit,
        raws=raws,
        findings=tuple(sorted({*misplaced, *unreadable, *unread})),
        policies=policies,
        schemas=schemas,
        digests=digests,
        tables=tables,
        scripts=frozenset(_scripts(files)),
    )


def _data_files(files: Sequence[SourceFile], raws: Iterable[RawDocument]) -> list[SourceFile]:
    """The files of this repository that data sets name as their location."""
    named = {_location(raw.data) for raw in _datasets(raws)}
    return [file for file in files if file.path in named]


def _datasets(raws: Iterable[RawDocument]) -> Iterator[RawDocument]:
    return (raw for raw in raws if raw.identity.kind is Kind.DATASET)


def _scripts(files: Sequence[SourceFile]) -> Iterator[str]:
    """The training scripts there are."""
    return (file.path for file in files if file.path.startswith(SCRIPT_ROOT) and file.type is FileType.FILE)


def _location(data: Mapping[str, Any]) -> str:
    said = data.get("location")
    return said if isinstance(said, str) and said.startswith(DATA_ROOT) else ""
