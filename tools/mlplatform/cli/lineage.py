"""platform lineage"""

import json

import click

from mlplatform.cli import options


@click.command(epilog="Example: platform lineage clinic/tumour --env production")
@click.argument("model")
@options.environment
@options.rev
@options.as_json
@options.debug
def command(model: str, environment: str, rev: str, as_json: bool) -> None:
    """Show what an environment pins of MODEL (tenant/model): trained by what, on what, approved by whom."""
    from mlplatform.flow.judge import repository_at
    from mlplatform.flow.observe import lineage_of
    from mlplatform.flow.place import here
    from mlplatform.report.status import lineage_json, lineage_text

    place = here()
    found = lineage_of(place, repository_at(place.git, rev), environment, model)
    click.echo(json.dumps(lineage_json(found), indent=1) if as_json else lineage_text(found))
