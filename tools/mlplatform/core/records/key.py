"""The record that a key may sign records from now on, or may not any more."""

import hashlib
from typing import Annotated, ClassVar, Literal

from pydantic import StringConstraints

from mlplatform.core.kinds.base import Moment
from mlplatform.core.records.base import IfGiven, Predicate, record_part


@record_part
class KeyPredicate(Predicate):
    """A key (`type base64`) that is trusted or revoked, whose it is, and why. It is signed by a key that counts."""

    predicate_type: ClassVar[str] = "urn:mlplatform:predicate:key:v1"

    action: Literal["trust", "revoke"]
    name: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    key: str
    until: IfGiven[Moment | None] = None
    reason: str
    identity: str

    def subjects(self) -> dict[str, str]:
        return {self.name: f"sha256:{hashlib.sha256(self.key.encode()).hexdigest()}"}
