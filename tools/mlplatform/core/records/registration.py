"""The record that a trained version was registered."""

from typing import ClassVar

from mlplatform.core.records.base import Number, record_part
from mlplatform.core.records.version import VersionPredicate


@record_part
class RegistrationPredicate(VersionPredicate):
    """A version and what it was made from; `codeCommitted`: its run says that its code was what the commit has."""

    predicate_type: ClassVar[str] = "urn:mlplatform:predicate:registration:v1"

    run: str | None
    commit: str | None
    data: dict[str, str]
    metrics: dict[str, Number]
    codeCommitted: bool = False
