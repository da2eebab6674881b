"""platform validate"""

import sys

import click

from mlplatform.cli import options


@click.command(epilog="Example: platform validate clinic/tumour --env production")
@click.argument("model")
@options.environment
@click.option(
    "--version", metavar="VERSION", help="A registered version, instead of the one that comes next."
)
@options.rev
@click.option("--record", "recorded", is_flag=True, help="Put the result on the ledger.")
@options.as_json
@options.debug
def command(
    model: str, environment: str, version: str | None, rev: str, recorded: bool, as_json: bool
) -> None:
    """Measure a version of MODEL (tenant/model) on held-out data, in the environment's own servers.

    Loads it beside the version that serves, sends it the rows that `validation` in the model's document names, and
    compares the answers with the signature, the gates, the champion and the SLO. It gets no user's request, and is
    unloaded afterwards. Without --version: the version that the environment pins and does not run yet, else the one
    that would be promoted next, else the one that runs.

    Exit code 1 when a check fails.
    """
    from mlplatform.cli.console import echo_json, progress, terminal_width
    from mlplatform.flow.check.run_check import load_repository
    from mlplatform.flow.promotion.validate import record, validate
    from mlplatform.flow.workspace import Workspace
    from mlplatform.report.validation import validated_text

    workspace = Workspace.discover()
    repository = load_repository(workspace.git, rev)
    with progress(f"validating {model} in {environment}", as_json=as_json) as reporter:
        result = validate(workspace, repository, environment, model, version, reporter)
    if recorded:
        record(workspace, repository, result)
    if as_json:
        echo_json(result.as_json())
    else:
        click.echo(validated_text(result, terminal_width()))
    sys.exit(0 if result.passed else 1)
