"""platform up"""

import sys

import click

from mlplatform.cli import options


@click.command(epilog="Example: platform up")
@options.as_json
@options.debug
def command(as_json: bool) -> None:
    """Set up the local target under .platform/ and apply the last commit to every environment.

    Starts a Triton server and a gateway for each environment, trains and registers the pinned versions that the
    development registry lacks, applies, and shows what runs where. Running it again changes nothing.
    """
    from mlplatform.cli.console import echo_json, progress, terminal_width
    from mlplatform.flow.check.run_check import check_commit
    from mlplatform.flow.local.up import bring_up
    from mlplatform.flow.status import status
    from mlplatform.flow.workspace import Workspace
    from mlplatform.report.check.text import checked_text
    from mlplatform.report.up import up_json, up_text

    workspace = Workspace.discover()
    checked = check_commit(workspace.git, "HEAD")
    if not as_json:
        click.echo(checked_text(checked))
    with progress("starting the servers", as_json=as_json) as reporter:
        reconciled = bring_up(workspace, checked.repository, reporter)
    statuses = status(workspace, checked.repository)
    if as_json:
        echo_json(up_json(checked, reconciled, statuses))
    else:
        click.echo(up_text(checked.repository, reconciled, statuses, terminal_width()))
    sys.exit(0 if checked.is_clean and all(done.is_done for done in reconciled) else 1)
