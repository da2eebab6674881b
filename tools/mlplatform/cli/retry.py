"""platform retry"""

import click

from mlplatform.cli import options


@click.command(
    epilog='Example: platform retry clinic/tumour --env production --reason "the disk has room again"'
)
@click.argument("model")
@options.environment
@click.option("--version", metavar="VERSION", help="Which version, where several are on hold.")
@options.rev
@options.reason
@options.as_json
@options.debug
def command(model: str, environment: str, version: str | None, rev: str, reason: str, as_json: bool) -> None:
    """Lift the hold on a version of MODEL (tenant/model), and apply the environment again.

    The ledger records who lifted it and why. Exit code 1 when it fails again.
    """
    from mlplatform.cli.console import progress
    from mlplatform.cli.finish_apply import finish_apply
    from mlplatform.flow.check.run_check import load_repository
    from mlplatform.flow.reconcile.planning import ApplyOptions
    from mlplatform.flow.reconcile.reconcile import reconcile
    from mlplatform.flow.rollback.retry import lift_hold
    from mlplatform.flow.workspace import Workspace

    workspace = Workspace.discover()
    repository = load_repository(workspace.git, rev)
    hold = lift_hold(workspace, repository, environment, model, version, reason)
    with progress(f"planning {environment}", as_json=as_json) as reporter:
        reporter.on_message(f"{model} {hold.version} is no longer on hold in {environment}")
        reconciled = reconcile(workspace, repository, environment, reporter, ApplyOptions(after_retry=True))
    finish_apply(reconciled, as_json=as_json)
