"""Reads the documents of a source: all cores read those that are well, and what they leave is looked at again."""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any
from zlib import crc32

from mlplatform.core.document import RawDocument
from mlplatform.core.finding import Finding, error
from mlplatform.core.naming import Identity, Kind
from mlplatform.core.source import FileType, Source, SourceFile
from mlplatform.load.characters import MAX_BYTES
from mlplatform.load.read_files import contents
from mlplatform.load.scalars import short
from mlplatform.load.source_map import SourceMap
from mlplatform.load.strict_yaml import parse
from mlplatform.providers.parallel import share, split

_Read = tuple[Mapping[str, Any], SourceMap]


def read_documents(
    source: Source, files: Sequence[SourceFile], identities: Mapping[str, Identity]
) -> tuple[dict[str, RawDocument], list[Finding]]:
    """What the files with an identity say, by path in order, and what is wrong with those that cannot be read."""
    wanted = [file for file in files if file.path in identities]
    read = _read(source, [file for file in wanted if file.type is FileType.FILE and file.size <= MAX_BYTES])
    left = [file for file in wanted if file.path not in read]
    found, findings = contents(source, left, MAX_BYTES, "yaml-size")
    for path, data in found.items():
        parsed = parse(path, data)
        findings.extend(parsed.findings)
        if parsed.data is not None:
            read[path] = parsed.data, parsed.places
    raws: dict[str, RawDocument] = {}
    for path in (file.path for file in wanted if file.path in read):
        raw = RawDocument(path, identities[path], *read[path])
        findings.extend(_schema(raw))
        if raw.data.get("schema") == _schema_of(raw.identity.kind):
            raws[path] = raw
    return raws, findings


def _read(source: Source, files: Sequence[SourceFile]) -> dict[str, _Read]:
    """The documents with nothing wrong in them; the others are left out."""
    parts = split([file.path for file in files], lambda path: crc32(path.encode(errors="surrogatepass")))
    return {
        path: (data, SourceMap(data, array("Q", marks)))
        for found in share(partial(_parse, source), parts)
        for path, (data, marks) in (found or {}).items()
    }


def _parse(source: Source, paths: Sequence[str]) -> dict[str, tuple[Mapping[str, Any], bytes]]:
    """Values and the marks of their places, as one process can hand them to another."""
    parsed = ((path, parse(path, data)) for path, data in source.read(paths).items())
    return {path: (one.data, one.places.marks) for path, one in parsed if one.data is not None}


def _schema_of(kind: Kind) -> str:
    return f"{kind.value}/v1"


def _schema(raw: RawDocument) -> Iterator[Finding]:
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
        yield error("schema-kind", raw.path, why, fix=fix, at=raw.position(("schema",)))
    elif next(iter(raw.data)) != "schema":
        yield error(
            "schema-kind", raw.path, "schema is not the first key", fix=fix, at=raw.position(("schema",))
        )
