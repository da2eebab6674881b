"""Whether what passed a gate had an emergency that counted, and whether each emergency was looked at in time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from mlplatform.core.errors import Refusal
from mlplatform.core.evidence.checkpoint import Checkpoint, OpenEmergency
from mlplatform.core.evidence.problem import EvidenceProblem, ProblemKind
from mlplatform.core.naming import Kind, path_of, tenant_of
from mlplatform.core.records.base import moment
from mlplatform.core.records.change import ChangePredicate, PassedGate
from mlplatform.core.records.emergency import EmergencyPredicate, EmergencyReviewPredicate
from mlplatform.flow.emergency.statements import EmergencyRules, find_emergency, ledger_name
from mlplatform.flow.workspace import Workspace
from mlplatform.load.history import document_at
from mlplatform.record.verify.changes import RecordedChange


@dataclass(frozen=True, slots=True)
class RecordedEmergency:
    """An emergency, and the commit of the ledger that holds it."""

    record: str
    emergency: EmergencyPredicate


def emergency_problems(workspace: Workspace, recorded: Sequence[RecordedChange]) -> Iterator[EvidenceProblem]:
    """Yield the changes that passed a gate without an emergency that counted for it when they were merged."""
    for each in recorded:
        flaws = (_flaw(workspace, each.change, gate) for gate in each.change.passed)
        for flaw in dict.fromkeys(filter(None, flaws)):
            yield EvidenceProblem(ProblemKind.EMERGENCY_VOID, each.change.commit, flaw)


def _flaw(workspace: Workspace, change: ChangePredicate, gate: PassedGate) -> str:
    about = f"{gate.rule} of {gate.path}"
    try:
        ledger, said = find_emergency(workspace, gate.emergency)
        flaw = EmergencyRules.at(workspace, change.parent or "").flaw(said, ledger_name(ledger))
    except Refusal as why:
        return f"{about} was passed by {gate.emergency}: {why.message}"
    at = moment(change.merge.mergedAt if change.merge and change.merge.mergedAt else change.committedAt)
    if not flaw and gate.rule not in said.gates:
        flaw = "it does not let that gate go"
    if not flaw and not said.since <= at <= said.until:
        flaw = f"it was from {said.since.isoformat()} until {said.until.isoformat()}"
    own = {tenant_of(gate.path)} - {""}
    tenants = own or {tenant_of(changed.path) for changed in change.paths} - {""}
    if not flaw and not tenants <= set(said.tenants):
        flaw = f"it was for {', '.join(said.tenants)}"
    return f"{about} was passed by {gate.emergency}: {flaw}" if flaw else ""


def open_reviews(
    workspace: Workspace, recorded: Sequence[RecordedEmergency], since: Checkpoint | None
) -> tuple[RecordedEmergency, ...]:
    """Return the emergencies that a verification has to see reviewed: the new ones, and those left by a checkpoint."""
    earlier = [
        RecordedEmergency(left.record, find_emergency(workspace, left.id)[1])
        for left in (since.openEmergencies if since else [])
    ]
    return (*earlier, *recorded)


def review_problems(
    workspace: Workspace, main: str, emergencies: Sequence[RecordedEmergency], now: datetime
) -> Iterator[EvidenceProblem]:
    """Yield the emergencies that nobody else looked at before that was due."""
    for each in emergencies:
        said, reviewed = each.emergency, _reviewed_at(workspace, main, each.emergency)
        due = said.reviewDue.isoformat()
        if reviewed is None and now > said.reviewDue:
            message = f"its review was due on {due}, and nobody who may has looked at it"
        elif reviewed is not None and reviewed > said.reviewDue:
            message = f"its review was due on {due}, and came on {reviewed.isoformat()}"
        else:
            continue
        yield EvidenceProblem(ProblemKind.EMERGENCY, each.record, message, is_record=True)


def still_open(
    workspace: Workspace, main: str, emergencies: Sequence[RecordedEmergency]
) -> list[OpenEmergency]:
    """Return the emergencies that nobody has looked at yet, for a checkpoint."""
    return [
        OpenEmergency(id=each.emergency.name, record=each.record, due=each.emergency.reviewDue)
        for each in emergencies
        if _reviewed_at(workspace, main, each.emergency) is None
    ]


def _reviewed_at(workspace: Workspace, main: str, said: EmergencyPredicate) -> datetime | None:
    """Return when the first review that counts was recorded; None where there is none."""
    ledger, _ = find_emergency(workspace, said.name)
    name = ledger_name(ledger)
    try:
        rules = EmergencyRules.at(workspace, main)
    except Refusal:
        return None
    owners = {owner for tenant in said.tenants for owner in _owners(workspace, main, tenant)}
    first: datetime | None = None
    for record in ledger.newest_first():
        review = record.statement.predicate
        is_about_it = isinstance(review, EmergencyReviewPredicate) and review.emergency == said.name
        if is_about_it and not rules.review_flaw(review, said, owners, name):  # type: ignore[arg-type]
            first = moment(review.recordedAt)  # type: ignore[union-attr]
    return first


def _owners(workspace: Workspace, main: str, tenant: str) -> list[str]:
    document = document_at(workspace.git, main, path_of(Kind.TENANT, tenant)) or {}
    owners = document.get("owners")
    return [str(owner) for owner in owners] if isinstance(owners, list) else []
