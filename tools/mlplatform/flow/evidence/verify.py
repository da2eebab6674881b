"""`platform evidence verify`: whether a plain clone's record of changes is whole, signed, and says what git says."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from mlplatform.core.evidence.checkpoint import Checkpoint, OpenChange
from mlplatform.core.evidence.keyring import Keyring
from mlplatform.core.evidence.problem import EvidenceProblem, ProblemKind
from mlplatform.core.evidence.reconciliation import AppliedChange
from mlplatform.core.evidence.trust import TrustRoots
from mlplatform.core.evidence.verification import Counts, Verification
from mlplatform.core.kinds.git_host import GitHubSettings
from mlplatform.core.records.change import ChangePredicate
from mlplatform.core.records.controls import ControlsPredicate
from mlplatform.core.records.deployment import DeploymentPredicate
from mlplatform.core.records.emergency import EmergencyPredicate, EmergencyReviewPredicate
from mlplatform.core.records.registration import RegistrationPredicate
from mlplatform.core.records.validation import ValidationPredicate
from mlplatform.flow.emergency.statements import statement_name
from mlplatform.flow.evidence.change_record import root_name
from mlplatform.flow.evidence.emergencies import (
    Emergencies,
    RecordedEmergency,
    ReviewRules,
    emergency_problems,
    open_reviews,
    review_problems,
    still_open,
)
from mlplatform.flow.evidence.rejudge import rejudged
from mlplatform.flow.evidence.sources import EvidenceSources, environments_on, evidence_sources
from mlplatform.flow.progress import SILENT, ProgressReporter
from mlplatform.flow.review.git_host import settings_at
from mlplatform.flow.workspace import Workspace
from mlplatform.providers.git.compare import is_ancestor
from mlplatform.providers.git.git import GitError
from mlplatform.providers.git.main_history import MainCommit, main_history
from mlplatform.record.verify.chain import ChainState, chain_links, recorded_at
from mlplatform.record.verify.changes import RecordedChange, change_problems
from mlplatform.record.verify.controls import RecordedControls, controls_problems
from mlplatform.record.verify.deployments import (
    EnvironmentChange,
    RecordedApply,
    deployment_problems,
    environment_changes,
    reconciled,
)


@dataclass(frozen=True, slots=True)
class VerifyOptions:
    """`ledger` is the ref to read (None: the company's, or else this clone's own); `since` an earlier checkpoint.

    `rejudge`: check every change again, by the policies of its day. `now` is when reviews are due.
    """

    trust: TrustRoots
    since: Checkpoint | None = None
    ledger: str | None = None
    rejudge: bool = False
    now: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class Evidence:
    """The records of a ledger that count, sorted by what they are about, and what is wrong with the chain.

    `times` has every record, whether it counts or not, with the time that it states.
    """

    changes: Sequence[RecordedChange]
    applies: Sequence[RecordedApply]
    controls: Sequence[RecordedControls]
    emergencies: Sequence[RecordedEmergency]
    emergency_reviews: Sequence[EmergencyReviewPredicate]
    validations: Sequence[ValidationPredicate]
    registrations: Sequence[RegistrationPredicate]
    times: Sequence[tuple[str, datetime | None]]
    problems: Sequence[EvidenceProblem]
    state: ChainState
    unsigned: int


@dataclass(frozen=True, slots=True)
class VerifiedEvidence:
    """A verification with what it was made of; `places` are those of main's commits, ascending."""

    verification: Verification
    evidence: Evidence
    sources: EvidenceSources
    places: Mapping[str, int]


def verify(workspace: Workspace, options: VerifyOptions, progress: ProgressReporter = SILENT) -> Verification:
    """Verify the evidence in a clone; nobody is asked for more. Refusal where there is none, or no main."""
    return verified_evidence(workspace, options, progress).verification


def verified_evidence(
    workspace: Workspace, options: VerifyOptions, progress: ProgressReporter = SILENT
) -> VerifiedEvidence:
    """Verify the evidence in a clone, and return it too."""
    sources = evidence_sources(workspace, options.ledger)
    places = _places(workspace, sources)
    since, broken = _beginning(workspace, sources, options, places)
    progress.on_message("reading the ledger")
    evidence = read_evidence(workspace, sources, options.trust, since)
    progress.on_message(f"{evidence.state.records} records read; comparing them with main")
    start = since.main if since else options.trust.genesis if options.trust.genesis in places else None
    commits = tuple(main_history(workspace.git, sources.main, start))[::-1]
    names = (options.trust.repository, root_name(workspace, sources.main))
    broken += evidence.problems
    broken += change_problems(workspace.git, commits, evidence.changes, names)
    if options.rejudge:
        broken += rejudged(workspace, evidence.changes, progress)
    emergencies = Emergencies(
        statement_name(sources.ledger), evidence.emergencies, evidence.emergency_reviews
    )
    broken += emergency_problems(workspace, emergencies, evidence.changes)
    rules = ReviewRules(workspace, sources.main, emergencies)
    open_emergencies = open_reviews(workspace, emergencies, since)
    broken += review_problems(rules, open_emergencies, options.now)
    broken += deployment_problems(evidence.applies, places)
    broken += _controls(workspace, sources, options.trust, evidence, since)
    reconciliation = tuple(_reconciliation(workspace, sources, commits, evidence, places, since))
    state = evidence.state
    verification = Verification(
        ledger=sources.ledger,
        problems=tuple(broken),
        counts=Counts(
            state.records - (since.records if since else 0),
            evidence.unsigned,
            len(commits),
            len(evidence.applies),
        ),
        reconciliation=reconciliation,
        checkpoint=Checkpoint(
            ledger=sources.tip,
            records=state.records,
            main=sources.main,
            signed=state.is_signed,
            timestamped=state.is_stamped,
            digest=state.previous,
            lastRecordedAt=state.last,
            controls=evidence.controls[-1].at if evidence.controls else since.controls if since else None,
            keys=list(state.keyring.keys.values()),
            openChanges=_open(reconciliation),
            openEmergencies=still_open(rules, open_emergencies),
        ),
    )
    return VerifiedEvidence(verification, evidence, sources, places)


def read_evidence(
    workspace: Workspace, sources: EvidenceSources, trust: TrustRoots, since: Checkpoint | None = None
) -> Evidence:
    """Read the records of a ledger after a checkpoint, and verify their chain and signatures."""
    state = _chain_state(trust, since)
    changes: list[RecordedChange] = []
    applies: list[RecordedApply] = []
    controls: list[RecordedControls] = []
    emergencies: list[RecordedEmergency] = []
    reviews: list[EmergencyReviewPredicate] = []
    validations: list[ValidationPredicate] = []
    registrations: list[RegistrationPredicate] = []
    times: list[tuple[str, datetime | None]] = []
    problems: list[EvidenceProblem] = []
    unsigned = 0
    for link in chain_links(workspace.git, sources.tip, state):
        state = link.state
        problems += link.problems
        times.append((link.commit, recorded_at(link.predicate)))
        unsigned += link.predicate is not None and not link.signer
        match link.predicate:
            case ChangePredicate() as change:
                changes.append(RecordedChange(link.commit, change))
            case DeploymentPredicate() as apply:
                applies.append(RecordedApply(link.commit, apply))
            case EmergencyPredicate() as said:
                emergencies.append(RecordedEmergency(link.commit, said))
            case EmergencyReviewPredicate() as review:
                reviews.append(review)
            case ControlsPredicate() as look if look.recordedAt:
                at = datetime.fromisoformat(look.recordedAt)
                controls.append(RecordedControls(link.commit, at, look))
            case ValidationPredicate() as validation:
                validations.append(validation)
            case RegistrationPredicate() as registration:
                registrations.append(registration)
    return Evidence(
        *(changes, applies, controls, emergencies, reviews, validations, registrations, times, problems),
        state,
        unsigned,
    )


def _chain_state(trust: TrustRoots, since: Checkpoint | None) -> ChainState:
    authorities = tuple(trust.timestampAuthorities)
    if since is None:
        return ChainState(Keyring.of_roots(trust), authorities=authorities)
    return ChainState(
        Keyring.of(since.keys),
        tip=since.ledger,
        previous=since.digest,
        is_signed=since.signed,
        last=since.lastRecordedAt,
        records=since.records,
        is_stamped=since.timestamped,
        authorities=authorities,
    )


def _beginning(
    workspace: Workspace, sources: EvidenceSources, options: VerifyOptions, places: Mapping[str, int]
) -> tuple[Checkpoint | None, list[EvidenceProblem]]:
    """Return the checkpoint to begin at, and what is gone that it or the trust roots name.

    Where something is gone all is verified from the genesis, and without that from main's first commit.
    """
    since, genesis = options.since, options.trust.genesis
    problems = []
    if since and not _contains(workspace, sources.tip, since.ledger):
        message = f"the ledger lacks this record, which was its {since.records}th: it was cut or rewritten"
        problems.append(EvidenceProblem(ProblemKind.TRUNCATED, since.ledger, message, is_record=True))
    if since and since.main not in places:
        message = "the checkpoint has this commit as main's, which main lacks: it was rewritten"
        problems.append(EvidenceProblem(ProblemKind.HISTORY, since.main, message))
    if genesis not in places:
        message = "main does not contain the commit that the record begins after: it was rewritten"
        problems.append(EvidenceProblem(ProblemKind.HISTORY, genesis, message))
    return (None if problems else since), problems


def _places(workspace: Workspace, sources: EvidenceSources) -> Mapping[str, int]:
    """Return the place of each commit in main's first-parent history, ascending."""
    output = workspace.git.run("rev-list", "--first-parent", "--reverse", sources.main).decode()
    return {commit: place for place, commit in enumerate(output.split())}


def _contains(workspace: Workspace, tip: str, commit: str) -> bool:
    try:
        return is_ancestor(workspace.git, commit, tip)
    except GitError:  # it is not in this clone
        return False


def _controls(
    workspace: Workspace,
    sources: EvidenceSources,
    trust: TrustRoots,
    evidence: Evidence,
    since: Checkpoint | None,
) -> Iterator[EvidenceProblem]:
    """Yield the lapses of what protects main, on a Git host that can tell; up to the newest record."""
    if not isinstance(settings_at(workspace, sources.main), GitHubSettings) or evidence.state.last is None:
        return
    recorded = [each.change.recordedAt for each in evidence.changes if each.change.recordedAt]
    begins = since.controls if since and since.controls else None
    begins = begins or (datetime.fromisoformat(recorded[0]) if recorded else None)
    if begins:
        yield from controls_problems(
            evidence.controls, begins, evidence.state.last, trust.controlsHours, sources.main
        )


def _reconciliation(
    workspace: Workspace,
    sources: EvidenceSources,
    commits: Sequence[MainCommit],
    evidence: Evidence,
    places: Mapping[str, int],
    since: Checkpoint | None,
) -> Iterator[AppliedChange]:
    changes = [change for commit in commits for change in environment_changes(commit.commit, commit.paths)]
    earlier = [
        EnvironmentChange(each.commit, each.environment, each.path)
        for each in (since.openChanges if since else [])
    ]
    expected = environments_on(workspace, sources)
    yield from reconciled([*earlier, *changes], evidence.applies, places, expected)


def _open(reconciliation: Sequence[AppliedChange]) -> list[OpenChange]:
    return [
        OpenChange(commit=each.commit, environment=each.environment, path=each.path)
        for each in reconciliation
        if each.became == "open"
    ]
