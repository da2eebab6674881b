"""platform retry"""

import json
import sys

import click

from mlplatform.cli import options


@click.command(
    epilog='Example: platform retry clinic/tumour --env production --reason "the disk has room again"'
)
@click.argument("model")
@options.environment
@click.option("--version", metavar="VERSION", help="Which version, where several are on hold.")
@options.rev
@options.reason
@options.as_json
@options.debug
def command(model: str, environment: str, version: str | None, rev: str, reason: str, as_json: bool) -> None:
    """Lift the hold on a version of MODEL (tenant/model), and apply the environment again.

    Says on the ledger who lifted it and why. Exit code 1 when it fails again.
    """
    from mlplatform.cli.console import console_reporter
    from mlplatform.flow.check.run_check import load_repository
    from mlplatform.flow.progress import SILENT
    from mlplatform.flow.reconcile.planning import ApplyOptions
    from mlplatform.flow.reconcile.reconcile import reconcile
    from mlplatform.flow.rollback.retry import lift
    from mlplatform.flow.workspace import Workspace
    from mlplatform.report.change import reconciled_json, reconciled_text

    workspace = Workspace.discover()
    repository = load_repository(workspace.git, rev)
    hold = lift(workspace, repository, environment, model, version, reason)
    if not as_json:
        click.echo(f"{model} {hold.version} is on hold in {environment} no longer")
    listener = SILENT if as_json else console_reporter()
    done = reconcile(workspace, repository, environment, listener, ApplyOptions(retried=True))
    click.echo(json.dumps(reconciled_json(done), indent=1) if as_json else reconciled_text(done))
    sys.exit(0 if done.is_done else 1)
