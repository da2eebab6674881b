"""platform lineage"""

import json
from datetime import UTC, datetime

import click

from mlplatform.cli import options

MOMENTS = ("%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S%z")


@click.command(
    epilog="Example: platform lineage clinic/tumour --env production --at 2026-11-01\n\n"
    "         platform lineage --dataset clinic/biopsies"
)
@click.argument("model", required=False)
@click.option("--env", "environment", metavar="ENV", help="The environment.")
@click.option("--dataset", metavar="NAME", help="Which versions were trained on this data set (tenant/name).")
@click.option("--at", type=click.DateTime(MOMENTS), help="What it was at a moment of the past, in UTC.")
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
    """Show what an environment pins of MODEL (tenant/model): trained by what, on what, approved by whom.

    With --dataset the other way round: every version in every environment that was trained on it. --at a day means
    its last second, and today: now.
    """
    from mlplatform.flow.lineage.lineage import lineage_of, trained_on
    from mlplatform.flow.workspace import Workspace
    from mlplatform.report.lineage import lineage_json, lineage_text, trained_json, trained_text

    if bool(model) == bool(dataset) or (model and not environment):
        raise click.UsageError("name a MODEL with --env ENV, or a data set with --dataset NAME")
    workspace = Workspace.discover()
    if dataset:
        trained = trained_on(workspace, rev, dataset, environment, _moment(at))
        text = trained_text(dataset, trained, "then" if at else "now")
        click.echo(json.dumps(trained_json(trained), indent=1) if as_json else text)
        return
    found = lineage_of(workspace, rev, str(environment), str(model), _moment(at))
    click.echo(json.dumps(lineage_json(found), indent=1) if as_json else lineage_text(found))


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
