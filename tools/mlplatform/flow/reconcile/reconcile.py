"""plan → apply → record, for one environment of a commit."""

from collections.abc import Iterable
from dataclasses import dataclass

from mlplatform.apply.apply import apply
from mlplatform.apply.context import ApplyContext
from mlplatform.core.errors import Refusal
from mlplatform.core.hold import Hold, Holds, hold_statement, holds
from mlplatform.core.kinds import Environment
from mlplatform.core.lease import Lease
from mlplatform.core.outcome import Outcome, Result
from mlplatform.core.plan import Plan
from mlplatform.core.reconciled import Reconciled
from mlplatform.core.repository import Repository
from mlplatform.core.statement import Statement, deployment_statement, last_applied, newest_snapshot
from mlplatform.flow.actor import APPROVED_LOCALLY, actor
from mlplatform.flow.check.run_check import load_repository
from mlplatform.flow.ledger_queries import require_merged, require_newer, statements
from mlplatform.flow.progress import ProgressReporter
from mlplatform.flow.reconcile.planning import ApplyOptions, make_plan, observe, plan_against
from mlplatform.flow.reconcile.recovery import recovered_outcomes
from mlplatform.flow.reconcile.snapshots import take
from mlplatform.flow.rollback.revert import propose_reverts
from mlplatform.flow.rollback.rollback_holds import holds_for_rollback
from mlplatform.flow.workspace import Workspace, environment_of
from mlplatform.local.lease import Locked
from mlplatform.plan.actual import Actual
from mlplatform.providers.registry import connect_registry
from mlplatform.providers.serving import connect_serving
from mlplatform.record.ledger import Ledger
from mlplatform.record.outbox import Journal
from mlplatform.record.record import begin, close, hold, recover


@dataclass(frozen=True, slots=True)
class Run:
    """One reconcile of an environment, while it holds the lease."""

    workspace: Workspace
    repository: Repository
    environment: str
    settings: Environment
    progress: ProgressReporter
    options: ApplyOptions
    lease: Lease
    ledger: Ledger
    on_hold: Holds  # when it began

    def known(self) -> tuple[Statement, ...]:
        """What is on record so far, oldest first."""
        return statements(self.workspace, self.settings)

    def failed(self) -> list[Hold]:
        """What was not on hold, or not so, when this run began."""
        now = holds(self.known(), self.environment)
        return [hold for key, hold in now.items() if self.on_hold.get(key) != hold]

    def said(self) -> dict[str, object]:
        """What its records say of who does this, and why."""
        said: dict[str, object] = {**actor(), "fence": self.lease.fence}
        if self.options.going_back:
            said["goingBack"] = self.options.going_back
        if self.options.undo:
            said["undoing"] = "drift"
        if self.options.reason:
            said["reason"] = self.options.reason
        if self.options.confirmed:
            said["confirmed"] = sorted(self.options.confirmed)
        return said


def reconcile(
    workspace: Workspace,
    repository: Repository,
    environment: str,
    progress: ProgressReporter,
    wanted: ApplyOptions | None = None,
) -> Reconciled:
    """Plan (or take a plan that still holds) and apply it, under the environment's lease, and record it.

    Refusal for a commit that does not contain the one applied last, unless `going_back` says why that is meant.
    """
    wanted = wanted or ApplyOptions()
    if wanted.planned is not None and wanted.planned.environment != environment:
        raise Refusal(f"the plan is for {wanted.planned.environment}, not for {environment}")
    settings = environment_of(repository, environment)
    ledger = workspace.ledger(settings)
    with workspace.lease(settings, environment, progress.on_message) as held:
        ledger.sync()
        on_hold = holds(statements(workspace, settings), environment)
        run = Run(workspace, repository, environment, settings, progress, wanted, held, ledger, on_hold)
        made, actual = _plan(run)
        base = _hold_rolled_back(run, made, actual) if wanted.going_back else made.commit
        outcomes = _execute(run, made) if made.changes else ()
        _conclude(run, made, outcomes)
    return Reconciled(made, outcomes, propose_reverts(workspace, base, run.failed()))


def _hold_rolled_back(run: Run, made: Plan, actual: Actual) -> str:
    """Put what this run goes back from on hold; the commit on top of which that is reverted."""
    last = last_applied(run.known(), run.environment)
    if last is None or last.commit == made.commit:
        return made.commit
    left = load_repository(run.workspace.git, last.commit)
    for one in holds_for_rollback(made, left, actual.registry, run.options.going_back):
        run.ledger.append(hold_statement(one, run.lease.fence))
    return last.rolled_back_from or last.commit


def _plan(run: Run) -> tuple[Plan, Actual]:
    """The plan, once the record of earlier runs is whole; Refusal for an old commit, or a plan that no longer holds."""
    workspace, environment, wanted = run.workspace, run.environment, run.options
    commit, known = str(run.repository.commit), run.known()
    if recover(workspace.target.outbox, environment, run.ledger, known):
        known = run.known()
    if run.settings.is_shared:
        require_merged(workspace, commit)
    if not wanted.going_back:
        require_newer(workspace.git, commit, environment, known, again=wanted.retried)
    actual = observe(workspace, run.repository, environment)
    if found := recovered_outcomes(known, environment, actual):
        run.ledger.append(found)
        known = run.known()
    made = plan_against(workspace, run.repository, environment, known, actual, wanted)
    if wanted.planned is not None and wanted.planned.digest != made.digest:
        raise Refusal(
            f"the plan no longer holds: {environment} or the commit changed since it was made",
            fix="make a new one: platform plan --out FILE",
        )
    return made, actual


def _execute(run: Run, made: Plan) -> tuple[Outcome, ...]:
    """Apply a plan; what it puts on hold is followed by what ran before."""
    run.progress.on_plan(made)
    outcomes = _apply(run, made)
    failed = run.failed()
    if failed and (left := _restore_plan(run, failed)):
        outcomes += _apply(run, left)
    run.lease.require()
    return outcomes


def _conclude(run: Run, made: Plan, outcomes: tuple[Outcome, ...]) -> None:
    """A snapshot of what was changed, now or by an apply that died before it took one; or that nothing had to be."""
    known = run.known()
    if outcomes or newest_snapshot(known, run.environment)[1]:
        take(run.workspace, run.repository, run.environment, made.commit, run.progress)
    last = last_applied(known, run.environment)
    if not outcomes and (last is None or last.commit != made.commit):
        header = {key: value for key, value in made.as_json().items() if key != "changes"}
        run.ledger.append(deployment_statement({**run.said(), **header}, ()))


def _restore_plan(run: Run, failed: Iterable[Hold]) -> Plan | None:
    """What runs before this one left of versions that failed now; None when there is nothing, or it cannot be seen."""
    try:
        whole = make_plan(run.workspace, run.repository, run.environment)
    except Refusal as why:
        run.progress.on_message(f"what is left of the versions on hold is put back by the next apply: {why}")
        return None
    models = {hold.model for hold in failed}
    changes = tuple(change for change in whole.changes if change.resource in models)
    declared = {model: digest for model, digest in whole.documents.items() if model in models}
    refused = tuple(one for one in whole.refused if one.resource in models)
    return (
        Plan.of(run.environment, whole.target, whole.commit, changes, refused, declared) if changes else None
    )


def _apply(run: Run, made: Plan) -> tuple[Outcome, ...]:
    settings, paths = run.settings, run.workspace.paths(run.environment)
    hands = ApplyContext(
        connect_registry(settings, paths),
        connect_serving(settings, paths),
        made.commit,
        (APPROVED_LOCALLY,),
        run.lease,
        Locked() if settings.serving.uri == "local" else run.lease,
    )
    journal = begin(run.workspace.target.outbox, made, run.said(), run.ledger)
    outcomes = apply(
        made,
        hands,
        lambda outcome: _on_outcome(outcome, journal, run.progress),
        on_deployment_done=lambda ended: _on_deployment_done(run, ended, journal),
    )
    run.lease.require()  # or the next run records this one, as late as it is
    close(journal, run.ledger)
    return outcomes


def _on_outcome(outcome: Outcome, journal: Journal, progress: ProgressReporter) -> None:
    journal.record_outcome(outcome)
    progress.on_outcome(outcome)


def _on_deployment_done(run: Run, ended: tuple[Outcome, ...], journal: Journal) -> None:
    if any(outcome.result is Result.FAILED for outcome in ended):
        run.lease.require()
        hold(journal, run.environment, ended[0].change.resource, run.ledger)
