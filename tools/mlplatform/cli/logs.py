"""platform logs"""

import click

from mlplatform.cli import options


@click.command(epilog="Example: platform logs clinic/tumour --env production --lines 50")
@click.argument("model")
@options.environment
@click.option(
    "--lines", type=click.IntRange(min=1), default=20, show_default=True, help="How many of the last lines."
)
@options.debug
def command(model: str, environment: str, lines: int) -> None:
    """Show the last lines that the environment's servers wrote about MODEL (tenant/model)."""
    from mlplatform.flow.check.run_check import load_repository
    from mlplatform.flow.workspace import Workspace, environment_of, model_of
    from mlplatform.local.logs import tail

    workspace = Workspace.discover()
    repository = load_repository(workspace.git, "HEAD")
    environment_of(repository, environment)
    model_of(repository, model)
    for line in tail(workspace.paths(environment), model, lines):
        click.echo(line)
