"""platform plan"""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlplatform.cli import options

if TYPE_CHECKING:  # only click is imported before a command runs
    from mlplatform.core.repository import Repository
    from mlplatform.flow.workspace import Workspace


@click.command(epilog="Example: platform plan --env production --out production.plan.json")
@options.environment
@options.rev
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the plan for `apply --plan`."
)
@click.option(
    "--against",
    type=click.Choice(["snapshot"]),
    help="Plan from the newest snapshots on the ledger, without access to any registry or server.",
)
@click.option("--target", metavar="ID", help="Whose ledger to read, where there are several local targets'.")
@options.confirm
@options.as_json
@options.debug
def command(
    environment: str,
    rev: str,
    out: Path | None,
    against: str | None,
    target: str | None,
    confirm: tuple[str, ...],
    as_json: bool,
) -> None:
    """Show what an apply of a commit would change in an environment. Changes nothing.

    Only the commit is read: edits of the working tree are not in the plan, and a note names them. Exit code 1 when an
    apply would refuse the commit or a deployment of it; a version that was on hold before this commit is no refusal.
    """
    if against and out is not None:
        raise click.UsageError("a plan from a snapshot cannot be applied, so it takes no --out")
    if target is not None and not against:
        raise click.UsageError("--target needs --against snapshot")
    from mlplatform.cli.console import note_uncommitted
    from mlplatform.flow.check.run_check import load_repository
    from mlplatform.flow.workspace import Workspace

    workspace = Workspace.discover()
    repository = load_repository(workspace.git, rev)
    note_uncommitted(workspace.git, str(repository.commit))
    if against:
        _plan_from_snapshot(workspace, repository, environment, target, as_json=as_json)
    else:
        _plan(workspace, repository, environment, out, frozenset(confirm), as_json=as_json)


def _plan(
    workspace: "Workspace",
    repository: "Repository",
    environment: str,
    out: Path | None,
    confirmed: frozenset[str],
    *,
    as_json: bool,
) -> None:
    from mlplatform.cli.console import waiting
    from mlplatform.core.held_before import held_before
    from mlplatform.core.hold import holds
    from mlplatform.flow.ledger_queries import statements
    from mlplatform.flow.reconcile.commit_order import why_not_applied
    from mlplatform.flow.reconcile.planning import make_plan
    from mlplatform.flow.review.approvals import why_not_approved
    from mlplatform.flow.workspace import environment_of
    from mlplatform.report.change import plan_text

    with waiting(f"reading {environment}", as_json=as_json):
        plan = make_plan(workspace, repository, environment, confirmed)
        settings = environment_of(repository, environment)
        reason = why_not_applied(workspace, settings, plan.commit, environment) or why_not_approved(
            workspace, settings, plan
        )
        ledger = statements(workspace, settings)
        earlier = held_before(ledger, environment, plan.commit, plan.refused, holds(ledger, environment))
    if reason:
        click.echo(f"an apply would refuse this commit: {reason}", err=True)
    text = json.dumps(plan.as_json(), indent=1)
    if out is not None:
        _write(out, text + "\n")
    click.echo(text if as_json else plan_text(plan, earlier))
    sys.exit(1 if reason or {refusal.resource for refusal in plan.refused} - earlier else 0)


def _plan_from_snapshot(
    workspace: "Workspace", repository: "Repository", environment: str, target: str | None, *, as_json: bool
) -> None:
    from mlplatform.cli.console import echo_json
    from mlplatform.flow.reconcile.plan_from_snapshot import plan_from_snapshot
    from mlplatform.report.snapshot_plan import snapshot_plan_json, snapshot_plan_text

    planned = plan_from_snapshot(workspace, repository, environment, target)
    if as_json:
        echo_json(snapshot_plan_json(planned))
    else:
        click.echo(snapshot_plan_text(planned))
    sys.exit(1 if planned.plan.refused else 0)


def _write(out: Path, text: str) -> None:
    from mlplatform.core.errors import Refusal

    try:
        out.write_text(text)
    except OSError as cause:
        raise Refusal(
            f"the plan cannot be written: {cause.strerror}", where=str(out), fix="name a file in --out"
        ) from cause
