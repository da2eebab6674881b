"""platform logs"""

import click

from mlplatform.cli import options


@click.command(epilog="Example: platform logs clinic/tumour --env production --lines 50")
@click.argument("model")
@options.environment
@click.option(
    "--lines", type=click.IntRange(min=1), default=20, show_default=True, help="How many of the last lines."
)
@options.as_json
@options.debug
def command(model: str, environment: str, lines: int, as_json: bool) -> None:
    """Show the last lines that the environment's servers logged about MODEL (tenant/model)."""
    from mlplatform.cli.console import echo_json
    from mlplatform.flow.check.run_check import load_repository
    from mlplatform.flow.workspace import Workspace, environment_of, model_of
    from mlplatform.local.logs import tail

    workspace = Workspace.discover()
    repository = load_repository(workspace.git, "HEAD")
    environment_of(repository, environment)
    model_of(repository, model)
    logged = tail(workspace.paths(environment), model, lines)
    if as_json:
        lines_json = [{"server": line.server, "text": line.text} for line in logged]
        echo_json({"environment": environment, "model": model, "lines": lines_json})
        return
    for line in logged:
        click.echo(f"{line.server}: {line.text}")
