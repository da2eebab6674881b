"""platform models"""

import sys

import click

from mlplatform.cli import options


@click.command(
    epilog="Example: platform models clinic/tumour\n\nExample: platform models --tenant clinic --env production"
)
@click.argument("model", required=False)
@options.only_tenant
@options.only_environment
@options.rev
@options.as_json
@options.debug
def command(model: str | None, tenant: str | None, environment: str | None, rev: str, as_json: bool) -> None:
    """List the versions of models, or of one MODEL (tenant/model): metrics, aliases, and where each runs.

    The registries and servers themselves are asked, which takes some seconds. `champion` answers requests, `previous`
    stays loaded for a rollback, `pinned` is what the commit declares. Exit code 1 when one of them cannot be read.
    """
    from mlplatform.cli.console import echo_json, terminal_width, waiting
    from mlplatform.flow.check.run_check import load_repository
    from mlplatform.flow.models import list_models
    from mlplatform.flow.selection import Selection
    from mlplatform.flow.workspace import Workspace
    from mlplatform.report.models import models_json, models_text

    workspace, selection = Workspace.discover(), Selection(model, tenant, environment)
    with waiting("reading the registries", as_json=as_json) as reporter:
        listed = list_models(workspace, load_repository(workspace.git, rev), selection, reporter)
    if as_json:
        echo_json(models_json(listed.versions, listed.unreadable))
    else:
        click.echo(models_text(listed.versions, listed.unreadable, terminal_width()))
    sys.exit(1 if listed.unreadable else 0)
