"""Progress as lines: the same on a terminal and in CI."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:  # only click is imported before a command runs
    from mlplatform.flow.progress import ProgressReporter


def console_reporter() -> "ProgressReporter":
    """A reporter that prints each plan's first line and each outcome."""
    from mlplatform.flow.progress import ProgressReporter
    from mlplatform.report.change import outcome_text, plan_title

    return ProgressReporter(
        click.echo,
        lambda plan: click.echo(plan_title(plan)),
        lambda outcome: click.echo(outcome_text(outcome)),
    )
