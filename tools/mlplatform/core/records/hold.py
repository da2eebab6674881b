"""The record that a version went on hold, written while the apply still runs, so that no other machine tries it."""

from typing import ClassVar

from mlplatform.core.records.base import record_part
from mlplatform.core.records.version import VersionPredicate


@record_part
class HoldPredicate(VersionPredicate):
    """A version on hold and why.

    `documents` is the digest of what was declared when it failed, `aliases` are those of the registry before that. A
    `lasting` hold stays when the documents change.
    """

    predicate_type: ClassVar[str] = "urn:mlplatform:predicate:hold:v1"

    documents: str
    reason: str
    aliases: dict[str, str | None]
    fence: int
    lasting: bool = False
