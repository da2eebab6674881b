"""platform up"""

import sys

import click

from mlplatform.cli import options


@click.command(epilog="Example: platform up")
@options.debug
def command() -> None:
    """Set up the local target under .platform/ and reconcile every environment as the last commit declares it.

    Starts a Triton and a gateway for each environment, trains and registers the pinned versions that the
    development registry lacks, applies, and shows what runs where. Running it again changes nothing.
    """
    from mlplatform.cli.console import console_reporter
    from mlplatform.flow.check.run_check import check_commit
    from mlplatform.flow.local.up import bring_up
    from mlplatform.flow.status import status
    from mlplatform.flow.workspace import Workspace
    from mlplatform.report.change import reconciled_text
    from mlplatform.report.check.text import checked_text
    from mlplatform.report.request import example_request
    from mlplatform.report.status import status_text

    workspace = Workspace.discover()
    checked = check_commit(workspace.git, "HEAD")
    click.echo(checked_text(checked))
    done = bring_up(workspace, checked.repository, console_reporter())
    for reconciled in done:
        click.echo(reconciled_text(reconciled))
    statuses = status(workspace, checked.repository)
    click.echo("")
    click.echo(status_text(statuses))
    if request := example_request(checked.repository, statuses):
        click.echo(f"\nask for an answer:\n{request}")
    sys.exit(0 if checked.is_clean and all(reconciled.is_done for reconciled in done) else 1)
