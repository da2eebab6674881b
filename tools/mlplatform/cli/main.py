"""`platform`: the literal table of commands, and what becomes of an error."""

import importlib
import signal
import sys
from itertools import pairwise
from typing import Any

import click

# command → (module, one line for the list of commands): a module is imported only when its command is asked for
COMMANDS = {
    "check": "Judge the documents: schema, links, policies.",
    "explain": "Say what a rule wants, why, and how to be right.",
    "plan": "Show what an apply would change in an environment.",
    "apply": "Make an environment as the commit declares it.",
    "status": "Show what is declared and what runs, everywhere.",
    "drift": "Find, put back or adopt what was changed by hand.",
    "register": "Register what a training run produced as a version.",
    "deploy": "Propose to pin a version in the first environment.",
    "validate": "Try a version on held-out rows before it is promoted.",
    "promote": "Propose to pin what already runs one environment earlier.",
    "rollback": "Propose to pin again what ran before.",
    "retry": "Lift the hold on a version that failed, and apply again.",
    "lineage": "Show where a running version comes from and who approved it.",
    "logs": "Show what the servers say about a model.",
    "new": "Propose a starting document for a tenant, data set or model.",
    "up": "Set up the local target and reconcile every environment.",
    "down": "Stop everything that `up` started.",
}


_LONGEST = 1000


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
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: platform promote clinic/tumour --to production",
)
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def platform(debug: bool) -> None:
    """A GitOps control plane for machine learning: reviewed YAML in, registries and endpoints out."""


def main(args: list[str] | None = None) -> None:
    """Run a command. Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 a fault of ours."""
    arguments = sys.argv[1:] if args is None else args
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C does, it lets a command tidy up
    try:
        platform.main(arguments, prog_name="platform", standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(wrong.exit_code)
    except Exception as error:
        sys.exit(_said(error, debug="--debug" in arguments, as_json=_asks_json(arguments)))


def _asks_json(arguments: list[str]) -> bool:
    return (
        "--json" in arguments or "--format=json" in arguments or ("--format", "json") in pairwise(arguments)
    )


def _said(error: Exception, *, debug: bool, as_json: bool) -> int:
    from mlplatform.cli.crash_log import write_fault
    from mlplatform.core.errors import Refusal

    if debug:
        import traceback

        traceback.print_exc()
    if isinstance(error, Refusal):
        _print_refusal(error, as_json=as_json)
        return 1
    log = write_fault(error)
    click.echo(_shown(f"error: a fault of ours: {type(error).__name__}: {error}"), err=True)
    click.echo(f"  the traceback is in {log}", err=True)
    return 3


def _print_refusal(refusal: Any, *, as_json: bool) -> None:
    if as_json:
        import json

        said = {"message": refusal.message, "fix": refusal.fix, "where": refusal.where}
        click.echo(json.dumps({"error": said}))
    place = f"{refusal.where}: " if refusal.where else ""
    click.echo(_shown(f"error: {place}{refusal.message}"), err=True)
    if refusal.fix:
        click.echo(_shown(f"  {refusal.fix}"), err=True)


def _shown(text: str) -> str:
    """What an error quotes may come from anywhere: it moves no cursor, clears no screen and begins no line."""
    line = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
