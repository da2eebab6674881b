"""Read the documents of a source: all cores read the valid ones, and the others are read again for their findings."""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any
from zlib import crc32

from mlplatform.core.document import RawDocument
from mlplatform.core.finding import Finding, error
from mlplatform.core.naming import Identity, Kind
from mlplatform.core.source import FileType, Source, SourceFile
from mlplatform.load.read_files import contents
from mlplatform.providers.parallel import share, split
from mlplatform.strict_yaml.characters import MAX_BYTES
from mlplatform.strict_yaml.parser import parse
from mlplatform.strict_yaml.scalars import short
from mlplatform.strict_yaml.source_map import SourceMap

_Read = tuple[Mapping[str, Any], SourceMap]


def read_documents(
    source: Source, files: Sequence[SourceFile], identities: Mapping[str, Identity]
) -> tuple[dict[str, RawDocument], list[Finding]]:
    """Return the documents among the files, by path in order, and findings about those that cannot be read."""
    named = [file for file in files if file.path in identities]
    read = _read_valid(
        source, [file for file in named if file.type is FileType.FILE and file.size <= MAX_BYTES]
    )
    invalid = [file for file in named if file.path not in read]
    texts, findings = contents(source, invalid, MAX_BYTES, "yaml-size")
    for path, data in texts.items():
        parsed = parse(path, data)
        findings.extend(parsed.findings)
        if parsed.data is not None:
            read[path] = parsed.data, parsed.positions
    raws: dict[str, RawDocument] = {}
    for path in (file.path for file in named if file.path in read):
        raw = RawDocument(path, identities[path], *read[path])
        findings.extend(_check_schema_key(raw))
        if raw.data.get("schema") == _schema_of(raw.identity.kind):
            raws[path] = raw
    return raws, findings


def _read_valid(source: Source, files: Sequence[SourceFile]) -> dict[str, _Read]:
    """Return the documents that have no findings; the others are left out."""
    parts = split([file.path for file in files], lambda path: crc32(path.encode(errors="surrogatepass")))
    return {
        path: (data, SourceMap(data, array("Q", marks)))
        for parsed in share(partial(_parse, source), parts)
        for path, (data, marks) in (parsed or {}).items()
    }


def _parse(source: Source, paths: Sequence[str]) -> dict[str, tuple[Mapping[str, Any], bytes]]:
    """Return values and the marks of their positions, in a form that one process can send to another."""
    documents = ((path, parse(path, data)) for path, data in source.read(paths).items())
    return {
        path: (document.data, document.positions.marks)
        for path, document in documents
        if document.data is not None
    }


def _schema_of(kind: Kind) -> str:
    return f"{kind.value}/v1"


def _check_schema_key(raw: RawDocument) -> Iterator[Finding]:
    """Yield a finding when the first key is not the schema that the path stands for."""
    expected = _schema_of(raw.identity.kind)
    fix = f"start the document with `schema: {expected}`"
    schema = raw.data.get("schema")
    if "schema" not in raw.data:
        yield error(
            "schema-kind",
            raw.path,
            f"at this path the schema is {expected}, and the document has none",
            fix=fix,
        )
    elif schema != expected:
        message = f"at this path the schema is {expected}, and the document says {short(str(schema))}"
        yield error("schema-kind", raw.path, message, fix=fix, at=raw.position(("schema",)))
    elif next(iter(raw.data)) != "schema":
        yield error(
            "schema-kind", raw.path, "schema is not the first key", fix=fix, at=raw.position(("schema",))
        )
