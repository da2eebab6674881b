"""platform down"""

import click

from mlplatform.cli import options


@click.command(epilog="Example: platform down")
@options.debug
def command() -> None:
    """Stop everything that `platform up` started, and nothing else. What was registered stays."""
    from mlplatform.flow.place import here
    from mlplatform.flow.up import bring_down

    stopped = bring_down(here())
    click.echo(f"stopped {', '.join(stopped)}" if stopped else "nothing was running")
