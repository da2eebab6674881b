"""The strict YAML reader: one plain mapping per file, or findings that say why not."""

from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from yaml import MarkedYAMLError, YAMLError
from yaml._yaml import CParser
from yaml.events import DocumentStartEvent, MappingStartEvent, ScalarEvent

from mlplatform.core.finding import Finding, error
from mlplatform.strict_yaml.builder import Builder, Event, ReadingStopped
from mlplatform.strict_yaml.characters import decode
from mlplatform.strict_yaml.source_map import SourceMap

NOWHERE = SourceMap({}, array("Q"))


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file's mapping and the position of every value in it; `data` is None when there is any finding."""

    data: Mapping[str, Any] | None
    positions: SourceMap
    findings: tuple[Finding, ...]


def parse(path: str, data: bytes) -> Parsed:
    """Read a document; its findings name `path`. Never raises."""
    text, findings = decode(path, data)
    if findings:
        return Parsed(None, NOWHERE, tuple(findings))
    next_event: Callable[[], Event] = CParser(text).get_event
    builder = Builder(path, text, next_event)
    value: Any = None
    try:
        value = _document(builder, next_event)
    except ReadingStopped:
        pass
    except YAMLError as why:
        builder.findings.append(_syntax(path, why))
    if builder.findings:
        return Parsed(None, NOWHERE, tuple(builder.findings))
    return Parsed(value, SourceMap(value, builder.marks), ())


def _document(builder: Builder, next_event: Callable[[], Event]) -> Any:
    next_event()  # the start of the stream
    start = next_event()
    if type(start) is not DocumentStartEvent:
        return builder.refuse(
            start, "yaml-empty", "the file is empty", "write a document, or delete the file"
        )
    if start.version or start.tags:
        builder.refuse(start, "yaml-directive", "a YAML directive", "delete the lines that start with %")
    root = next_event()
    value = builder.value(root)
    next_event()  # the end of the document
    _check_root(builder, root)
    following = next_event()
    if type(following) is DocumentStartEvent:
        builder.refuse(
            following, "yaml-documents", "a second document in one file", "give it a file of its own"
        )
    return value


def _check_root(builder: Builder, root: Event) -> None:
    if type(root) is ScalarEvent and not root.value:
        builder.refuse(root, "yaml-empty", "the document is empty", "write it, or delete the file")
    elif type(root) is not MappingStartEvent:
        builder.refuse(
            root, "yaml-root", "the document is not a mapping", "start it with `schema: <kind>/v1`"
        )


def _syntax(path: str, why: YAMLError) -> Finding:
    fix = "look at the indentation, colons, brackets and quotes here and on the line before"
    if isinstance(why, MarkedYAMLError) and why.problem_mark:
        problem = " ".join(filter(None, (why.context, why.problem)))
        at = (why.problem_mark.line + 1, why.problem_mark.column + 1)
        return error("yaml-syntax", path, f"this is not YAML: {problem}", fix=fix, at=at)
    return error("yaml-syntax", path, f"this is not YAML: {' '.join(str(why).split())}", fix=fix)
