"""Progress and results: plain lines in a pipe or in CI, a spinner and folded tables on a terminal."""

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:  # only click is imported before a command runs
    from mlplatform.core.outcome import Outcome
    from mlplatform.core.plan import Plan
    from mlplatform.flow.progress import ProgressReporter
    from mlplatform.providers.git import Git

Show = Callable[[str], None]
_NAMED = 3  # files


def echo_json(result: Any) -> None:
    """Print a result as JSON on standard output."""
    click.echo(json.dumps(result, indent=1))


@contextmanager
def progress(task: str, *, as_json: bool = False) -> "Iterator[ProgressReporter]":
    """Report what a long command does, line by line; on a terminal a spinner says what it is at.

    Nothing is printed where the result is JSON.
    """
    from mlplatform.flow.progress import SILENT

    if as_json:
        yield SILENT
    elif is_interactive():
        with _spinner(task) as (show, describe):
            yield _reporter(show, describe)
    else:
        yield _reporter(click.echo)


@contextmanager
def waiting(task: str, *, as_json: bool = False) -> "Iterator[ProgressReporter]":
    """Show on a terminal what a command waits for, as long as it does; print nothing anywhere else."""
    from mlplatform.flow.progress import SILENT, ProgressReporter

    if as_json or not is_interactive():
        yield SILENT
        return
    with _spinner(task) as (_, describe):
        yield ProgressReporter(on_message=describe)


def is_interactive() -> bool:
    """True when a person watches standard output: a terminal that can move its cursor, and no CI job."""
    return sys.stdout.isatty() and not os.environ.get("CI") and os.environ.get("TERM") != "dumb"


def terminal_width() -> int | None:
    """The width in characters that tables have to fit, or None where there is no terminal."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


@contextmanager
def _spinner(task: str) -> "Iterator[tuple[Show, Show]]":
    """A spinner; yields what prints a line above it, and what replaces its text."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    with console.status(Text(task)) as status:
        yield (
            lambda line: console.print(Text(line), soft_wrap=True),
            lambda doing: status.update(Text(doing)),
        )


def _reporter(show: Show, describe: Show = lambda _: None) -> "ProgressReporter":
    """A reporter that shows messages, each plan's title and each outcome, and describes what comes next."""
    from mlplatform.flow.progress import ProgressReporter
    from mlplatform.report.change import change_text, outcome_text, plan_title

    pending: list[str] = []  # the changes of the present plan that have no outcome yet

    def on_message(message: str) -> None:
        show(message)
        describe(message)

    def on_plan(plan: "Plan") -> None:
        show(plan_title(plan))
        pending[:] = [f"{plan.environment}: {change_text(change)}" for change in plan.changes]
        describe(next(iter(pending), plan.environment))

    def on_outcome(outcome: "Outcome") -> None:
        show(outcome_text(outcome))
        del pending[:1]
        describe(next(iter(pending), "recording what was done"))

    return ProgressReporter(on_message, on_plan, on_outcome)


def note_uncommitted(git: "Git", commit: str) -> None:
    """Say on standard error which edits of the working tree the commit that is read does not have."""
    from mlplatform.flow.reconcile.uncommitted import uncommitted_files
    from mlplatform.report.plain import one_line

    if edited := uncommitted_files(git):
        more = f" and {len(edited) - _NAMED} more" if len(edited) > _NAMED else ""
        click.echo(
            f"note: commit {commit[:12]} is read; edits of the working tree are not in it: "
            f"{', '.join(map(one_line, edited[:_NAMED]))}{more}",
            err=True,
        )
