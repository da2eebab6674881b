"""The emergencies on a ledger, and which of them count: everything about one is judged by the base commit."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError

from mlplatform.core.emergency import (
    PASSABLE_GATES,
    ActiveEmergency,
    EmergencyStatus,
    ReviewState,
)
from mlplatform.core.errors import Refusal
from mlplatform.core.kinds import Platform
from mlplatform.core.kinds.platform import EmergencySettings
from mlplatform.core.naming import Kind, path_of
from mlplatform.core.records.emergency import (
    EMERGENCY_NAMESPACE,
    EmergencyPredicate,
    EmergencyReviewPredicate,
    SignedPredicate,
)
from mlplatform.flow.workspace import REMOTE, Workspace
from mlplatform.load.history import document_at
from mlplatform.local.identity import read_target_id
from mlplatform.providers.forge.signed.signers import Signers, read_signers
from mlplatform.providers.signing.ssh import SignatureError, verify
from mlplatform.record.ledger import Ledger, copies_of_shared, local_ledger

_LONGEST = timedelta(hours=24)  # that platform.yaml may allow
_PLATFORM = path_of(Kind.PLATFORM, "platform")


@dataclass(frozen=True, slots=True)
class EmergencyRules:
    """What a commit of main says of emergencies: its platform.yaml, whose keys count, and the name of its history."""

    platform: Platform
    settings: EmergencySettings
    signers: Signers
    repository: str

    @staticmethod
    def at(workspace: Workspace, commit: str) -> "EmergencyRules":
        """Return the rules of a commit; Refusal where it has none."""
        try:
            platform = Platform.model_validate(document_at(workspace.git, commit, _PLATFORM))
        except ValidationError:
            platform = None
        if platform is None or platform.emergency is None:
            raise Refusal(
                "platform.yaml says nothing of emergencies, so no gate may be passed",
                where=_PLATFORM,
                fix="add emergency: {authorisers: […], gates: […]} in a reviewed change",
            )
        settings = platform.emergency
        signers = read_signers(workspace.git, commit, settings.signers, namespace=EMERGENCY_NAMESPACE)
        return EmergencyRules(platform, settings, signers, _first_commit(workspace, commit))

    def flaw(self, said: EmergencyPredicate, ledger: str) -> str:
        """Return why an emergency does not count, whatever the time is; empty when it does."""
        authorisers = {name.lower() for name in self.settings.authorisers}
        allowed = PASSABLE_GATES & set(self.settings.gates)
        if flaw := self._signature_flaw(said, said.authoriser, ledger):
            return flaw
        if said.authoriser.lower() not in authorisers:
            return f"{said.authoriser} may not authorise one"
        if said.authoriser.lower() == said.requester.lower():
            return f"{said.authoriser} authorised what they asked for themselves"
        if not said.gates or not said.tenants:
            return "it names no gate or no tenant"
        if wrong := sorted(set(said.gates) - allowed):
            return f"{', '.join(wrong)} may not be passed"
        if not timedelta(0) < said.until - said.since <= timedelta(hours=self.settings.hours):
            return f"it is to last longer than {self.settings.hours} h"
        return ""

    def review_flaw(
        self, review: EmergencyReviewPredicate, said: EmergencyPredicate, owners: Iterable[str], ledger: str
    ) -> str:
        """Return why a review of an emergency does not count; `owners` are those of its tenants."""
        may_review = {name.lower() for name in (*self.platform.team, *owners)}
        if flaw := self._signature_flaw(review, review.reviewer, ledger):
            return flaw
        if review.reviewer.lower() in (said.requester.lower(), said.authoriser.lower()):
            return f"{review.reviewer} asked for it or authorised it"
        if review.reviewer.lower() not in may_review:
            return f"{review.reviewer} is neither of the platform team nor an owner of its tenants"
        return ""

    def _signature_flaw(self, said: SignedPredicate, person: str, ledger: str) -> str:
        if (said.repository, said.ledger) != (self.repository, ledger):
            return "it was said for another ledger"
        try:
            key = verify(said.content(), said.signature.encode(), EMERGENCY_NAMESPACE)
        except SignatureError as why:
            return why.message
        signer = self.signers.keys.get(key, "")
        return "" if signer.lower() == person.lower() else f"{person} has not signed it"


def active_emergencies(workspace: Workspace, base: str, now: datetime) -> tuple[ActiveEmergency, ...]:
    """Return the emergencies that count at a time by a base commit; none where anything about that is in doubt."""
    document = document_at(workspace.git, base, _PLATFORM) or {}
    if document.get("emergency") is None:
        return ()
    try:
        rules = EmergencyRules.at(workspace, base)
        return tuple(
            ActiveEmergency(
                said.name,
                said.incident,
                said.authoriser,
                frozenset(said.gates),
                frozenset(said.tenants),
                said.until,
            )
            for ledger, said in _emergencies(workspace, now)
            if said.since <= now < said.until and not rules.flaw(said, ledger)
        )
    except Refusal:
        return ()


def emergency_statuses(
    workspace: Workspace, rules: EmergencyRules, owners: Mapping[str, Iterable[str]], now: datetime
) -> tuple[EmergencyStatus, ...]:
    """Return every emergency on the ledgers of this clone, newest first; `owners` are those of each tenant."""
    statuses: dict[str, EmergencyStatus] = {}
    for ledger in _ledgers(workspace):
        ref = ledger_name(ledger)
        predicates = [record.statement.predicate for record in ledger.newest_first()]
        reviews = [each for each in predicates if isinstance(each, EmergencyReviewPredicate)]
        for said in (each for each in predicates if isinstance(each, EmergencyPredicate)):
            people = {name for tenant in said.tenants for name in owners.get(tenant, ())}
            counting = [
                review
                for review in reviews
                if review.emergency == said.name and not rules.review_flaw(review, said, people, ref)
            ]
            statuses.setdefault(said.name, _status(said, rules.flaw(said, ref), counting, now))
    return tuple(statuses.values())


def find_emergency(workspace: Workspace, name: str) -> tuple[Ledger, EmergencyPredicate]:
    """Return an emergency with its ledger; Refusal where there is none of that name."""
    for ledger in _ledgers(workspace):
        for record in ledger.newest_first():
            said = record.statement.predicate
            if isinstance(said, EmergencyPredicate) and said.name == name:
                return ledger, said
    raise Refusal(f"there is no emergency {name} on the ledger", fix="`platform emergency list` lists them")


def ledger_name(ledger: Ledger) -> str:
    """Return what a statement calls a ledger: copies of the company's are the company's."""
    return statement_name(ledger.ref)


def statement_name(ref: str) -> str:
    """Return what a statement calls the ledger at a ref."""
    return "evidence" if ref.endswith("/evidence") else ref


def _status(
    said: EmergencyPredicate, void: str, reviews: list[EmergencyReviewPredicate], now: datetime
) -> EmergencyStatus:
    first = reviews[-1] if reviews else None  # newest first
    state: ReviewState = first.verdict if first else ("overdue" if now > said.reviewDue else "due")
    return EmergencyStatus(
        name=said.name,
        incident=said.incident,
        requester=said.requester,
        authoriser=said.authoriser,
        gates=said.gates,
        tenants=said.tenants,
        until=said.until,
        state="void" if void else "active" if said.since <= now < said.until else "over",
        review=state,
        review_due=said.reviewDue,
        reviewer=first.reviewer if first else "",
        void=void,
    )


def _emergencies(workspace: Workspace, now: datetime) -> Iterator[tuple[str, EmergencyPredicate]]:
    """Yield the emergencies that may still run, each with the name of its ledger."""
    earliest = now.astimezone(UTC) - _LONGEST - timedelta(hours=1)
    for ledger in _ledgers(workspace):
        for record in ledger.recorded_since(earliest):
            if isinstance(record.statement.predicate, EmergencyPredicate):
                yield ledger_name(ledger), record.statement.predicate


def _ledgers(workspace: Workspace) -> tuple[Ledger, ...]:
    """Return the ledgers of this clone; of the company's the copy that has more, though nobody is asked for it."""
    target = read_target_id(workspace.target)
    own = (local_ledger(workspace.git, target),) if target else ()
    shared = [ledger for ledger in copies_of_shared(workspace.git, REMOTE) if ledger.tip()]
    return (*shared, *own)


def _first_commit(workspace: Workspace, commit: str) -> str:
    """Return the first commit of a history, by which a repository is known whatever it is called."""
    roots = workspace.git.run("rev-list", "--first-parent", "--max-parents=0", commit)
    return roots.decode().strip()
