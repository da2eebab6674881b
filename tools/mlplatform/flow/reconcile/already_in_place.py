"""Records what is in place and no record says an apply of: after a ledger was lost, or a change by hand was adopted.

A version counts as having run in an environment only when the ledger says that it became champion there. Where the
plan has nothing to do for a deployment, no apply would ever say so, and the version could not be promoted. What an
apply would have verified is verified instead.
"""

from collections.abc import Iterator

from mlplatform.apply.steps import probe, require_unchanged
from mlplatform.core.approvals import Approvals
from mlplatform.core.champions import champions
from mlplatform.core.document import Document
from mlplatform.core.errors import Refusal
from mlplatform.core.kinds import Deployment
from mlplatform.core.outcome import Result
from mlplatform.core.plan import Action, Change, Plan
from mlplatform.core.records.base import extended
from mlplatform.core.records.changes import RecordedOutcome, recorded_change, recorded_outcome
from mlplatform.core.records.deployment import DeploymentPredicate
from mlplatform.core.records.header import apply_header
from mlplatform.core.records.statement import Statement
from mlplatform.core.served_signature import signature_of
from mlplatform.core.snapshot import ALIASES
from mlplatform.flow.reconcile.execute import apply_context
from mlplatform.flow.reconcile.reconcile_run import ReconcileRun
from mlplatform.flow.reconcile.served_signature import signatures_of
from mlplatform.flow.review.approvals import ApprovalQuery, approvals_of
from mlplatform.plan.actual import Actual
from mlplatform.plan.deployment import candidate_values
from mlplatform.providers.registry.interface import RegisteredVersion

VERIFIED = "verified as already in place"


def record_what_is_in_place(run: ReconcileRun, plan: Plan, actual: Actual) -> None:
    """Record as champion what the plan leaves as it is, if no apply did and its bytes and its answer are right."""
    for document in _unrecorded(run, plan):
        model, version = _model_of(document), document.body.version
        registered = actual.registry.find(model, version)
        if registered is None:
            continue
        query = ApprovalQuery(run.environment, run.settings, run.commit, frozenset({model}))
        try:
            approvals = approvals_of(run.workspace, query, run.statements())
            outcomes = _verify(run, document, registered, actual, approvals)
        except Refusal as refusal:
            run.progress.on_message(
                f"{model} {version} is in place, and is not recorded as having run: {refusal}"
            )
            continue
        header = apply_header(run.record_header(approvals), plan)
        run.ledger.append(Statement.of(extended(DeploymentPredicate, header, outcomes=outcomes)))
        run.progress.on_message(f"{model} {version} is recorded as having run: {VERIFIED}")


def _unrecorded(run: ReconcileRun, plan: Plan) -> Iterator[Document[Deployment]]:
    """Yield the deployments that the plan neither changes nor refuses, and whose version no record has as champion."""
    if run.options.add_drift_revert:
        return  # that plan is about what was changed by hand, and nothing else
    recorded = champions(run.statements(), run.environment)
    planned = {change.resource for change in plan.changes} | {refused.resource for refused in plan.refused}
    for model, document in sorted(run.repository.deployments.get(run.environment, {}).items()):
        if model not in planned and document.body.digest not in recorded.get(model, ()):
            yield document


def _verify(
    run: ReconcileRun,
    document: Document[Deployment],
    registered: RegisteredVersion,
    actual: Actual,
    approvals: Approvals,
) -> tuple[RecordedOutcome, ...]:
    """Return the outcomes of what was verified; Refusal where bytes or answer are not what is declared."""
    model, body = _model_of(document), document.body
    declared = run.repository.models[model].body
    require_unchanged(registered.ref)
    probes: tuple[Change, ...] = ()
    if declared.type != "batch":
        version = (model, body.digest)
        signatures = signatures_of(run.workspace.git, run.repository, {version}, run.statements())
        signature = signature_of(model, declared, body.digest, signatures)
        values = candidate_values(
            signature, body.version, body.digest, registered.ref.uri, body.serving.instances
        )
        probes = (Change(Action.PROBE, run.settings.serving.provider, model, None, values),)
    for change in probes:
        probe(change, apply_context(run, approvals))
    before = {alias: actual.registry.aliases[model].get(alias) for alias in ALIASES}
    after = {**before, "digest": body.digest}
    champion = Change(Action.CHAMPION, run.settings.registry.provider, model, before, after)
    return tuple(
        recorded_outcome(recorded_change(change), Result.APPLIED, VERIFIED) for change in (*probes, champion)
    )


def _model_of(document: Document[Deployment]) -> str:
    return document.name.split("/", 1)[1]
