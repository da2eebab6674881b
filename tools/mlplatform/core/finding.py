"""Findings: the result of every checker."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """The severity of a finding: only errors stop a change or an apply."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One rule broken in one place (line and column count from 1), and what to do about it.

    `subject` is what of the file it is about where a file holds many of the kind, so that a waiver can name it: the
    name of a column, a resource of Terraform; empty elsewhere.
    """

    path: str
    line: int
    column: int
    rule: str
    severity: Severity
    message: str
    fix: str = ""
    subject: str = ""

    @property
    def where(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR


def error(rule: str, path: str, message: str, *, fix: str = "", at: tuple[int, int] = (1, 1)) -> Finding:
    """Make an error at a position of a file."""
    return Finding(path, at[0], at[1], rule, Severity.ERROR, message, fix)


def warning(rule: str, path: str, message: str, *, fix: str = "", at: tuple[int, int] = (1, 1)) -> Finding:
    """Make a warning at a position of a file."""
    return Finding(path, at[0], at[1], rule, Severity.WARNING, message, fix)
