"""platform status"""

import sys

import click

from mlplatform.cli import options


@click.command(
    epilog="Example: platform status\n\nExample: platform status clinic/tumour --env production --json"
)
@click.argument("model", required=False)
@options.only_tenant
@options.only_environment
@options.rev
@options.as_json
@options.debug
def command(model: str | None, tenant: str | None, environment: str | None, rev: str, as_json: bool) -> None:
    """Show what each environment declares and what answers there; of one MODEL (tenant/model) where it is named.

    Declared is what the commit of --rev says. Outdated means that it lacks commits that were applied: nothing drifted.
    Exit code 1 when a deployment is not Ready, or when there is none of what was asked for.
    """
    from mlplatform.cli.console import echo_json, terminal_width
    from mlplatform.flow.check.run_check import load_repository
    from mlplatform.flow.progress import ProgressReporter
    from mlplatform.flow.selection import EVERYTHING, Selection
    from mlplatform.flow.status import status
    from mlplatform.flow.workspace import Workspace
    from mlplatform.report.status import status_json, status_text

    workspace, selection = Workspace.discover(), Selection(model, tenant, environment)
    reporter = ProgressReporter(on_message=lambda message: click.echo(message, err=True))
    statuses = status(workspace, load_repository(workspace.git, rev), reporter, selection)
    if as_json:
        echo_json(status_json(statuses))
    else:
        click.echo(status_text(statuses, terminal_width()))
    states = [deployment.state for models in statuses.values() for deployment in models.values()]
    is_ready = all(state == "Ready" for state in states) and (bool(states) or selection == EVERYTHING)
    sys.exit(0 if is_ready else 1)
