"""platform down"""

import click

from mlplatform.cli import options


@click.command(epilog="Example: platform down")
@options.as_json
@options.debug
def command(as_json: bool) -> None:
    """Stop the servers that `platform up` started, and nothing else. What was registered stays."""
    from mlplatform.cli.console import echo_json, waiting
    from mlplatform.flow.local.up import bring_down
    from mlplatform.flow.workspace import Workspace

    workspace = Workspace.discover()
    with waiting("stopping the servers", as_json=as_json):
        stopped = bring_down(workspace)
    if as_json:
        echo_json({"stopped": list(stopped)})
    else:
        click.echo(f"stopped {', '.join(stopped)}" if stopped else "nothing was running")
