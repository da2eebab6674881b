"""platform plan"""

import json
import sys
from pathlib import Path

import click

from mlplatform.cli import options


@click.command(epilog="Example: platform plan --env production --out production.plan.json")
@options.environment
@options.rev
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the plan for `apply --plan`."
)
@click.option(
    "--against",
    type=click.Choice(["snapshot"]),
    help="Plan from the newest snapshots of the ledger, with no access to any registry or server.",
)
@click.option("--target", metavar="ID", help="Whose ledger, where several local targets' are here.")
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

    Exit code 1 when a deployment is refused.
    """
    if against:
        if out is not None:
            raise click.UsageError("a plan from a snapshot cannot be applied, so there is no --out for it")
        _foresee(environment, rev, target, as_json=as_json)
        return
    if target is not None:
        raise click.UsageError("--target is for --against snapshot")
    from mlplatform.flow.check.run_check import load_repository
    from mlplatform.flow.ledger_queries import why_not_applied
    from mlplatform.flow.reconcile.planning import make_plan
    from mlplatform.flow.workspace import Workspace, environment_of
    from mlplatform.report.change import plan_text

    workspace = Workspace.discover()
    repository = load_repository(workspace.git, rev)
    plan = make_plan(workspace, repository, environment, frozenset(confirm))
    if why := why_not_applied(workspace, environment_of(repository, environment), plan.commit, environment):
        click.echo(f"an apply would refuse this commit: {why}", err=True)
    text = json.dumps(plan.as_json(), indent=1)
    if out is not None:
        _write(out, text + "\n")
    click.echo(text if as_json else plan_text(plan))
    sys.exit(1 if plan.refused else 0)


def _foresee(environment: str, rev: str, target: str | None, *, as_json: bool) -> None:
    from mlplatform.flow.check.run_check import load_repository
    from mlplatform.flow.reconcile.plan_from_snapshot import plan_from_snapshot
    from mlplatform.flow.workspace import Workspace
    from mlplatform.report.snapshot_plan import snapshot_plan_json, snapshot_plan_text

    workspace = Workspace.discover()
    foreseen = plan_from_snapshot(workspace, load_repository(workspace.git, rev), environment, target)
    click.echo(
        json.dumps(snapshot_plan_json(foreseen), indent=1) if as_json else snapshot_plan_text(foreseen)
    )
    sys.exit(1 if foreseen.plan.refused else 0)


def _write(out: Path, text: str) -> None:
    from mlplatform.core.errors import Refusal

    try:
        out.write_text(text)
    except OSError as cause:
        raise Refusal(
            f"the plan cannot be written: {cause.strerror}", where=str(out), fix="name a file in --out"
        ) from cause
