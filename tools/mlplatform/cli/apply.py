"""platform apply"""

from pathlib import Path

import click

from mlplatform.cli import options


@click.command(
    epilog="Example: platform apply --env production\n\n"
    "Example: platform apply --env production --plan production.plan.json"
)
@options.environment
@options.rev
@click.option(
    "--plan",
    "plan_file",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Apply only the plan that `platform plan --out FILE` wrote; its commit counts, not --rev.",
)
@click.option("--go-back", metavar="WHY", default="", help="Apply an earlier commit than the last one.")
@options.confirm
@click.option(
    "--post",
    is_flag=True,
    help="Post the outcome on the pull requests that are applied, and open one for each revert.",
)
@options.as_json
@options.debug
def command(
    environment: str,
    rev: str,
    plan_file: Path | None,
    go_back: str,
    confirm: tuple[str, ...],
    post: bool,
    as_json: bool,
) -> None:
    """Make an environment match a commit, and record what happened.

    Only the commit is read: edits of the working tree are not applied, and a note names them. With --plan only that
    plan is applied, and only while it still holds. Running the command again finishes an interrupted apply. When
    something fails, traffic and aliases are restored, and the version goes on hold until its document changes or
    `platform retry` is run. Exit code 1 when a change failed or a deployment is refused. A version that was on hold
    before this commit, such as another tenant's, is named and is no failure; with --json it is in `heldBefore`.
    """
    from mlplatform.cli.console import note_uncommitted, progress
    from mlplatform.cli.finish_apply import finish_apply
    from mlplatform.flow.check.run_check import load_repository
    from mlplatform.flow.reconcile.planning import ApplyOptions, read_plan
    from mlplatform.flow.reconcile.reconcile import reconcile
    from mlplatform.flow.workspace import Workspace

    workspace = Workspace.discover()
    planned = read_plan(plan_file) if plan_file else None
    repository = load_repository(workspace.git, planned.commit if planned else rev)
    note_uncommitted(workspace.git, str(repository.commit))
    request = ApplyOptions(planned, go_back, frozenset(confirm))
    with progress(f"planning {environment}", as_json=as_json) as reporter:
        reconciled = reconcile(workspace, repository, environment, reporter, request)
    finish_apply(reconciled, as_json=as_json, post_from=workspace if post else None)
