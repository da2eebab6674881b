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
    from mlplatform.flow.judge import repository_at
    from mlplatform.flow.listener import Listener
    from mlplatform.flow.observe import status
    from mlplatform.flow.place import here
    from mlplatform.report.status import status_json, status_text

    place = here()
    listener = Listener(say=lambda said: click.echo(said, err=True))
    statuses = status(place, repository_at(place.git, rev), listener)
    click.echo(json.dumps(status_json(statuses), indent=1) if as_json else status_text(statuses))
    ready = all(found.state == "Ready" for models in statuses.values() for found in models.values())
    sys.exit(0 if ready else 1)
