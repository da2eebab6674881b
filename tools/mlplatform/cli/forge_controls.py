"""platform forge setup, platform forge controls"""

import sys

import click

from mlplatform.cli import options


@click.command(epilog="Example: platform forge setup --apply")
@click.option("--apply", "apply", is_flag=True, help="Change what differs, and show what remains.")
@options.as_json
@options.debug
def setup(apply: bool, as_json: bool) -> None:
    """Show what has to protect main and does not.

    platform.yaml declares it; with --apply the Git host is made so.
    What is stricter on the Git host is kept. Exit code 1 when something differs, or remains.
    """
    from mlplatform.cli.console import echo_json, waiting
    from mlplatform.flow.controls.compare_controls import declared_host
    from mlplatform.flow.controls.set_up_controls import set_up_controls
    from mlplatform.flow.workspace import Workspace
    from mlplatform.report.controls_comparison import set_up_json, set_up_text

    with waiting("asking the Git host", as_json=as_json):
        result = set_up_controls(declared_host(Workspace.discover()), apply=apply)
    if as_json:
        echo_json(set_up_json(result))
    else:
        click.echo(set_up_text(result))
    sys.exit(0 if result.is_done else 1)


@click.command(epilog="Example: platform forge controls --no-record")
@click.option("--no-record", is_flag=True, help="Do not append the comparison to the ledger.")
@options.as_json
@options.debug
def controls(no_record: bool, as_json: bool) -> None:
    """Record whether what protects main is in force.

    It is compared with what platform.yaml declares; the record goes on the company's ledger.
    Exit code 1 when something differs, and when the Git host could not be asked, which is recorded too.
    """
    from mlplatform.cli.console import echo_json, waiting
    from mlplatform.flow.controls.compare_controls import (
        compare_controls,
        declared_host,
        record_comparison,
    )
    from mlplatform.flow.workspace import Workspace
    from mlplatform.report.controls_comparison import comparison_json, comparison_text

    workspace = Workspace.discover()
    with waiting("asking the Git host", as_json=as_json):
        comparison = compare_controls(declared_host(workspace))
    if as_json:
        echo_json(comparison_json(comparison))
    else:
        click.echo(comparison_text(comparison))
    if not no_record:
        record_comparison(workspace, comparison)
    sys.exit(0 if comparison.is_clean else 1)
