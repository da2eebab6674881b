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


@dataclass(frozen=True, slots=True)
class Emergencies:
    """The emergencies that a verification read on a ledger, by the name that statements give it, and their reviews."""

    ledger: str
    recorded: Sequence[RecordedEmergency]
    reviews: Sequence[EmergencyReviewPredicate]

    def find(self, workspace: Workspace, name: str) -> tuple[str, EmergencyPredicate]:
        """Return an emergency and the name of its ledger, be it before the checkpoint; Refusal where there is none."""
        for each in self.recorded:
            if each.emergency.name == name:
                return self.ledger, each.emergency
        ledger, said = find_emergency(workspace, name)
        return ledger_name(ledger), said


def emergency_problems(
    workspace: Workspace, emergencies: Emergencies, recorded: Sequence[RecordedChange]
) -> Iterator[EvidenceProblem]:
    """Yield the changes that passed a gate without an emergency that counted for it when they were merged."""
    for each in recorded:
        flaws = (_flaw(workspace, emergencies, each.change, gate) for gate in each.change.passed)
        for flaw in dict.fromkeys(filter(None, flaws)):
            yield EvidenceProblem(ProblemKind.EMERGENCY_VOID, each.change.commit, flaw)


def _flaw(workspace: Workspace, emergencies: Emergencies, change: ChangePredicate, gate: PassedGate) -> str:
    about = f"{gate.rule} of {gate.path}"
    try:
        ledger, said = emergencies.find(workspace, gate.emergency)
        flaw = EmergencyRules.at(workspace, change.parent or "").flaw(said, ledger)
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


@dataclass(frozen=True, slots=True)
class ReviewRules:
    """By what the reviews of emergencies are judged: the people and keys of a commit of main."""

    workspace: Workspace
    main: str
    emergencies: Emergencies

    def reviewed_at(self, said: EmergencyPredicate) -> datetime | None:
        """Return when the first review of an emergency that counts was recorded; None where there is none."""
        try:
            rules = EmergencyRules.at(self.workspace, self.main)
        except Refusal:
            return None
        owners = {owner for tenant in said.tenants for owner in _owners(self.workspace, self.main, tenant)}
        counting = (
            moment(review.recordedAt)
            for review in self.emergencies.reviews
            if review.emergency == said.name
            and not rules.review_flaw(review, said, owners, self.emergencies.ledger)
        )
        return next(counting, None)  # oldest first


def open_reviews(
    workspace: Workspace, emergencies: Emergencies, since: Checkpoint | None
) -> tuple[RecordedEmergency, ...]:
    """Return the emergencies that a verification has to see reviewed: the new ones, and those left by a checkpoint."""
    earlier = [
        RecordedEmergency(left.record, emergencies.find(workspace, left.id)[1])
        for left in (since.openEmergencies if since else [])
    ]
    return (*earlier, *emergencies.recorded)


def review_problems(
    rules: ReviewRules, emergencies: Sequence[RecordedEmergency], now: datetime
) -> Iterator[EvidenceProblem]:
    """Yield the emergencies that nobody else looked at before that was due."""
    for each in emergencies:
        said, reviewed = each.emergency, rules.reviewed_at(each.emergency)
        due = said.reviewDue.isoformat()
        if reviewed is None and now > said.reviewDue:
            message = f"its review was due on {due}, and nobody who may has looked at it"
        elif reviewed is not None and reviewed > said.reviewDue:
            message = f"its review was due on {due}, and came on {reviewed.isoformat()}"
        else:
            continue
        yield EvidenceProblem(ProblemKind.EMERGENCY, each.record, message, is_record=True)


def still_open(rules: ReviewRules, emergencies: Sequence[RecordedEmergency]) -> list[OpenEmergency]:
    """Return the emergencies that nobody has looked at yet, for a checkpoint."""
    return [
        OpenEmergency(id=each.emergency.name, record=each.record, due=each.emergency.reviewDue)
        for each in emergencies
        if rules.reviewed_at(each.emergency) is None
    ]


def _owners(workspace: Workspace, main: str, tenant: str) -> list[str]:
    document = document_at(workspace.git, main, path_of(Kind.TENANT, tenant)) or {}
    owners = document.get("owners")
    return [str(owner) for owner in owners] if isinstance(owners, list) else []
