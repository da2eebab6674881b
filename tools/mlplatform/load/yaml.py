"""The strict loader: one plain mapping a file, or findings that say where it is not one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from yaml import CParser, MarkedYAMLError, YAMLError
from yaml.events import DocumentStartEvent, MappingStartEvent, StreamEndEvent

from mlplatform.core.document import Place, Pointer
from mlplatform.core.finding import Finding, error
from mlplatform.load.builder import Builder, TooMuch
from mlplatform.load.characters import decode


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file's mapping and the place of every value in it; `data` is None when there is any finding."""

    data: Mapping[str, Any] | None
    places: Mapping[Pointer, Place]
    findings: tuple[Finding, ...]


def parse(path: str, data: bytes) -> Parsed:
    """What a document says; `path` is what findings name. Never raises."""
    text, findings = decode(path, data)
    if findings:
        return Parsed(None, {}, tuple(findings))
    parser = CParser(text)
    builder = Builder(path, parser.get_event)
    try:
        value = _document(builder, parser)
    except TooMuch:
        pass
    except YAMLError as why:
        builder.findings.append(_syntax(path, why))
    if builder.findings:
        return Parsed(None, {}, tuple(builder.findings))
    return Parsed(value, builder.places, ())


def _document(path: str, builder: Builder, parser: CParser):
    parser.get_event()
    start = parser.get_event()
    ...
