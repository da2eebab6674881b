"""platform access"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from mlplatform.cli import options

if TYPE_CHECKING:  # only click is imported before a command runs
    from mlplatform.propose.access_review import Decision

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group(epilog="Example: platform access review --quarter 2026Q4")
def command() -> None:
    """See who can do what, and have it reviewed every quarter."""


@command.command(
    epilog="Example: platform access review --quarter 2026Q4 --markdown review.md\n\n"
    'Example: platform access review --quarter 2026Q4 --sign-off --remove "linus: left the team"'
)
@click.option("--quarter", required=True, metavar="QUARTER", help="As in 2026Q4.")
@options.rev
@click.option("--csv", "csv_file", metavar="FILE", type=_FILE, help="Write every right and change as CSV.")
@click.option("--markdown", metavar="FILE", type=_FILE, help="Write it for a reader.")
@click.option("--sign-off", is_flag=True, help="Propose the sign-off, in a commit that your SSH key signs.")
@click.option("--key", metavar="FILE", type=_FILE, help="The key [default: the one that git signs with].")
@click.option("--keep", multiple=True, metavar="WHO: WHY", help="Who stays listed (repeat it for more).")
@click.option(
    "--remove", multiple=True, metavar="WHO: WHY", help="Who is to be removed (repeat it for more)."
)
@options.base
@options.open_it
@options.as_json
@options.debug
def review(
    quarter: str,
    rev: str,
    csv_file: Path | None,
    markdown: Path | None,
    sign_off: bool,
    key: Path | None,
    keep: tuple[str, ...],
    remove: tuple[str, ...],
    base: str,
    open_it: bool,
    as_json: bool,
) -> None:
    """List who can do what at a commit, what changed since the last review, and who should not be listed any more.

    With --sign-off it is signed off as it is at --base: everybody who should not be listed needs --keep or --remove.
    """
    if not sign_off and (keep or remove or key or open_it):
        raise click.UsageError("--keep, --remove, --key and --open go with --sign-off")
    from mlplatform.cli.console import echo_json, terminal_width
    from mlplatform.flow.access.review import propose_sign_off, review_access
    from mlplatform.flow.workspace import Workspace
    from mlplatform.report.access import access_csv, access_json, access_markdown, access_text

    workspace = Workspace.discover()
    listing = review_access(workspace, quarter, base if sign_off else rev)
    if csv_file:
        csv_file.write_text(access_csv(listing))
    if markdown:
        markdown.write_text(access_markdown(listing))
    if sign_off:
        from mlplatform.cli.finish_proposal import print_proposal

        decisions = (*_decisions("keep", keep), *_decisions("remove", remove))
        proposal = propose_sign_off(workspace, listing, base, decisions, key)
        is_clean = print_proposal(workspace, proposal, base, open_it=open_it, as_json=as_json)
        sys.exit(0 if is_clean else 1)
    click.echo(access_text(listing, terminal_width())) if not as_json else echo_json(access_json(listing))


def _decisions(decision: Literal["keep", "remove"], texts: tuple[str, ...]) -> "tuple[Decision, ...]":
    from mlplatform.propose.access_review import Decision

    parts = [text.partition(":") for text in texts]
    if any(not who.strip() or not why.strip() for who, _, why in parts):
        raise click.UsageError(f'--{decision} says who and why, as in "linus: left the team"')
    return tuple(Decision(who.strip(), decision, why.strip()) for who, _, why in parts)
