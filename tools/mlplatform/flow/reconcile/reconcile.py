"""Plan, apply, record: brings one environment to what a commit declares."""

from mlplatform.core.applied import last_applied, newest_snapshot
from mlplatform.core.approvals import Approvals
from mlplatform.core.errors import Refusal
from mlplatform.core.held_before import held_before
from mlplatform.core.hold import hold_statement, holds
from mlplatform.core.outcome import Outcome
from mlplatform.core.plan import Plan
from mlplatform.core.reconciled import Reconciled
from mlplatform.core.records.base import extended
from mlplatform.core.records.deployment import DeploymentPredicate
from mlplatform.core.records.header import apply_header
from mlplatform.core.records.statement import Statement
from mlplatform.core.repository import Repository
from mlplatform.flow.check.run_check import load_repository
from mlplatform.flow.ledger_queries import statements
from mlplatform.flow.progress import ProgressReporter
from mlplatform.flow.reconcile.already_in_place import record_what_is_in_place
from mlplatform.flow.reconcile.commit_order import require_merged, require_newer
from mlplatform.flow.reconcile.execute import execute
from mlplatform.flow.reconcile.planning import ApplyOptions, observe, plan_against
from mlplatform.flow.reconcile.reconcile_run import ReconcileRun
from mlplatform.flow.reconcile.recovery import recovered_outcomes
from mlplatform.flow.reconcile.snapshots import take_snapshot
from mlplatform.flow.review.approvals import ApprovalQuery, approvals_of
from mlplatform.flow.rollback.holds import holds_for_rollback
from mlplatform.flow.rollback.revert import propose_reverts
from mlplatform.flow.workspace import Workspace, environment_of
from mlplatform.plan.actual import Actual
from mlplatform.record.journal_to_ledger import recover_journals


def reconcile(
    workspace: Workspace,
    repository: Repository,
    environment: str,
    progress: ProgressReporter,
    options: ApplyOptions | None = None,
) -> Reconciled:
    """Plan (or take a saved plan that is still valid), apply and record, under the environment's lease.

    Refusal for a commit that does not contain the one applied last, unless `rollback_reason` says why that is meant.
    """
    options = options or ApplyOptions()
    _require_plan_for(environment, options.saved_plan)
    settings = environment_of(repository, environment)
    ledger = workspace.ledger(settings)
    with workspace.lease(settings, environment, progress.on_message) as lease:
        ledger.sync()
        holds_before = holds(statements(workspace, settings), environment)
        run = ReconcileRun(
            workspace, repository, environment, settings, progress, options, lease, ledger, holds_before
        )
        _record_interrupted_applies(run)
        _require_applicable_commit(run)
        actual = observe(workspace, repository, environment)
        _record_recovered_outcomes(run, actual)
        plan = plan_against(workspace, repository, environment, run.statements(), actual, options)
        _require_unchanged_plan(run, plan)
        revert_base = _hold_rolled_back_versions(run, plan, actual)
        approvals = _approvals(run, plan)
        outcomes = execute(run, plan, approvals)
        record_what_is_in_place(run, plan, actual)
        _take_snapshot_of_changes(run, plan, outcomes)
        _record_commit_without_changes(run, plan, outcomes)
    reverts = propose_reverts(workspace, revert_base, run.new_holds())
    earlier = held_before(run.statements(), environment, plan.commit, plan.refused, holds_before)
    return Reconciled(plan, outcomes, reverts, approvals, earlier)


def _require_plan_for(environment: str, plan: Plan | None) -> None:
    if plan is not None and plan.environment != environment:
        raise Refusal(f"the plan is for {plan.environment}, not for {environment}")


def _record_interrupted_applies(run: ReconcileRun) -> None:
    """Put the journals of applies that died on the ledger."""
    recover_journals(run.workspace.target.outbox, run.environment, run.ledger, run.statements())


def _require_applicable_commit(run: ReconcileRun) -> None:
    if run.settings.is_shared:
        require_merged(run.workspace, run.commit)
    if not run.options.rollback_reason:
        again = run.options.after_retry
        require_newer(run.workspace.git, run.commit, run.environment, run.statements(), again=again)


def _record_recovered_outcomes(run: ReconcileRun, actual: Actual) -> None:
    """Complete the record of an interrupted apply with the changes that it had made after all."""
    if statement := recovered_outcomes(run.statements(), run.environment, actual):
        run.ledger.append(statement)


def _require_unchanged_plan(run: ReconcileRun, plan: Plan) -> None:
    saved = run.options.saved_plan
    if saved is not None and saved.digest != plan.digest:
        raise Refusal(
            f"the plan is out of date: {run.environment} or the commit changed since it was made",
            fix="make a new one: platform plan --out FILE",
        )


def _hold_rolled_back_versions(run: ReconcileRun, plan: Plan, actual: Actual) -> str:
    """Put the versions that a rollback replaces on hold; return the commit that reverts in Git are based on."""
    last = last_applied(run.statements(), run.environment) if run.options.rollback_reason else None
    if last is None or last.commit == plan.commit:
        return plan.commit
    replaced = load_repository(run.workspace.git, last.commit)
    for hold in holds_for_rollback(plan, replaced, actual.registry, run.options.rollback_reason):
        run.ledger.append(hold_statement(hold, run.lease.fence))
    return last.rolled_back_from or last.commit


def _take_snapshot_of_changes(run: ReconcileRun, plan: Plan, outcomes: tuple[Outcome, ...]) -> None:
    """Take a snapshot when this run changed something, or an apply did that died before it took one."""
    _, applied_since = newest_snapshot(run.statements(), run.environment)
    if outcomes or applied_since:
        take_snapshot(run.workspace, run.repository, run.environment, plan.commit, run.progress)


def _record_commit_without_changes(run: ReconcileRun, plan: Plan, outcomes: tuple[Outcome, ...]) -> None:
    """Record that a commit is in place when nothing had to be changed for it."""
    last = last_applied(run.statements(), run.environment)
    if not outcomes and (last is None or last.commit != plan.commit):
        header = apply_header(run.record_header({}), plan)
        run.ledger.append(Statement.of(extended(DeploymentPredicate, header, outcomes=())))


def _approvals(run: ReconcileRun, plan: Plan) -> Approvals:
    models = frozenset(change.resource for change in plan.changes)
    query = ApprovalQuery(run.environment, run.settings, run.commit, models)
    return approvals_of(run.workspace, query, run.statements()) if models else {}
