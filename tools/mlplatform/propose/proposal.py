"""A proposed change as a value: what it writes, why, and on what it is built."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Proposal:
    """One commit to be made: `message` is all of it, `title` its first line; a file of None is deleted.

    `base` is the commit (40 hex digits) that the files were read from and that the new commit follows.
    """

    branch: str
    title: str
    message: str
    files: Mapping[str, bytes | None]
    base: str
