"""The tables of an export, as CSV: an auditor opens them in a spreadsheet."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta

from mlplatform.core.incident import mitigation_of, open_actions, state_of
from mlplatform.core.records.changes import version_after
from mlplatform.core.records.deployment import DeploymentPredicate
from mlplatform.record.export.contents import EvidenceExport, PeriodChange
from mlplatform.report.evidence.harmless import csv_file

Cell = str | int | bool | None
Row = Sequence[Cell]

POPULATION = (
    *("commit", "committed_at", "merged_at", "recorded_at", "record", "title", "pull_request", "requester"),
    *("contributors", "approvers", "merger", "method", "tenants", "environments", "models", "paths"),
    *("verdict", "ticket", "reason", "exceptions"),
)


def tables(export: EvidenceExport) -> Iterator[tuple[str, bytes]]:
    """Yield each table by its file name."""
    for name, (head, rows) in _TABLES.items():
        yield name, csv_file(head, rows(export))


def population_rows(export: EvidenceExport) -> Iterator[dict[str, Cell]]:
    """Yield the rows of the population as mappings."""
    return (dict(zip(POPULATION, row, strict=True)) for row in _population(export))


def verdict_of(change: PeriodChange) -> str:
    """Return in a word what the record says of a change."""
    if change.statement is None:
        return "no record"
    if change.statement.denied:
        return "denied"
    if change.statement.unknown:
        return "unknown"
    return "passed in an emergency" if change.statement.passed else "passed"


def exceptions_by_commit(export: EvidenceExport) -> dict[str, int]:
    """Return how many exceptions each commit of main has."""
    counts: dict[str, int] = {}
    for each in export.exceptions:
        if not each.is_record:
            counts[each.commit] = counts.get(each.commit, 0) + 1
    return counts


def _population(export: EvidenceExport) -> Iterator[Row]:
    counts = exceptions_by_commit(export)
    for change in export.changes:
        statement = change.statement
        merge = statement.merge if statement else None
        yield (
            *(change.id, change.commit.committed.isoformat(), change.merged_at),
            *(statement.recordedAt if statement else "", change.record, change.title),
            *(merge.name if merge else "", change.requester),
            *(" ".join(merge.contributors) if merge else "", " ".join(change.approvers)),
            *(merge.merger if merge else "", merge.method if merge else ""),
            *(" ".join(change.tenants), " ".join(change.environments), " ".join(change.models)),
            *(len(change.commit.paths), verdict_of(change)),
            *(statement.ticket if statement else "", statement.reason if statement else ""),
            counts.get(change.id, 0),
        )


def _reconciliation(export: EvidenceExport) -> Iterator[Row]:
    for change in export.changes:
        for each in change.became:
            yield each.commit, each.environment, each.path, each.became, each.record, each.reason
        if not change.became:
            yield change.id, "", "", "no-environment", None, "it changes no environment"


def _exceptions(export: EvidenceExport) -> Iterator[Row]:
    for each in export.exceptions:
        main, ledger = ("", each.commit) if each.is_record else (each.commit, "")
        yield each.kind, main, ledger, each.at, each.sentence


def _deployments(export: EvidenceExport) -> Iterator[Row]:
    for recorded in export.applies:
        apply = recorded.apply
        about = (recorded.record, apply.recordedAt, apply.environment, apply.commit)
        run = (apply.identity, apply.fence, apply.late, apply.goingBack, apply.undoing or "", apply.digest)
        for model, version, digest, result, actions, reason in deployed_models(apply):
            approval = apply.approvals.get(model)
            yield (
                *(*about, model, version, digest, result, actions, reason),
                *(" ".join(apply.approved_by(model)), approval.commit if approval else "", *run),
            )


def deployed_models(apply: DeploymentPredicate) -> Iterator[tuple[str, str, str, str, str, str]]:
    """Yield of each model of an apply its version, digest, result, actions and the reason of a result that is not good.

    One empty row stands for an apply that had nothing to change.
    """
    models = dict.fromkeys(
        [*(each.resource for each in apply.outcomes), *(each.resource for each in apply.refused)]
    )
    for model in models:
        outcomes = [each for each in apply.outcomes if each.resource == model]
        refusal = next((each for each in apply.refused if each.resource == model), None)
        bad = next((each for each in outcomes if each.result != "applied"), None)
        after = next(filter(None, map(version_after, outcomes)), ("", ""))
        result = "refused" if refusal else str(bad.result) if bad else "applied"
        actions = " ".join(f"{each.action}={each.result}" for each in outcomes)
        reason = refusal.reason if refusal else bad.reason if bad else ""
        yield model, *after, result, actions, reason
    if not models:
        yield "", "", "", "nothing-to-do", "", ""


def _waivers(export: EvidenceExport) -> Iterator[Row]:
    used: dict[str, int] = {}
    for change in export.changes:
        for waiver in change.statement.waivers if change.statement else ():
            used[waiver.waiver] = used.get(waiver.waiver, 0) + 1
    for each in export.waivers:
        name = each.path.rpartition("/")[2].removesuffix(".yaml")
        body = each.body
        yield (
            *(each.path, body.rule, body.path, " ".join(body.covers), body.owner, body.reason),
            *(
                body.expires.isoformat(),
                each.at_start,
                each.at_end,
                used.get(name, 0) + used.get(each.path, 0),
            ),
        )


def _controls(export: EvidenceExport) -> Iterator[Row]:
    longest = timedelta(hours=export.source.trust.controlsHours)
    last = None
    for look in export.looks:
        gap = look.at - last if last else None
        last = look.at
        controls = look.controls
        differences = "; ".join(f"{each.control}: {each.setting}" for each in controls.differences)
        yield (
            *(look.record, look.at.isoformat(), controls.commit),
            *("unknown" if controls.inForce == "unknown" else "differs" if differences else "in force",),
            *(differences, controls.cause, f"{gap.total_seconds() / 3600:.1f}" if gap else ""),
            gap is not None and gap > longest,
        )


def _policy_results(export: EvidenceExport) -> Iterator[Row]:
    for change in export.changes:
        statement = change.statement
        for run in statement.checks if statement else ():
            yield (
                *(change.id, run.name, run.tool, run.version, run.result, run.required, run.digest or ""),
                *(statement.policies if statement else "", ""),
            )
        for sentence in statement.denied if statement else ():
            yield (
                change.id,
                "denied",
                "",
                "",
                "failed",
                True,
                "",
                statement.policies if statement else "",
                sentence,
            )


def _emergencies(export: EvidenceExport) -> Iterator[Row]:
    for each in export.emergencies:
        said = each.emergency
        first = each.reviews[0] if each.reviews else None
        yield (
            *(each.record, said.name, said.incident, said.reason, said.requester, said.authoriser),
            *(" ".join(said.gates), " ".join(said.tenants), said.since.isoformat(), said.until.isoformat()),
            *(said.reviewDue.isoformat(), first.at.isoformat() if first else ""),
            *(first.reviewer if first else "", first.verdict if first else ""),
        )
    if not export.emergencies:
        yield ("# no emergency is on record in the period",)


def _access_reviews(export: EvidenceExport) -> Iterator[Row]:
    for each in export.access_reviews:
        if each.review is None:
            yield each.quarter, "no review is on main"
            continue
        decisions = "; ".join(f"{made.decision} {made.who}: {made.reason}" for made in each.review.decisions)
        yield (
            *(each.quarter, "signed off", each.merged_at, each.review.reviewer, each.review.commit),
            *(each.review.digest, decisions),
        )


def _incidents(export: EvidenceExport) -> Iterator[Row]:
    for each in export.incidents:
        body, mitigation = each.body, mitigation_of(each.body, export.taken)
        yield (
            *(each.name, body.severity, body.title, state_of(body), body.detected.isoformat()),
            *(body.declared.isoformat(), body.mitigated.isoformat() if body.mitigated else ""),
            *(body.resolved.isoformat() if body.resolved else "", body.cause or "", body.commander),
            *(mitigation.verdict, " ".join(body.tenants), " ".join(body.models), " ".join(body.changes)),
            len(open_actions(body)),
        )
    if not export.incidents:
        yield ("# no incident is on record in the period",)


_TABLES: dict[str, tuple[Sequence[str], Callable[[EvidenceExport], Iterable[Row]]]] = {
    "population.csv": (POPULATION, _population),
    "reconciliation.csv": (("commit", "environment", "path", "became", "record", "reason"), _reconciliation),
    "exceptions.csv": (("kind", "commit", "record", "at", "sentence"), _exceptions),
    "deployments.csv": (
        (
            *("record", "recorded_at", "environment", "commit", "model", "version", "digest", "result"),
            *("actions", "reason", "approvers", "approved_commit", "identity", "fence", "late"),
            *("rolled_back_because", "undoing", "plan_digest"),
        ),
        _deployments,
    ),
    "waivers.csv": (
        (
            *("waiver", "rule", "path", "covers", "owner", "reason", "expires", "in_force_at_start"),
            *("in_force_at_end", "times_used"),
        ),
        _waivers,
    ),
    "controls.csv": (
        ("record", "at", "commit", "state", "differences", "cause", "hours_since_last", "is_gap"),
        _controls,
    ),
    "policy-results.csv": (
        ("commit", "check", "tool", "version", "result", "required", "digest", "policies", "message"),
        _policy_results,
    ),
    "access-reviews.csv": (
        ("quarter", "state", "merged_at", "reviewer", "commit", "digest", "decisions"),
        _access_reviews,
    ),
    "incidents.csv": (
        (
            *(
                "incident",
                "severity",
                "title",
                "state",
                "detected",
                "declared",
                "mitigated",
                "resolved",
                "cause",
            ),
            *("commander", "objective", "tenants", "models", "changes", "open_actions"),
        ),
        _incidents,
    ),
    "emergencies.csv": (
        (
            *("record", "emergency", "incident", "reason", "requester", "authoriser", "gates", "tenants"),
            *("since", "until", "review_due", "reviewed_at", "reviewer", "verdict"),
        ),
        _emergencies,
    ),
}
