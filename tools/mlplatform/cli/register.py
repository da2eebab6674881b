"""platform register"""

import json

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

    The version goes to the first environment's registry, with the run, the commit, the data and the metrics
    that the run recorded. `platform deploy` then proposes to run it.
    """
    from mlplatform.flow.check.run_check import load_repository
    from mlplatform.flow.promotion.register import register_run
    from mlplatform.flow.workspace import Workspace

    workspace = Workspace.discover()
    done = register_run(workspace, load_repository(workspace.git, "HEAD"), model, version, run_id)
    said = {"model": done.model, "version": done.version, "digest": done.ref.digest}
    text = f"registered {model} {version} as {done.ref.digest}\n  platform deploy {model} {version} --env development"
    click.echo(json.dumps(said) if as_json else text)
