"""platform check"""

import json
import sys

import click

from mlplatform.cli import options


@click.command(
    epilog="Example: platform check --base origin/main --json",
)
@click.option("--base", default=None, metavar="REV", help="Judge as a change of this commit as well.")
@click.option("--head", default=None, metavar="REV", help="The commit to judge [default: the working tree].")
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "github"]), default="text", show_default=True
)
@options.as_json
@options.debug
def command(base: str | None, head: str | None, form: str, as_json: bool) -> None:
    """Judge the documents: schema, links, policies.

    Without --base only rules of state are asked; with it rules of change as well.
    Exit code 1 when there is an error.
    """
    from mlplatform.flow.judge import judge_change, judge_commit, judge_working_tree
    from mlplatform.flow.place import here
    from mlplatform.report.check import checked_github, checked_json, checked_text

    git = here().git
    if base is not None:
        checked = judge_change(git, base, head)
    else:
        checked = judge_working_tree(git) if head is None else judge_commit(git, head)
    if as_json or form == "json":
        click.echo(json.dumps(checked_json(checked), indent=1))
    elif form == "github":
        click.echo(checked_github(checked))
    else:
        click.echo(checked_text(checked))
    sys.exit(0 if checked.is_clean else 1)
