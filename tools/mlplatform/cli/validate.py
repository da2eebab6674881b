"""platform validate"""

import json
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
@click.option("--record", "recorded", is_flag=True, help="Put the verdict on the ledger.")
@options.as_json
@options.debug
def command(
    model: str, environment: str, version: str | None, rev: str, recorded: bool, as_json: bool
) -> None:
    """Try a version of MODEL (tenant/model) on its held-out sample, in the environment's own servers.

    Loads it beside what is served, sends it the rows that `validation` in the model's document names, and compares what
    it answers with the signature, the gates, the champion and the SLO. No request of anybody else is routed to it, and
    it is unloaded afterwards. Without --version: what the environment pins and does not run yet, else what would be
    promoted next, else what it runs.

    Exit code 1 when anything that is asked is not met.
    """
    from mlplatform.cli.console import console_reporter
    from mlplatform.flow.check.run_check import load_repository
    from mlplatform.flow.progress import SILENT
    from mlplatform.flow.promotion.validate import record, validate
    from mlplatform.flow.workspace import Workspace
    from mlplatform.report.validation import validated_text

    workspace = Workspace.discover()
    repository = load_repository(workspace.git, rev)
    done = validate(
        workspace, repository, environment, model, version, SILENT if as_json else console_reporter()
    )
    if recorded:
        record(workspace, repository, done)
    click.echo(json.dumps(done.as_json(), indent=1) if as_json else validated_text(done))
    sys.exit(0 if done.passed else 1)
