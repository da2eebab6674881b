"""How a command ends that applied something to an environment."""

import sys
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:  # only click is imported before a command runs
    from mlplatform.core.reconciled import Reconciled


def finish_apply(reconciled: "Reconciled", *, as_json: bool) -> NoReturn:
    """Print how an apply ended, and exit: 0 when all of it is done, else 1."""
    from mlplatform.cli.console import echo_json
    from mlplatform.report.change import reconciled_json, reconciled_text

    if as_json:
        echo_json(reconciled_json(reconciled))
    else:
        click.echo(reconciled_text(reconciled))
    sys.exit(0 if reconciled.is_done else 1)
