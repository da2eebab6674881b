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
    from mlplatform.flow.judge import judge_commit
    from mlplatform.flow.observe import status
    from mlplatform.flow.place import here
    from mlplatform.flow.up import bring_up
    from mlplatform.report.change import reconciled_text
    from mlplatform.report.check.text import checked_text
    from mlplatform.report.request import example_request
    from mlplatform.report.status import status_text

    place = here()
    checked = judge_commit(place.git, "HEAD")
    click.echo(checked_text(checked))
    done = bring_up(place, checked.repository, console_reporter())
    for reconciled in done:
        click.echo(reconciled_text(reconciled))
    statuses = status(place, checked.repository)
    click.echo("")
    click.echo(status_text(statuses))
    if request := example_request(checked.repository, statuses):
        click.echo(f"\nask for an answer:\n{request}")
    sys.exit(0 if checked.is_clean and all(reconciled.is_done for reconciled in done) else 1)
