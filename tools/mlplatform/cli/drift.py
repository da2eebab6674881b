"""platform drift"""

import json
import sys
from typing import Any

import click

from mlplatform.cli import options


@click.command(
    epilog="Example: platform drift --env production --deep\n\n"
    "         platform drift --env production --revert"
)
@options.environment
@click.option("--deep", is_flag=True, help="Hash the bytes of every version, not just of those in use.")
@click.option("--revert", is_flag=True, help="Put back what was changed by hand.")
@click.option("--adopt", is_flag=True, help="Propose to declare it, on a branch for review.")
@options.rev
@options.base
@options.reason
@options.as_json
@options.debug
def command(
    environment: str,
    deep: bool,
    revert: bool,
    adopt: bool,
    rev: str,
    base: str,
    reason: str,
    as_json: bool,
) -> None:
    """Show what was changed by hand in an environment since the last apply. Changes nothing by itself.

    Exit code 1 when there is drift; with --revert when some of it could not be put back, with --adopt when some of it
    cannot be declared.
    """
    from mlplatform.flow.check.run_check import load_repository
    from mlplatform.flow.workspace import Workspace

    if revert and adopt:
        raise click.UsageError("--revert and --adopt are two different answers: choose one")
    workspace = Workspace.discover()
    repository = load_repository(workspace.git, rev)
    if revert:
        _revert(workspace, repository, environment, reason, deep=deep, as_json=as_json)
    elif adopt:
        _adopt(workspace, repository, environment, base, reason, deep=deep, as_json=as_json)
    else:
        _show(workspace, repository, environment, deep=deep, as_json=as_json)


def _show(workspace: Any, repository: Any, environment: str, *, deep: bool, as_json: bool) -> None:
    from mlplatform.flow.drift.drift import find_drift
    from mlplatform.report.drift import drift_json, drift_text

    found = find_drift(workspace, repository, environment, deep=deep)
    click.echo(json.dumps(drift_json(found), indent=1) if as_json else drift_text(found))
    sys.exit(1 if found.drifts else 0)


def _revert(
    workspace: Any, repository: Any, environment: str, reason: str, *, deep: bool, as_json: bool
) -> None:
    from mlplatform.cli.console import console_reporter
    from mlplatform.flow.drift.drift import revert_drift
    from mlplatform.flow.progress import SILENT
    from mlplatform.report.change import reconciled_json, reconciled_text

    listener = SILENT if as_json else console_reporter()
    done = revert_drift(workspace, repository, environment, listener, deep=deep, reason=reason)
    click.echo(json.dumps(reconciled_json(done), indent=1) if as_json else reconciled_text(done))
    sys.exit(0 if done.is_done else 1)


def _adopt(
    workspace: Any, repository: Any, environment: str, base: str, reason: str, *, deep: bool, as_json: bool
) -> None:
    from mlplatform.flow.drift.adopt import adopt_drift
    from mlplatform.report.drift import adopted_json, adopted_text

    done = adopt_drift(workspace, repository, environment, base, reason, deep=deep)
    click.echo(json.dumps(adopted_json(done), indent=1) if as_json else adopted_text(done))
    sys.exit(1 if done.refused else 0)
