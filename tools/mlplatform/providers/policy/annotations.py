"""`# METADATA` comments in Rego: YAML that stands before a package or a rule, found as OPA finds it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlplatform.strict_yaml.parser import parse

_OPENING = re.compile(r"#\s*METADATA")
_PACKAGE = re.compile(r"package\s+(?P<name>[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*)\s*(#.*)?")


@dataclass(frozen=True, slots=True)
class Annotation:
    """One block: the line it opens at (from 1), its values, and the first line of the code that it is about."""

    line: int
    values: Mapping[str, Any]
    about: str

    @property
    def is_about_package(self) -> bool:
        return self.about.split(" ", 1)[0] == "package"


class AnnotationError(Exception):
    """A block that is not YAML, or says a thing twice; `line` counts from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def package_of(text: str) -> str:
    """The package that a Rego text declares on a line of its own, or nothing when it does not."""
    match = _PACKAGE.fullmatch(first_code(text)[2])
    return match["name"] if match else ""


def first_code(text: str) -> tuple[int, int, str]:
    """The line and column (from 1) of the first code of a Rego text, and that line; `1, 1, ""` if there is none."""
    return _first_code(_lines(text))


def _first_code(lines: list[str]) -> tuple[int, int, str]:
    for number, line in enumerate(lines, start=1):
        if (code := line.strip()) and not code.startswith("#"):
            return number, line.index(code) + 1, code
    return 1, 1, ""


def _lines(text: str) -> list[str]:
    """The lines as Rego counts them: other separators, as U+2028, end neither a line nor a comment."""
    return text.split("\n")


def annotations(text: str) -> Iterator[Annotation]:
    """The blocks of a Rego text, in order."""
    lines = _lines(text)
    for number, line in enumerate(lines, start=1):
        if _OPENING.match(line):
            block = list(_block(lines[number:]))
            about = _first_code(lines[number + len(block) :])[2]
            yield Annotation(number, _values("\n".join(block), number + 1), about)


def _block(lines: list[str]) -> Iterator[str]:
    """The YAML under an opening: the comments that follow it without a gap."""
    for line in lines:
        if not line.startswith("#") or _OPENING.match(line):
            return
        yield line[1:].removesuffix("\r")  # Rego takes lines that end as they do on Windows


def _values(text: str, first_line: int) -> Mapping[str, Any]:
    parsed = parse("METADATA", text.encode())
    if parsed.data is None:
        finding = parsed.findings[0]
        raise AnnotationError(
            first_line + finding.line - 1, f"its METADATA cannot be read: {finding.message}"
        )
    return parsed.data
