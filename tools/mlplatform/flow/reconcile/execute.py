"""Applies a plan under a lease, journals every outcome, and restores what ran before a version that failed."""

from collections.abc import Iterable
from contextlib import suppress
from functools import partial

from mlplatform.apply.apply import apply
from mlplatform.apply.context import ApplyContext
from mlplatform.core.approvals import Approvals
from mlplatform.core.errors import Refusal
from mlplatform.core.hold import Hold
from mlplatform.core.outcome import Outcome, Result
from mlplatform.core.plan import Plan
from mlplatform.flow.reconcile.planning import make_plan
from mlplatform.flow.reconcile.probe_requests import probe_requests
from mlplatform.flow.reconcile.reconcile_run import ReconcileRun
from mlplatform.local.lease import Locked
from mlplatform.providers.registry import connect_registry
from mlplatform.providers.serving import connect_serving
from mlplatform.record.journal_to_ledger import announce_holds, begin_journal, close_journal
from mlplatform.record.outbox import Journal


def execute(run: ReconcileRun, plan: Plan, approvals: Approvals) -> tuple[Outcome, ...]:
    """Apply a plan; where a version goes on hold, also restore what ran before it.

    `approvals` are those of the models that it changes. The plan is shown and journalled first. An empty plan does
    nothing.
    """
    if not plan.changes:
        return ()
    run.progress.on_plan(plan)
    outcomes = _apply(run, plan, approvals)
    failed = run.new_holds()
    if failed and (restore := _restore_plan(run, failed)):
        outcomes += _apply(run, restore, approvals)
    run.lease.require()
    return outcomes


def _restore_plan(run: ReconcileRun, failed: Iterable[Hold]) -> Plan | None:
    """Return the plan for the models with a failed version alone; None when it is empty or cannot be made."""
    try:
        plan = make_plan(run.workspace, run.repository, run.environment)
    except Refusal as refusal:
        run.progress.on_message(
            f"the versions on hold are not fully restored yet; the next apply does the rest: {refusal}"
        )
        return None
    models = {hold.model for hold in failed}
    changes = tuple(change for change in plan.changes if change.resource in models)
    documents = {model: digest for model, digest in plan.documents.items() if model in models}
    refused = tuple(refusal for refusal in plan.refused if refusal.resource in models)
    if not changes:
        return None
    return Plan.of(run.environment, plan.target, plan.commit, changes, refused, documents)


def _apply(run: ReconcileRun, plan: Plan, approvals: Approvals) -> tuple[Outcome, ...]:
    journal = begin_journal(run.workspace.target.outbox, plan, run.record_header(approvals), run.ledger)
    try:
        outcomes = apply(
            plan,
            apply_context(run, approvals),
            lambda outcome: _on_outcome(run, outcome, journal),
            on_deployment_done=lambda outcomes: _on_deployment_done(run, outcomes, journal),
        )
    except KeyboardInterrupt:  # Ctrl-C, SIGTERM, or a terminal that was closed
        _record_interrupt(run, journal)
        raise
    run.lease.require()  # without the lease the next run records this one, and marks it as late
    close_journal(journal, run.ledger)
    return outcomes


def _record_interrupt(run: ReconcileRun, journal: Journal) -> None:
    """Put what was done so far on the ledger; where that fails, the next apply does it."""
    with suppress(Refusal):
        run.lease.require()
        close_journal(journal, run.ledger)


def apply_context(run: ReconcileRun, approvals: Approvals) -> ApplyContext:
    """Return what the actions of a run are done with."""
    paths = run.workspace.paths(run.environment)
    return ApplyContext(
        connect_registry(run.settings, paths),
        connect_serving(run.settings, paths),
        run.commit,
        {model: approval.approved_by for model, approval in approvals.items()},
        run.lease,
        Locked() if run.settings.serving.is_local else run.lease,
        partial(probe_requests, run.workspace, run.repository),
    )


def _on_outcome(run: ReconcileRun, outcome: Outcome, journal: Journal) -> None:
    journal.record_outcome(outcome)
    run.progress.on_outcome(outcome)


def _on_deployment_done(run: ReconcileRun, outcomes: tuple[Outcome, ...], journal: Journal) -> None:
    if any(outcome.result is Result.FAILED for outcome in outcomes):
        run.lease.require()
        announce_holds(journal, run.environment, outcomes[0].change.resource, run.ledger)
