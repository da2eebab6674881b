"""Emergencies: which rules may be passed for a limited time, and which findings that lets go."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from mlplatform.core.finding import Finding
from mlplatform.core.kinds.platform import EmergencyGate
from mlplatform.core.naming import Identity, parse_path

PASSABLE_GATES: frozenset[str] = frozenset(get_args(EmergencyGate))
_QUORUM = "approvals-quorum"

EmergencyState = Literal["active", "over", "void"]
ReviewState = Literal["due", "overdue", "approved", "rejected"]


@dataclass(frozen=True, slots=True)
class ActiveEmergency:
    """An emergency that counts now: which gates may be passed, for the deployments of which tenants."""

    name: str
    incident: str
    authoriser: str
    gates: frozenset[str]
    tenants: frozenset[str]
    until: datetime


@dataclass(frozen=True, slots=True, order=True)
class PassedFinding:
    """A finding that an emergency lets go: it is reported first, and stops nothing."""

    finding: Finding
    emergency: str
    incident: str
    authoriser: str


@dataclass(frozen=True, slots=True)
class JudgedChange:
    """What a change is about, and who takes part: the paths that it changes, who approved each path (lower case), and
    the authors of the change, as far as they are known."""

    paths: Collection[str]
    approved_by: Mapping[str, Collection[str]]
    authors: frozenset[str]


@dataclass(frozen=True, slots=True)
class EmergencyStatus:
    """An emergency on the ledger: how it stands, and its review; `void` says why it does not count."""

    name: str
    incident: str
    requester: str
    authoriser: str
    gates: tuple[str, ...]
    tenants: tuple[str, ...]
    until: datetime
    state: EmergencyState
    review: ReviewState
    review_due: datetime
    reviewer: str = ""
    void: str = ""


def passed_findings(
    emergencies: Iterable[ActiveEmergency], findings: Iterable[Finding], change: JudgedChange
) -> tuple[PassedFinding, ...]:
    """Return the findings that emergencies let go: only those about deployments of their tenants.

    Whoever wrote the change cannot have authorised it, and a quorum is passed with one approver who did not write it.
    """
    counting = [each for each in emergencies if each.authoriser.lower() not in change.authors]
    passed = []
    for finding in findings:
        for emergency in counting:
            if _lets_go(emergency, finding, change):
                passed.append(
                    PassedFinding(finding, emergency.name, emergency.incident, emergency.authoriser)
                )
                break
    return tuple(sorted(passed))


def _lets_go(emergency: ActiveEmergency, finding: Finding, change: JudgedChange) -> bool:
    if finding.rule not in emergency.gates & PASSABLE_GATES or not finding.is_error:
        return False
    tenants = _tenants(finding.path, change)
    if not tenants or not tenants <= emergency.tenants:
        return False
    approvers = {user.lower() for user in change.approved_by.get(finding.path, ())}
    return finding.rule != _QUORUM or bool(approvers - change.authors)


def _tenants(path: str, change: JudgedChange) -> frozenset[str]:
    """Return whose deployments a finding is about; nobody's where it is about anything else.

    One about an environment is about every deployment that the change touches there, unless it touches the document of
    the environment itself.
    """
    identity = parse_path(path)
    if identity is None:
        return frozenset()
    if identity.kind.entry.pins:
        return frozenset({str(identity.tenant)})
    if identity.kind.entry.stops != "environment" or path in change.paths:
        return frozenset()
    touched = (pin for each in change.paths if (pin := parse_path(each)) and _is_pin_in(pin, identity))
    return frozenset(str(pin.tenant) for pin in touched)


def _is_pin_in(pin: Identity, environment: Identity) -> bool:
    return pin.kind.entry.pins and pin.environment == environment.environment
