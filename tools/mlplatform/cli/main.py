"""`platform`: the literal table of commands, and how errors are reported."""

import importlib
import signal
import sys
from itertools import pairwise
from typing import TYPE_CHECKING

import click

from mlplatform.cli.output import lost_output, outlive_readers

if TYPE_CHECKING:  # only click is imported before a command runs
    from mlplatform.core.errors import Refusal

# group → command → one line for the list of commands; a command's module is imported only when it is run
GROUPS = {
    "See what is there": {
        "status": "Show what is declared and what answers, everywhere.",
        "models": "List the versions of models, their metrics, and where each runs.",
        "diff": "Show what two environments pin differently.",
        "lineage": "Show which run, code, data and approvals a version comes from.",
        "logs": "Show a model's server logs.",
    },
    "Check, review and merge a change": {
        "check": "Check documents or a pull request: schema, references, policies.",
        "explain": "Explain what a rule wants, and how to ask for a waiver.",
        "review": "Approve or reject a branch, signed with your SSH key.",
        "merge": "Merge a branch that has its signed approvals.",
        "forge": "Judge a pull request as the Git host has it now.",
    },
    "Bring a version to users": {
        "register": "Register what a training run produced as a version.",
        "deploy": "Propose a registered version for the first environment.",
        "validate": "Measure a version on held-out data before it is promoted.",
        "promote": "Propose for an environment what the one before it pins.",
        "rollback": "Propose a version that the environment pinned before.",
        "new": "Propose a document to start from: tenant, dataset or model.",
    },
    "Apply what was merged": {
        "plan": "Show what an apply would change in an environment.",
        "apply": "Make an environment match a commit.",
        "drift": "Find, revert or adopt configuration drift: changes made by hand.",
        "retry": "Lift the hold on a version that failed, and apply again.",
    },
    "When something went wrong": {
        "emergency": "Let some gates be passed for some hours, on record.",
        "incident": "Open an incident, bring it up to date, list and show them.",
    },
    "Prove it": {
        "record": "Put every commit of main that is not on record yet on the ledger.",
        "access": "List who can do what, and sign it off every quarter.",
        "evidence": "Verify the record of changes, and export it for an audit.",
    },
    "Run it on this machine": {
        "up": "Set up the local target and apply every environment.",
        "down": "Stop what `up` started.",
    },
}
COMMANDS = {name: text for commands in GROUPS.values() for name, text in commands.items()}
_LONGEST_LINE = 1000  # characters of an error


class Commands(click.Group):
    """Commands by name from the table."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"mlplatform.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, commands in GROUPS.items():
            with formatter.section(title):
                formatter.write_dl(list(commands.items()), col_max=12)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: platform promote clinic/tumour --to production\n\n"
    "`platform COMMAND --help` explains a command, with an example. A MODEL is named as tenant/model.",
)
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.version_option(package_name="mlplatform", message="platform %(version)s")
def platform(debug: bool) -> None:
    """Run machine learning from reviewed YAML: Git says what runs where, MLflow and Triton are made to match."""


def main(args: list[str] | None = None) -> None:
    """Run a command. Exit codes: 0 done, 1 findings, a refusal or a failure, 2 wrong usage, 3 a fault of ours.

    A reader that leaves (`| head`) stops nothing. Output that is lost otherwise, as on a full disk, is exit code 1.
    """
    arguments = sys.argv[1:] if args is None else args
    outputs = outlive_readers()
    for number in (signal.SIGTERM, signal.SIGHUP):  # like Ctrl-C: the command tidies up
        if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, signal.default_int_handler)
    code = _run(arguments)
    if (reason := lost_output(outputs)) and code == 0:
        click.echo(
            f"error: the command is done, and its output could not be written: {reason.lower()}", err=True
        )
        code = 1
    if code:
        sys.exit(code)


def _run(arguments: list[str]) -> int:
    """Run a command and return its exit code; its error is printed."""
    try:
        platform.main(arguments, prog_name="platform", standalone_mode=False)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    except click.exceptions.Abort:
        return 130
    except click.ClickException as wrong:
        wrong.show()
        return wrong.exit_code
    except Exception as error:
        return _report_error(error, debug="--debug" in arguments, as_json=_wants_json(arguments))
    return 0


def _wants_json(arguments: list[str]) -> bool:
    return (
        "--json" in arguments or "--format=json" in arguments or ("--format", "json") in pairwise(arguments)
    )


def _report_error(error: Exception, *, debug: bool, as_json: bool) -> int:
    from mlplatform.cli.crash_log import write_fault
    from mlplatform.core.errors import Refusal

    if debug:
        import traceback

        traceback.print_exc()
    if isinstance(error, Refusal):
        _print_refusal(error, as_json=as_json)
        return 1
    log = write_fault(error)
    click.echo(_one_line(f"error: a fault of ours: {type(error).__name__}: {error}"), err=True)
    click.echo(f"  the traceback is in {log}", err=True)
    return 3


def _print_refusal(refusal: "Refusal", *, as_json: bool) -> None:
    if as_json:
        import json

        details = {"message": refusal.message, "fix": refusal.fix, "where": refusal.where}
        click.echo(json.dumps({"error": details}))
    place = f"{refusal.where}: " if refusal.where else ""
    click.echo(_one_line(f"error: {place}{refusal.message}"), err=True)
    if refusal.fix:
        click.echo(_one_line(f"  {refusal.fix}"), err=True)


def _one_line(text: str) -> str:
    """Make an error safe to print: what it quotes may come from anywhere, and must not control the terminal."""
    line = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]}…"
