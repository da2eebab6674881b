"""platform status"""

import json
import sys

import click

from mlplatform.cli import options


@click.command(epilog="Example: platform status --json")
@options.rev
@options.as_json
@options.debug
def command(rev: str, as_json: bool) -> None:
    """Show what each environment declares and what answers there.

    Exit code 1 when a deployment is not Ready.
    """
    from mlplatform.flow.check.run_check import load_repository
    from mlplatform.flow.progress import ProgressReporter
    from mlplatform.flow.status import status
    from mlplatform.flow.workspace import Workspace
    from mlplatform.report.status import status_json, status_text

    workspace = Workspace.discover()
    progress = ProgressReporter(on_message=lambda said: click.echo(said, err=True))
    statuses = status(workspace, load_repository(workspace.git, rev), progress)
    click.echo(json.dumps(status_json(statuses), indent=1) if as_json else status_text(statuses))
    ready = all(found.state == "Ready" for models in statuses.values() for found in models.values())
    sys.exit(0 if ready else 1)
