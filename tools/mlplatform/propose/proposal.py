"""A proposed change as a value: what it writes, why, and on what it is built."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mlplatform.propose.pinned import Pinned


@dataclass(frozen=True, slots=True)
class Proposal:
    """One commit to be made: `message` is all of it, `title` its first line; a file of None is deleted.

    `base` is the commit (40 hex digits) that the files were read from and that the new commit follows; `pinned` the
    version that is proposed to run, if that is what it is about. `signing_key` is the SSH key that signs the commit.
    """

    branch: str
    title: str
    message: str
    files: Mapping[str, bytes | None]
    base: str
    pinned: Pinned | None = None
    signing_key: Path | None = None
