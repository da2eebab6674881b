"""The records that gates may be passed in an emergency, and that somebody else has looked at it afterwards."""

import hashlib
import json
from typing import Annotated, ClassVar, Literal

from pydantic import StringConstraints

from mlplatform.core.kinds.base import Login, Moment, Name
from mlplatform.core.kinds.incident import INCIDENT_NAME
from mlplatform.core.records.base import Items, Predicate, record_part

EMERGENCY_NAMESPACE = "platform-emergency"
_UNSIGNED = ("id", "recordedAt", "previous", "signature")

IncidentName = Annotated[str, StringConstraints(pattern=rf"^{INCIDENT_NAME}$")]
EmergencyName = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12}$")]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=2000)]


@record_part
class SignedPredicate(Predicate):
    """What a person signs for one ledger of one repository; `signature` is an SSHSIG over all the rest.

    `repository` is the first commit of its main and `ledger` the ref, so that it says nothing on another ledger.
    """

    repository: str
    ledger: str
    signature: str = ""

    def content(self) -> bytes:
        """Return what is signed: everything but the signature and what the ledger adds, in one canonical form."""
        values = {key: value for key, value in self.as_json().items() if key not in _UNSIGNED}
        signed = {"predicateType": self.predicate_type, **values}
        return json.dumps(signed, sort_keys=True, separators=(",", ":")).encode()

    def digest(self) -> str:
        return f"sha256:{hashlib.sha256(self.content()).hexdigest()}"


@record_part
class EmergencyPredicate(SignedPredicate):
    """For which incident and why, who asks, who authorises and signs, which gates may be passed for which tenants, from
    `since` until `until`, and by when somebody else has to look at it."""

    predicate_type: ClassVar[str] = "urn:mlplatform:predicate:emergency:v1"

    incident: IncidentName
    reason: Sentence
    requester: Login
    authoriser: Login
    gates: Items[str]
    tenants: Items[Name]
    since: Moment
    until: Moment
    reviewDue: Moment

    @property
    def name(self) -> str:
        """The name of the emergency: the beginning of the digest of what was signed."""
        return self.digest().removeprefix("sha256:")[:12]

    def subjects(self) -> dict[str, str]:
        return {f"emergency/{self.name}": self.digest()}


@record_part
class EmergencyReviewPredicate(SignedPredicate):
    """That somebody looked at what was done in an emergency, and whether it was right."""

    predicate_type: ClassVar[str] = "urn:mlplatform:predicate:emergency-review:v1"

    emergency: EmergencyName
    verdict: Literal["approved", "rejected"]
    reviewer: Login
    text: str
    at: Moment

    def subjects(self) -> dict[str, str]:
        return {f"emergency/{self.emergency}": self.digest()}
