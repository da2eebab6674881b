"""platform record"""

import click

from mlplatform.cli import options


@click.command(epilog="Example: platform record")
@click.option(
    "--since",
    metavar="REV",
    help="Where nothing is on record yet: the commit of main before the first one to record.",
)
@options.as_json
@options.debug
def command(since: str | None, as_json: bool) -> None:
    """Put every commit of main that is not on record yet on the ledger.

    Each record says who asked for the change, who wrote, approved and merged it, and what the policies said, and is
    signed with the recorder's key. `platform merge` does it for what it merges; on a Git host a workflow does.
    """
    from mlplatform.cli.console import echo_json, progress
    from mlplatform.flow.evidence.record_changes import RecordOptions, record_changes
    from mlplatform.flow.workspace import Workspace
    from mlplatform.report.evidence.verification import recorded_json, recorded_text

    with progress("recording main's changes", as_json=as_json) as reporter:
        recorded = record_changes(Workspace.discover(), RecordOptions(since), reporter)
    pairs = [(each.change, each.record) for each in recorded]
    if as_json:
        echo_json(recorded_json(pairs))
    else:
        click.echo(recorded_text(pairs))
