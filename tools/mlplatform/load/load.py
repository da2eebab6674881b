"""The first step, load: read everything in a source into plain values, with findings about what cannot be read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from mlplatform.core.codeowners import CODEOWNERS, OTHER_CODEOWNERS
from mlplatform.core.document import RawDocument
from mlplatform.core.garbage_collection import gc_paused
from mlplatform.core.loaded_source import LoadedSource
from mlplatform.core.scripts import is_script
from mlplatform.core.source import FileType, Source, SourceFile
from mlplatform.load.dataset_files import read_data
from mlplatform.load.documents import read_documents
from mlplatform.load.free_text import personal_data_findings
from mlplatform.load.hidden_diffs import MAX_BYTES as MAX_ATTRIBUTES
from mlplatform.load.hidden_diffs import attribute_files, hidden_diffs
from mlplatform.load.paths import documents
from mlplatform.load.policies import MAX_POLICY, astray_tests, ignored_files, policy_files, schema_files
from mlplatform.load.portable_tree import portable_tree_findings
from mlplatform.load.read_files import contents, texts
from mlplatform.load.shadowed_modules import shadowed_modules
from mlplatform.load.undeclared_files import undeclared_files

DATA_ROOT = "examples/data/"
SCRIPT_ROOT = "examples/training/"
MAX_SCRIPT = 16 << 20  # bytes; notebooks hold pictures
_LOCKS = "requirements/"
_MAX_LOCK = 3 * 1024 * 1024
_MAX_CODEOWNERS = 3 * 1024 * 1024  # GitHub's own limit


@gc_paused()
def load(source: Source) -> LoadedSource:
    """Load every document, policy, schema and data file of a source; only their readability is checked."""
    files = source.files(("",))
    identities, misplaced = documents(files)
    raws, unreadable = read_documents(source, files, identities)
    policies, unreadable_policies = texts(source, policy_files(files), MAX_POLICY)
    schemas, unreadable_schemas = texts(source, schema_files(files), MAX_POLICY)
    digests, tables, unreadable_data = read_data(source, _data_files(files, raws.values()))
    script_data, unreadable_scripts = contents(source, _script_files(files), MAX_SCRIPT)
    owners, unreadable_owners = texts(source, _codeowners(files), _MAX_CODEOWNERS)
    locks, unreadable_locks = texts(source, _locks(files), _MAX_LOCK)
    attributes, unreadable_attributes = texts(source, attribute_files(files), MAX_ATTRIBUTES)
    other_findings = [
        *undeclared_files(files, (_location(raw.data) for raw in _datasets(raws.values())), unreadable),
        *ignored_files(files),
        *personal_data_findings(source, files, identities),
        *portable_tree_findings(files),
        *shadowed_modules(files),
        *hidden_diffs(attributes),
        *unreadable_attributes,
        *unreadable_locks,
        *astray_tests(source, files),
        *unreadable_policies,
        *unreadable_schemas,
        *unreadable_data,
        *unreadable_owners,
        *unreadable_scripts,
    ]
    return LoadedSource(
        commit=source.commit,
        raws=raws,
        findings=tuple(sorted({*misplaced, *unreadable, *other_findings})),
        policies=policies,
        schemas=schemas,
        digests=digests,
        tables=tables,
        scripts=frozenset(_scripts(files)),
        script_texts={path: data.decode(errors="replace") for path, data in script_data.items()},
        codeowners=owners,
        locks=locks,
    )


def _codeowners(files: Sequence[SourceFile]) -> list[SourceFile]:
    return [file for file in files if file.path in (CODEOWNERS, *OTHER_CODEOWNERS)]


def _locks(files: Sequence[SourceFile]) -> list[SourceFile]:
    return [file for file in files if file.path.startswith(_LOCKS) and file.path.endswith(".txt")]


def _data_files(files: Sequence[SourceFile], raws: Iterable[RawDocument]) -> list[SourceFile]:
    """Return the files of this repository that data sets name as their location."""
    named = {_location(raw.data) for raw in _datasets(raws)}
    return [file for file in files if file.path in named]


def _datasets(raws: Iterable[RawDocument]) -> Iterator[RawDocument]:
    return (raw for raw in raws if raw.identity.kind.entry.describes_data)


def _scripts(files: Sequence[SourceFile]) -> Iterator[str]:
    """Yield the paths of the training scripts."""
    return (file.path for file in files if file.path.startswith(SCRIPT_ROOT) and file.type is FileType.FILE)


def _script_files(files: Sequence[SourceFile]) -> list[SourceFile]:
    return [file for file in files if is_script(file.path) and file.type is FileType.FILE]


def _location(data: Mapping[str, Any]) -> str:
    location = data.get("location")
    return location if isinstance(location, str) and location.startswith(DATA_ROOT) else ""
