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
    from mlplatform.flow.judge import repository_at
    from mlplatform.flow.listener import SILENT
    from mlplatform.flow.place import here
    from mlplatform.flow.planning import Wanted
    from mlplatform.flow.reconcile import reconcile
    from mlplatform.flow.retry import lift
    from mlplatform.report.change import reconciled_json, reconciled_text

    place = here()
    repository = repository_at(place.git, rev)
    hold = lift(place, repository, environment, model, version, reason)
    if not as_json:
        click.echo(f"{model} {hold.version} is on hold in {environment} no longer")
    listener = SILENT if as_json else console_reporter()
    done = reconcile(place, repository, environment, listener, Wanted(retried=True))
    click.echo(json.dumps(reconciled_json(done), indent=1) if as_json else reconciled_text(done))
    sys.exit(0 if done.is_done else 1)
