"""platform check"""

import gc
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from mlplatform.cli import options

if TYPE_CHECKING:
    from mlplatform.core.rule import Rule
    from mlplatform.providers.git import Git
    from mlplatform.report.check import Format

FORMATS = ("text", "json", "github", "sarif", "junit", "markdown")


@click.command(
    epilog="Example: platform check --base origin/main --head feature --approvals approvals.json --format markdown",
)
@click.option("--base", metavar="REV", help="Check a change to this commit, by the commit's policies.")
@click.option("--head", metavar="REV", help="The commit to check [default: the working tree].")
@click.option(
    "--approvals",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Who requested, wrote and approved the change (JSON); needs --base and --head.",
)
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Check everything, not only what the change touches; always run Checkov.",
)
@click.option("--fast", is_flag=True, help="Leave out Checkov: for a commit hook, not for a binding check.")
@click.option(
    "--engine",
    type=click.Choice(["embedded", "opa"]),
    help="What evaluates the policies [default: opa where OPA_URL names a server, else embedded].",
)
@click.option("--format", "form", type=click.Choice(FORMATS), help="How to print the result [default: text].")
@click.option(
    "--write",
    "reports",
    metavar="FORMAT=FILE",
    multiple=True,
    help="Write the result to a file too, in another format (repeat it for more).",
)
@options.as_json
@options.debug
def command(
    base: str | None,
    head: str | None,
    approvals: Path | None,
    everything: bool,
    fast: bool,
    engine: str | None,
    form: "Format | None",
    reports: tuple[str, ...],
    as_json: bool,
) -> None:
    """Check the documents: schema, references, policies, infrastructure.

    Without --base the documents are checked as they are. With --base the change is checked too, against the policies,
    schemas and waivers of the base. Without --approvals the missing approvals are listed, and stop nothing. Exit code
    1 when there is an error.
    """
    _refuse_contradictions(base, head, approvals, everything and fast, as_json and form not in (None, "json"))
    form = "json" if as_json else form or "text"
    files = [_report(each) for each in reports]

    from mlplatform.flow.check.run_check import CheckOptions, check_change, check_commit, check_working_tree
    from mlplatform.flow.workspace import Workspace
    from mlplatform.load.review import read_review
    from mlplatform.report.check import rendered

    git = Workspace.discover().git
    review = read_review(approvals) if approvals else None
    check_options = CheckOptions(engine=engine, scanner=not fast, everything=everything, review=review)
    if base is not None:
        checked = check_change(git, base, head, check_options)
    else:
        checked = (
            check_working_tree(git, check_options) if head is None else check_commit(git, head, check_options)
        )
    rules = _rules(git, base or head) if "sarif" in (form, *(each for each, _ in files)) else {}
    for each, path in files:
        _write(path, rendered(checked, each, rules))
    # Encoded before anything is printed: all of the report or nothing, in UTF-8 wherever it is read next.
    click.echo(rendered(checked, form, rules).encode(errors="replace"))
    gc.freeze()  # or Python would look at every document again as it exits
    sys.exit(0 if checked.is_clean else 1)


def _refuse_contradictions(
    base: str | None, head: str | None, approvals: Path | None, all_and_fast: bool, json_and_other: bool
) -> None:
    if approvals is not None and (base is None or head is None):
        raise click.UsageError("--approvals needs --base and --head: an approval is for one commit.")
    if all_and_fast:
        raise click.UsageError("--all runs Checkov and --fast leaves it out: choose one.")
    if json_and_other:
        raise click.UsageError("--json is --format json: choose one format.")


def _report(option: str) -> "tuple[Format, Path]":
    form, _, path = option.partition("=")
    if form not in FORMATS or not path:
        raise click.UsageError(f"--write takes FORMAT=FILE, with one of the formats {', '.join(FORMATS)}")
    return cast("Format", form), Path(path)


def _write(path: Path, report: str) -> None:
    """Add a report to a file: what is there stays, as other steps of a workflow write to its summary as well."""
    from mlplatform.core.errors import Refusal

    try:
        with path.open("ab") as file:
            file.write(report.encode(errors="replace") + b"\n")
    except OSError as cause:
        raise Refusal(f"the report cannot be written: {cause.strerror}", where=str(path)) from cause


def _rules(git: "Git", rev: str | None) -> "Mapping[str, Rule]":
    from mlplatform.flow.check.explain import rules

    return rules(git, rev)
