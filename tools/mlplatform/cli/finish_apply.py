"""How a command ends that applied something to an environment."""

import sys
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:  # only click is imported before a command runs
    from mlplatform.core.reconciled import Reconciled
    from mlplatform.flow.workspace import Workspace


def finish_apply(
    reconciled: "Reconciled", *, as_json: bool, post_from: "Workspace | None" = None
) -> NoReturn:
    """Print how an apply ended, and exit: 0 when all of it is done, else 1.

    A version that was on hold before this change, such as another tenant's, is named and is no failure of it.

    With `post_from` the Git host of that workspace is told as well; when that fails, what was applied stays applied.
    """
    from mlplatform.cli.console import echo_json
    from mlplatform.report.change import reconciled_json, reconciled_text

    if as_json:
        echo_json(reconciled_json(reconciled))
    else:
        click.echo(reconciled_text(reconciled))
    if post_from:
        _post(post_from, reconciled)
    sys.exit(0 if reconciled.is_done else 1)


def _post(workspace: "Workspace", reconciled: "Reconciled") -> None:
    from mlplatform.flow.review.post_outcome import post_outcome
    from mlplatform.report.outcome import outcome_markdown, revert_text

    for pull in post_outcome(workspace, reconciled, outcome_markdown(reconciled), revert_text):
        click.echo(f"  pull request {pull.name} reverts what failed", err=True)
