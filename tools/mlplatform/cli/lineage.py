"""platform lineage"""

from datetime import UTC, datetime

import click

from mlplatform.cli import options

MOMENTS = ("%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S%z")


@click.command(
    epilog="Example: platform lineage clinic/tumour --env production --at 2026-11-01\n\n"
    "Example: platform lineage --dataset clinic/biopsies"
)
@click.argument("model", required=False)
@click.option("--env", "environment", metavar="ENV", help="The environment; needed with MODEL.")
@click.option(
    "--dataset", metavar="NAME", help="List the versions that were trained on a data set (tenant/name)."
)
@click.option(
    "--at", type=click.DateTime(MOMENTS), metavar="DATE", help="Show it as it was at a past moment, in UTC."
)
@options.rev
@options.as_json
@options.debug
def command(
    model: str | None,
    environment: str | None,
    dataset: str | None,
    at: datetime | None,
    rev: str,
    as_json: bool,
) -> None:
    """Show where the version of MODEL (tenant/model) that an environment pins comes from.

    That is the training run, code, data sets, metrics and approvals. With --dataset it lists every version that was
    ever pinned in an environment and was trained on a data set. A day given to --at means its last second; today means
    now.
    """
    from mlplatform.cli.console import echo_json, terminal_width
    from mlplatform.flow.lineage.lineage import lineage_of, trained_on
    from mlplatform.flow.workspace import Workspace
    from mlplatform.report.lineage import lineage_json, lineage_text, trained_json, trained_text

    if bool(model) == bool(dataset) or (model and not environment):
        raise click.UsageError("name a MODEL with --env ENV, or a data set with --dataset NAME")
    workspace = Workspace.discover()
    if dataset:
        trained = trained_on(workspace, rev, dataset, environment, _moment(at))
        if as_json:
            echo_json(trained_json(trained))
        else:
            click.echo(trained_text(dataset, trained, "then" if at else "now", terminal_width()))
        return
    lineage = lineage_of(workspace, rev, str(environment), str(model), _moment(at))
    if as_json:
        echo_json(lineage_json(lineage))
    else:
        click.echo(lineage_text(lineage))


def _moment(at: datetime | None) -> datetime | None:
    if at is None:
        return None
    if at.tzinfo:
        return at
    at = at.replace(tzinfo=UTC)
    if (at.hour, at.minute, at.second) != (0, 0, 0):
        return at
    now = datetime.now(UTC)
    return now if at.date() == now.date() else at.replace(hour=23, minute=59, second=59)
