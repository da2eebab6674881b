"""platform register"""

import click

from mlplatform.cli import options


@click.command(epilog="Example: platform register clinic/tumour 1.3.0 --run 0123456789abcdef0123456789abcdef")
@click.argument("model")
@click.argument("version")
@click.option("--run", "run_id", required=True, metavar="RUN", help="The training run's id.")
@options.as_json
@options.debug
def command(model: str, version: str, run_id: str, as_json: bool) -> None:
    """Register what a training run produced as VERSION (semver) of MODEL (tenant/model).

    The version goes to the first environment's registry, with the run, the commit, the data sets and the metrics
    that the run recorded. `platform deploy` then proposes to run it.
    """
    from mlplatform.cli.console import echo_json, waiting
    from mlplatform.flow.check.run_check import load_repository
    from mlplatform.flow.promotion.register import first_environment, register_run
    from mlplatform.flow.workspace import Workspace

    workspace = Workspace.discover()
    repository = load_repository(workspace.git, "HEAD")
    with waiting(f"registering {model} {version}", as_json=as_json):
        registered = register_run(workspace, repository, model, version, run_id)
    if as_json:
        echo_json({"model": model, "version": registered.version, "digest": registered.ref.digest})
    else:
        click.echo(f"registered {model} {version} as {registered.ref.digest}")
        click.echo(f"  next: platform deploy {model} {version} --env {first_environment(repository)}")
