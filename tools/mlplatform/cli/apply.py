"""platform apply"""

import json
import sys
from pathlib import Path

import click

from mlplatform.cli import options


@click.command(epilog="Example: platform apply --env production")
@options.environment
@options.rev
@click.option(
    "--plan",
    "plan_file",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Apply just the plan that `platform plan --out FILE` wrote; its commit counts, not --rev.",
)
@click.option("--go-back", metavar="WHY", default="", help="Apply a commit older than the one applied last.")
@options.confirm
@options.as_json
@options.debug
def command(
    environment: str, rev: str, plan_file: Path | None, go_back: str, confirm: tuple[str, ...], as_json: bool
) -> None:
    """Make an environment as a commit declares it, and record what happened.

    With --plan only just that plan is applied, and only while it still holds. Running it again finishes what
    an interrupted apply left. What fails is put back and its version goes on hold until its document changes or
    `platform retry` is run. Exit code 1 when a change failed or a deployment is refused.
    """
    from mlplatform.cli.console import console_reporter
    from mlplatform.flow.check.run_check import load_repository
    from mlplatform.flow.progress import SILENT
    from mlplatform.flow.reconcile.planning import ApplyOptions, read_plan
    from mlplatform.flow.reconcile.reconcile import reconcile
    from mlplatform.flow.workspace import Workspace
    from mlplatform.report.change import reconciled_json, reconciled_text

    workspace = Workspace.discover()
    planned = read_plan(plan_file) if plan_file else None
    repository = load_repository(workspace.git, planned.commit if planned else rev)
    listener = SILENT if as_json else console_reporter()
    wanted = ApplyOptions(planned, go_back, frozenset(confirm))
    done = reconcile(workspace, repository, environment, listener, wanted)
    click.echo(json.dumps(reconciled_json(done), indent=1) if as_json else reconciled_text(done))
    sys.exit(0 if done.is_done else 1)
