"""platform merge"""

import sys
from pathlib import Path

import click

from mlplatform.cli import options
from mlplatform.cli.review import KEY


@click.command(epilog="Example: platform merge promote/production/clinic.tumour-1.1.0")
@click.argument("branch")
@click.option("--key", metavar="FILE", type=click.Path(path_type=Path), help=KEY)
@options.as_json
@options.debug
def command(branch: str, key: Path | None, as_json: bool) -> None:
    """Check BRANCH with its signed reviews, and merge it into main when nothing stops it.

    A branch that `origin` has is merged there, another one in this clone. Main, the branch and its reviews move
    together: when one of them changes meanwhile, nothing is merged. Exit code 1 when the change is stopped.
    """
    from mlplatform.cli.console import echo_json, waiting
    from mlplatform.flow.review.merge import merge
    from mlplatform.flow.workspace import Workspace
    from mlplatform.report.verdict import merge_json, merge_text

    workspace = Workspace.discover()
    with waiting(f"checking {branch}", as_json=as_json):
        merged = merge(workspace, branch, key)
    if as_json:
        echo_json(merge_json(merged))
    else:
        click.echo(merge_text(merged))
    sys.exit(0 if merged.commit and not merged.unrecorded else 1)
