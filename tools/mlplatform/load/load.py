"""The first step: everything that a source says, in plain values, and what could not be read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from mlplatform.core.document import Raw
from mlplatform.core.finding import Finding, error
from mlplatform.core.loaded import Loaded
from mlplatform.core.naming import Identity, Kind
from mlplatform.core.payload import digest_of_bytes
from mlplatform.core.source import FileType, Source, SourceFile
from mlplatform.load.characters import MAX_BYTES
from mlplatform.load.contents import contents, texts
from mlplatform.load.paths import documents
from mlplatform.load.policies import MAX_POLICY, passed_over, policy_files, schema_files
from mlplatform.load.scalars import short
from mlplatform.load.tables import read_tables
from mlplatform.load.yaml import parse

DATA_ROOT = "examples/data/"
SCRIPT_ROOT = "examples/training/"
_MAX_DATA = 64 * 1024 * 1024


def load(source: Source) -> Loaded:
    """Every document, policy and schema of a source; it judges nothing but whether they can be read."""
    files = source.files(("",))
    identities, misplaced = documents(files)
    raws, unreadable = _documents(source, files, identities)
    policies, no_policies = texts(source, policy_files(files), MAX_POLICY)
    schemas, no_schemas = texts(source, schema_files(files), MAX_POLICY)
    data, no_data = contents(source, _data_files(files, raws.values()), _MAX_DATA)
    tables, no_tables = read_tables(data)
    unread = [*passed_over(files), *no_policies, *no_schemas, *no_data, *no_tables]
    return Loaded(
        commit=source.commit,
        raws=raws,
        findings=tuple(sorted({*misplaced, *unreadable, *unread})),
        policies=policies,
        schemas=schemas,
        digests={path: digest_of_bytes(content) for path, content in data.items()},
        tables=tables,
        scripts=frozenset(_scripts(files)),
    )


def _documents(
    source: Source, files: Sequence[SourceFile], identities: Mapping[str, Identity]
) -> tuple[dict[str, Raw], list[Finding]]:
    wanted = [file for file in files if file.path in identities]
    found, findings = contents(source, wanted, MAX_BYTES, "yaml-size")
    raws: dict[str, Raw] = {}
    for path, data in found.items():
        parsed = parse(path, data)
        findings.extend(parsed.findings)
        if parsed.data is None:
            continue
        raw = Raw(path, identities[path], parsed.data, parsed.places)
        findings.extend(_schema(raw))
        if raw.data.get("schema") == _schema_of(raw.identity.kind):
            raws[path] = raw
    return raws, findings


def _schema_of(kind: Kind) -> str:
    return f"{kind.value}/v1"


def _schema(raw: Raw) -> Iterator[Finding]:
    """Whether the first key says what the path says."""
    expected = _schema_of(raw.identity.kind)
    fix = f"let the document start with `schema: {expected}`"
    said = raw.data.get("schema")
    if "schema" not in raw.data:
        yield error(
            "schema-kind", raw.path, f"this path holds a {expected} and the document names no schema", fix=fix
        )
    elif said != expected:
        why = f"this path holds a {expected} and the document says {short(str(said))}"
        yield error("schema-kind", raw.path, why, fix=fix, at=raw.place(("schema",)))
    elif next(iter(raw.data)) != "schema":
        yield error(
            "schema-kind", raw.path, "schema is not the first key", fix=fix, at=raw.place(("schema",))
        )


def _data_files(files: Sequence[SourceFile], raws: Iterable[Raw]) -> list[SourceFile]:
    """The files of this repository that data sets name as their location."""
    named = {_location(raw.data) for raw in raws if raw.identity.kind is Kind.DATASET}
    return [file for file in files if file.path in named]


def _scripts(files: Sequence[SourceFile]) -> Iterator[str]:
    """The training scripts there are."""
    return (file.path for file in files if file.path.startswith(SCRIPT_ROOT) and file.type is FileType.FILE)


def _location(data: Mapping[str, Any]) -> str:
    said = data.get("location")
    return said if isinstance(said, str) and said.startswith(DATA_ROOT) else ""
