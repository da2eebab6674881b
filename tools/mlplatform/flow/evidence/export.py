"""`platform evidence export`: collects what is on record of a period, from the clone alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mlplatform.catalogue import rules_of
from mlplatform.core.errors import Refusal
from mlplatform.core.evidence.period import Period
from mlplatform.core.evidence.reconciliation import AppliedChange
from mlplatform.core.evidence.trust import TrustRoots
from mlplatform.core.kinds.base import Classification
from mlplatform.core.naming import Kind, parse_path, path_of
from mlplatform.flow.evidence.change_record import root_name
from mlplatform.flow.evidence.keys import claimed_roots
from mlplatform.flow.evidence.period_documents import access_reviews_in, incidents_in
from mlplatform.flow.evidence.sample_diffs import sample_diffs
from mlplatform.flow.evidence.sources import environments_on, evidence_sources
from mlplatform.flow.evidence.verify import Evidence, VerifiedEvidence, VerifyOptions, verified_evidence
from mlplatform.flow.evidence.waivers import waivers_in
from mlplatform.flow.progress import SILENT, ProgressReporter
from mlplatform.flow.workspace import Workspace
from mlplatform.load.history import document_at, documents_at
from mlplatform.load.policies import read_policies
from mlplatform.load.source import Commit
from mlplatform.providers.git import Git
from mlplatform.providers.git.main_history import (
    Between,
    MainCommit,
    committed_at,
    committer_times,
    main_history,
)
from mlplatform.record.export.contents import (
    EvidenceExport,
    FileDiff,
    PeriodChange,
    PeriodEmergency,
    PinnedVersion,
    Sample,
    SampledChange,
    Source,
)
from mlplatform.record.export.exceptions import (
    apply_exceptions,
    change_exceptions,
    emergency_exceptions,
    problems_in,
)
from mlplatform.record.export.sample import default_seed, sampled
from mlplatform.record.verify.changes import RecordedChange
from mlplatform.record.verify.deployments import environment_changes, reconciled

SAMPLE = 25


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """The period; None: all of main. `trust` None: the roots that the clone itself claims, which prove nothing.

    `seed` None: the period's own. `ledger` None: the company's, or else this clone's own.
    """

    period: Period | None
    trust: TrustRoots | None = None
    seed: int | None = None
    sample: int = SAMPLE
    ledger: str | None = None


def export(
    workspace: Workspace, options: ExportOptions, progress: ProgressReporter = SILENT
) -> EvidenceExport:
    """Return what is on record of a period; Refusal where this clone has no ledger, or no main."""
    git = workspace.git
    trust = options.trust or claimed_roots(workspace, options.ledger)
    sources = evidence_sources(workspace, options.ledger)
    times = committer_times(git, sources.main)
    period = options.period or _whole(times)
    now = max(times[sources.main], committed_at(git, sources.tip))  # no clock: the same clone gives the same
    verified = verified_evidence(workspace, VerifyOptions(trust, ledger=options.ledger, now=now), progress)
    progress.on_message("collecting the changes of the period")
    genesis = trust.genesis if trust.genesis in verified.places else None
    commits = _population(git, sources.main, period, genesis)
    changes = _changes(workspace, commits, verified, trust)
    evidence = verified.evidence
    applies = tuple(each for each in evidence.applies if _is_in(period, each.apply.recordedAt))
    emergencies = _emergencies(evidence, period)
    incidents, unreadable = incidents_in(git, sources.main, period)
    progress.on_message("drawing the sample")
    return EvidenceExport(
        period=period,
        source=Source(
            repository=trust.repository,
            main=sources.main,
            ledger=sources.ledger,
            ledger_tip=sources.tip,
            query=_query(sources.main, period, genesis),
            trust=trust,
            is_trusted=options.trust is not None,
        ),
        taken=max(filter(None, (times[sources.main], evidence.state.last))),
        verification=verified.verification,
        changes=changes,
        applies=applies,
        looks=tuple(look for look in evidence.controls if period.contains(look.at)),
        registrations={(each.model, each.digest): each for each in evidence.registrations},
        classifications=_classifications(git, sources.main, changes),
        exceptions=tuple(
            sorted(
                (
                    *problems_in(
                        verified.verification.problems, changes, verified.places, evidence.times, period
                    ),
                    *change_exceptions(changes, _parents(commits, times)),
                    *apply_exceptions(applies),
                    *emergency_exceptions(emergencies),
                    *unreadable,
                ),
                key=lambda each: (each.at, each.kind, each.commit, each.sentence),
            )
        ),
        waivers=waivers_in(git, commits, sources.main, period),
        emergencies=emergencies,
        incidents=incidents,
        access_reviews=access_reviews_in(git, sources.main, period),
        rules=_rules(git, sources.main),
        team=_team(git, sources.main),
        sample=_sample(workspace, changes, verified, options, default_seed(period, sources.main)),
    )


def _whole(times: Mapping[str, datetime]) -> Period:
    return Period.of(min(times.values()).date(), max(times.values()).date())


def _is_in(period: Period, recorded_at: str) -> bool:
    try:
        return period.contains(datetime.fromisoformat(recorded_at))
    except (ValueError, TypeError):  # no time, or one without a zone
        return False


def _query(main: str, period: Period, genesis: str | None) -> str:
    options = " ".join(Between(period.begins, period.ends).options())
    return " ".join(["git log --first-parent", options, "--format='%H %cI %s'", *_revs(main, genesis)])


def _revs(main: str, genesis: str | None) -> tuple[str, ...]:
    """Return what git takes for the commits of main since the record began."""
    return (main, f"^{genesis}") if genesis else (main,)


def _population(git: Git, main: str, period: Period, genesis: str | None) -> tuple[MainCommit, ...]:
    """Return the commits of a period since the record began, oldest first.

    Refusal where git counts others than it lists.
    """
    between = Between(period.begins, period.ends)
    commits = tuple(main_history(git, main, genesis, between))[::-1]
    counted = int(git.run("rev-list", "--count", "--first-parent", *between.options(), *_revs(main, genesis)))
    if counted != len(commits):
        raise Refusal(f"git counts {counted} changes in the period and lists {len(commits)}")
    return commits


def _changes(
    workspace: Workspace, commits: Sequence[MainCommit], verified: VerifiedEvidence, trust: TrustRoots
) -> tuple[PeriodChange, ...]:
    names = {trust.repository, root_name(workspace, verified.sources.main)}
    recorded: dict[str, RecordedChange] = {}
    for each in verified.evidence.changes:
        if each.change.repository in names:
            recorded.setdefault(each.change.commit, each)
    became: dict[str, list[AppliedChange]] = {}
    for answer in _reconciled(workspace, commits, verified):
        became.setdefault(answer.commit, []).append(answer)
    pins = _pins(workspace.git, commits)
    return tuple(
        PeriodChange(
            commit,
            recorded[commit.commit].record if commit.commit in recorded else None,
            recorded[commit.commit].change if commit.commit in recorded else None,
            tuple(became.get(commit.commit, ())),
            tuple(pins.get(commit.commit, ())),
        )
        for commit in commits
    )


def _reconciled(
    workspace: Workspace, commits: Sequence[MainCommit], verified: VerifiedEvidence
) -> Iterator[AppliedChange]:
    """Yield what became of the changes of environments; verification leaves out those from before the record began."""
    changes = [change for commit in commits for change in environment_changes(commit.commit, commit.paths)]
    expected = environments_on(workspace, verified.sources)
    return reconciled(changes, verified.evidence.applies, verified.places, expected)


def _pins(git: Git, commits: Sequence[MainCommit]) -> Mapping[str, list[PinnedVersion]]:
    places = [
        (commit.commit, path)
        for commit in commits
        for path, action in commit.paths.items()
        if action != "removed" and (identity := parse_path(path)) and identity.kind.entry.pins
    ]
    pins: dict[str, list[PinnedVersion]] = {}
    for (commit, path), document in documents_at(git, places).items():
        identity = parse_path(path)
        version, digest, origin = (document.get(key) for key in ("version", "digest", "from"))
        if identity and isinstance(version, str) and isinstance(digest, str):
            data = origin.get("data") if isinstance(origin, Mapping) else None
            pins.setdefault(commit, []).append(
                PinnedVersion(str(identity.environment), str(identity.model), version, digest, _data_of(data))
            )
    return pins


def _data_of(data: object) -> Mapping[str, str]:
    entries = data.items() if isinstance(data, Mapping) else ()
    return {str(name): str(digest) for name, digest in sorted(entries)}


def _parents(commits: Sequence[MainCommit], times: Mapping[str, datetime]) -> Mapping[str, datetime]:
    return {
        commit.commit: times[commit.parents[0]]
        for commit in commits
        if commit.parents and commit.parents[0] in times
    }


def _classifications(git: Git, main: str, changes: Sequence[PeriodChange]) -> Mapping[str, Classification]:
    """Return how sensitive the data sets are that pinned versions were trained on, as main says now."""
    names = sorted({name for change in changes for pin in change.pins for name in pin.data})
    places = {(main, path_of(Kind.DATASET, name)): name for name in names if name.count("/") == 1}
    found = documents_at(git, places)
    return {
        places[place]: level
        for place, document in found.items()
        if (level := document.get("classification")) in ("public", "internal", "confidential", "pii")
    }


def _emergencies(evidence: Evidence, period: Period) -> tuple[PeriodEmergency, ...]:
    """Return the emergencies that were in force in a period."""
    reviews = evidence.emergency_reviews
    return tuple(
        PeriodEmergency(
            each.record,
            each.emergency,
            tuple(review for review in reviews if review.emergency == each.emergency.name),
        )
        for each in evidence.emergencies
        if each.emergency.since <= period.ends and each.emergency.until >= period.begins
    )


def _rules(git: Git, main: str) -> Mapping[str, tuple[str, ...]]:
    """Return the rules by the SOC 2 criterion that they are evidence for."""
    rules, _ = rules_of(read_policies(Commit(git, main)))
    criteria = sorted({criterion for rule in rules.values() for criterion in rule.soc2})
    return {
        criterion: tuple(sorted(rule.id for rule in rules.values() if criterion in rule.soc2))
        for criterion in criteria
    }


def _team(git: Git, main: str) -> tuple[str, ...]:
    team = (document_at(git, main, path_of(Kind.PLATFORM, "platform")) or {}).get("team")
    return tuple(sorted(map(str, team))) if isinstance(team, list) else ()


def _sample(
    workspace: Workspace,
    changes: Sequence[PeriodChange],
    verified: VerifiedEvidence,
    options: ExportOptions,
    default: int,
) -> Sample:
    seed = default if options.seed is None else options.seed
    chosen = set(sampled([change.id for change in changes], options.sample, seed))
    diffs = sample_diffs(workspace.git, [change.commit for change in changes if change.id in chosen])
    return Sample(
        seed,
        options.sample,
        tuple(_sampled(change, verified, diffs[change.id]) for change in changes if change.id in chosen),
    )


def _sampled(change: PeriodChange, verified: VerifiedEvidence, diffs: tuple[FileDiff, ...]) -> SampledChange:
    answers = {each.record for each in change.became if each.record}
    pinned = {(pin.model, pin.digest) for pin in change.pins}
    return SampledChange(
        change,
        diffs,
        tuple(each for each in verified.evidence.applies if each.record in answers),
        tuple(each for each in verified.evidence.validations if (each.model, each.digest) in pinned),
    )
