"""platform down"""

import click

from mlplatform.cli import options


@click.command(epilog="Example: platform down")
@options.debug
def command() -> None:
    """Stop everything that `platform up` started, and nothing else. What was registered stays."""
    from mlplatform.flow.local.up import bring_down
    from mlplatform.flow.workspace import Workspace

    stopped = bring_down(Workspace.discover())
    click.echo(f"stopped {', '.join(stopped)}" if stopped else "nothing was running")
