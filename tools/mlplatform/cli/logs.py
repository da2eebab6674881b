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
    """Show the last lines of the environment's servers that matter to MODEL (tenant/model), newest last.

    They are its errors, the servers' own errors, and what else the servers logged about it.
    """
    from mlplatform.cli.console import echo_json
    from mlplatform.flow.check.run_check import load_repository
    from mlplatform.flow.workspace import Workspace, environment_of, model_of
    from mlplatform.local.logs import tail

    workspace = Workspace.discover()
    repository = load_repository(workspace.git, "HEAD")
    environment_of(repository, environment)
    model_of(repository, model)
    others = [name for name in repository.models if name != model]
    logged = tail(workspace.paths(environment), model, lines, others)
    if as_json:
        lines_json = [{"server": line.server, "text": line.text} for line in logged]
        echo_json({"environment": environment, "model": model, "lines": lines_json})
        return
    for line in logged:
        click.echo(f"{line.server}: {line.text}")
    if not logged:
        click.echo(f"no server of {environment} has logged an error, or anything about {model}", err=True)
