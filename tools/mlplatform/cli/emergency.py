"""platform emergency"""

import sys
from pathlib import Path

import click

from mlplatform.cli import options

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group(
    invoke_without_command=True,
    epilog='Example: platform emergency --incident 2026-11-30-wrong-scores --reason "two of three owners are away" '
    "--authoriser margaret --key ~/.ssh/id_ed25519 --gates approvals-quorum,freeze-window --tenant clinic",
)
@click.option("--incident", metavar="NAME", help="The incident: its day and name.")
@click.option("--reason", metavar="TEXT", help="Why the gates cannot be kept: it goes on record.")
@click.option(
    "--authoriser", metavar="LOGIN", help="Who authorises it: one of those that platform.yaml names."
)
@click.option("--key", metavar="FILE", type=_FILE, help="The authoriser's SSH key.")
@click.option(
    "--gates",
    metavar="GATES",
    default="",
    help="Which, with commas [default: all that may be].",
)
@click.option(
    "--tenant", "tenants", multiple=True, metavar="TENANT", help="For whom [default: the incident's]."
)
@click.option(
    "--hours", type=click.IntRange(min=1), metavar="N", help="For how long [default: as long as may be]."
)
@click.option("--requester", default="", metavar="LOGIN", help="Who asks for it [default: whoever git says].")
@options.as_json
@options.debug
@click.pass_context
def command(
    context: click.Context,
    incident: str | None,
    reason: str | None,
    authoriser: str | None,
    key: Path | None,
    gates: str,
    tenants: tuple[str, ...],
    hours: int | None,
    requester: str,
    as_json: bool,
) -> None:
    """Let some gates be passed for some hours, signed by an authoriser and looked at by somebody else within a day.

    Whose data is whose, secrets, encryption, personal data, digests and formats are never passed. One approver who did
    not write the change is still needed.
    """
    if context.invoked_subcommand:
        return
    if not (incident and reason and authoriser and key):
        raise click.UsageError("--incident, --reason, --authoriser and --key are needed")
    from mlplatform.cli.console import echo_json
    from mlplatform.flow.emergency.declare import EmergencyRequest, declare_emergency
    from mlplatform.flow.workspace import Workspace
    from mlplatform.report.emergency import declared_text

    named = tuple(gate.strip() for gate in gates.split(",") if gate.strip())
    request = EmergencyRequest(incident, reason, authoriser, key, named, tenants, hours, requester)
    said = declare_emergency(Workspace.discover(), request)
    if as_json:
        echo_json({"emergency": said.name, **said.as_json()})
    else:
        click.echo(declared_text(said))


@command.command(name="list", epilog="Example: platform emergency list")
@options.as_json
@options.debug
def list_(as_json: bool) -> None:
    """List the emergencies on the ledger, and when their review is due. Exit code 1 when one is overdue."""
    from mlplatform.cli.console import echo_json, terminal_width
    from mlplatform.flow.emergency.declare import list_emergencies
    from mlplatform.flow.workspace import Workspace
    from mlplatform.report.emergency import emergencies_text, emergency_json

    emergencies = list_emergencies(Workspace.discover())
    if as_json:
        echo_json({"emergencies": [emergency_json(each) for each in emergencies]})
    else:
        click.echo(emergencies_text(emergencies, terminal_width()))
    sys.exit(1 if any(each.review == "overdue" and not each.void for each in emergencies) else 0)


@command.command(epilog="Example: platform emergency review 0123456789ab --approve --key ~/.ssh/id_ed25519")
@click.argument("name", metavar="EMERGENCY")
@click.option("--approve", is_flag=True, help="It was right.")
@click.option("--reject", is_flag=True, help="It was not: what follows is an incident of its own.")
@click.option("--comment", default="", metavar="TEXT", help="What was found.")
@click.option("--key", required=True, metavar="FILE", type=_FILE, help="Your SSH key.")
@options.as_json
@options.debug
def review(name: str, approve: bool, reject: bool, comment: str, key: Path, as_json: bool) -> None:
    """Look at what was done in an EMERGENCY and sign that; by nobody who asked for it or authorised it."""
    if approve == reject:
        raise click.UsageError("choose one: --approve or --reject")
    from mlplatform.cli.console import echo_json
    from mlplatform.flow.emergency.declare import review_emergency
    from mlplatform.flow.workspace import Workspace

    verdict = "approved" if approve else "rejected"
    said = review_emergency(Workspace.discover(), name, "approved" if approve else "rejected", comment, key)
    if as_json:
        echo_json(said.as_json())
    else:
        click.echo(f"{said.reviewer} {verdict} the emergency {name}")
