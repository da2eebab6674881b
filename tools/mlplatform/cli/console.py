"""Progress as lines: the same on a terminal and in CI."""

from typing import Any

import click


def console_reporter() -> Any:
    """A listener that prints each plan's first line and each outcome."""
    from mlplatform.flow.listener import Listener
    from mlplatform.report.change import outcome_text, plan_title

    return Listener(
        click.echo,
        lambda plan: click.echo(plan_title(plan)),
        lambda outcome: click.echo(outcome_text(outcome)),
    )
