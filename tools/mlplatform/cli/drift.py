"""platform drift"""

import sys
from typing import TYPE_CHECKING

import click

from mlplatform.cli import options

if TYPE_CHECKING:  # only click is imported before a command runs
    from mlplatform.core.check_result import CheckResult
    from mlplatform.core.pull_request import PullRequest
    from mlplatform.core.repository import Repository
    from mlplatform.flow.selection import Selection
    from mlplatform.flow.workspace import Workspace
    from mlplatform.propose.adopt import Adopted


@click.command(
    epilog="Example: platform drift clinic/tumour --env production --deep\n\n"
    "Example: platform drift --env production --revert"
)
@click.argument("model", required=False)
@options.only_tenant
@options.only_environment
@click.option("--deep", is_flag=True, help="Hash the artifacts of all versions, not only of those in use.")
@click.option("--revert", is_flag=True, help="Undo what was changed by hand; needs --env.")
@click.option("--adopt", is_flag=True, help="Propose to declare it, on a branch for review; needs --env.")
@click.option(
    "--post",
    is_flag=True,
    help="Keep an issue open on the Git host for each finding, until it is gone; of all environments.",
)
@options.rev
@options.base
@options.open_it
@options.reason
@options.as_json
@options.debug
def command(
    model: str | None,
    tenant: str | None,
    environment: str | None,
    deep: bool,
    revert: bool,
    adopt: bool,
    post: bool,
    rev: str,
    base: str,
    open_it: bool,
    reason: str,
    as_json: bool,
) -> None:
    """Show configuration drift: what was changed by hand on registries and servers since the last apply.

    With MODEL (tenant/model) or --tenant only their drift is shown and counted. Nothing is changed without --revert or
    --adopt, which take a whole environment. Data drift, which is data that no longer looks like the training data, is
    another thing and not measured yet.

    Exit code 1 when there is drift or an environment cannot be compared; with --revert when some of it could not be
    undone, with --adopt when some of it cannot be declared.
    """
    _refuse_contradictions(model, tenant, environment, revert=revert, adopt=adopt)
    if open_it and not adopt:
        raise click.UsageError("--open needs --adopt: nothing else proposes a change")
    if post and (model or tenant or environment or revert or adopt):
        raise click.UsageError(
            "--post is about everything: leave out MODEL, --tenant, --env, --revert and --adopt"
        )
    from mlplatform.flow.check.run_check import load_repository
    from mlplatform.flow.selection import Selection
    from mlplatform.flow.workspace import Workspace

    workspace = Workspace.discover()
    repository = load_repository(workspace.git, rev)
    if revert and environment:
        _revert(workspace, repository, environment, reason, deep=deep, as_json=as_json)
    elif adopt and environment:
        _adopt(workspace, repository, environment, base, reason, deep=deep, open_it=open_it, as_json=as_json)
    elif environment:
        _show(workspace, repository, Selection(model, tenant, environment), deep=deep, as_json=as_json)
    else:
        _show_all(workspace, repository, Selection(model, tenant), deep=deep, post=post, as_json=as_json)


def _refuse_contradictions(
    model: str | None, tenant: str | None, environment: str | None, *, revert: bool, adopt: bool
) -> None:
    if revert and adopt:
        raise click.UsageError("--revert and --adopt are two different answers: choose one")
    option = "--revert" if revert else "--adopt"
    if (revert or adopt) and environment is None:
        raise click.UsageError(f"{option} needs --env: it changes one environment at a time")
    if (revert or adopt) and (model or tenant):
        raise click.UsageError(f"{option} takes a whole environment: leave out MODEL and --tenant")


def _show(
    workspace: "Workspace", repository: "Repository", selection: "Selection", *, deep: bool, as_json: bool
) -> None:
    from mlplatform.cli.console import echo_json, waiting
    from mlplatform.flow.drift.drift import find_selected_drift
    from mlplatform.report.drift import drift_json, drift_text

    with waiting(f"reading {selection.environment}", as_json=as_json):
        drifted = find_selected_drift(workspace, repository, selection, deep=deep)
    if as_json:
        echo_json(drift_json(drifted))
    else:
        click.echo(drift_text(drifted))
    sys.exit(1 if drifted.drifts else 0)


def _show_all(
    workspace: "Workspace",
    repository: "Repository",
    selection: "Selection",
    *,
    deep: bool,
    post: bool,
    as_json: bool,
) -> None:
    from mlplatform.cli.console import echo_json, waiting
    from mlplatform.flow.drift.drift import find_drift_everywhere
    from mlplatform.report.drift import drifts_json, drifts_text

    with waiting("reading the environments", as_json=as_json) as reporter:
        environments = find_drift_everywhere(workspace, repository, selection, reporter, deep=deep)
    if as_json:
        echo_json(drifts_json(environments))
    else:
        click.echo(drifts_text(environments))
    if post:
        from mlplatform.flow.drift.post_drift import post_drift
        from mlplatform.report.drift import drift_issue

        post_drift(workspace, environments, drift_issue)
    is_clean = all(
        not isinstance(drifted, Exception) and not drifted.drifts for drifted in environments.values()
    )
    sys.exit(0 if is_clean else 1)


def _revert(
    workspace: "Workspace",
    repository: "Repository",
    environment: str,
    reason: str,
    *,
    deep: bool,
    as_json: bool,
) -> None:
    from mlplatform.cli.console import progress
    from mlplatform.cli.finish_apply import finish_apply
    from mlplatform.flow.drift.drift import revert_drift

    with progress(f"reading {environment}", as_json=as_json) as reporter:
        reconciled = revert_drift(workspace, repository, environment, reporter, deep=deep, reason=reason)
    finish_apply(reconciled, as_json=as_json)


def _adopt(
    workspace: "Workspace",
    repository: "Repository",
    environment: str,
    base: str,
    reason: str,
    *,
    deep: bool,
    open_it: bool,
    as_json: bool,
) -> None:
    from mlplatform.cli.console import echo_json, waiting
    from mlplatform.flow.drift.adopt import adopt_drift
    from mlplatform.flow.promotion.proposals import check_proposed
    from mlplatform.report.drift import adopted_json, adopted_text

    with waiting(f"reading {environment}", as_json=as_json):
        adopted = adopt_drift(workspace, repository, environment, base, reason, deep=deep)
        checked = check_proposed(workspace, adopted.base, adopted.proposed)
        opened = _open(workspace, adopted, checked) if open_it else None
    if as_json:
        echo_json(adopted_json(adopted, checked, opened))
    else:
        click.echo(adopted_text(adopted, checked, opened))
    sys.exit(0 if checked.is_clean and not adopted.refused else 1)


def _open(workspace: "Workspace", adopted: "Adopted", checked: "CheckResult") -> "PullRequest":
    from mlplatform.flow.review.open_pull_request import open_pull_request
    from mlplatform.report.proposed import pull_request_body

    message = f"{adopted.title}\n\nWhat was changed by hand is declared as it is now."
    return open_pull_request(
        workspace, adopted.proposed.branch, adopted.title, pull_request_body(message, checked)
    )
