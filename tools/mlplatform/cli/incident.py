"""platform incident"""

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import click

from mlplatform.cli import options

if TYPE_CHECKING:  # only click is imported before a command runs
    from mlplatform.flow.incidents import IncidentRequest

_SEVERITIES = click.Choice(["P0", "P1", "P2", "P3"])
Function = Callable[..., None]
Given = str | tuple[str, ...] | None


@click.group(epilog='Example: platform incident open --severity P1 --title "Wrong scores" --tenant clinic')
def command() -> None:
    """Open incidents, bring them up to date, and see whether their objectives were met.

    P0 is to be mitigated within 1 hour of its detection, P1 within 4. An incident is a document, reviewed as all are:
    by the platform team or by an owner of a tenant that it harmed.
    """


@command.command(name="list", epilog="Example: platform incident list --running")
@click.option("--running", is_flag=True, help="Only those that are not resolved.")
@options.only_tenant
@options.rev
@options.as_json
@options.debug
def list_(running: bool, tenant: str | None, rev: str, as_json: bool) -> None:
    """List the incidents on record, newest first."""
    from datetime import UTC, datetime

    from mlplatform.cli.console import echo_json, terminal_width
    from mlplatform.flow.incidents import read_incidents
    from mlplatform.flow.workspace import Workspace
    from mlplatform.report.incidents import incident_json, incidents_text

    now = datetime.now(UTC)
    incidents = [
        incident
        for incident in read_incidents(Workspace.discover().git, rev)
        if (tenant is None or tenant in incident.body.tenants)
        and not (running and incident.body.resolved is not None)
    ]
    if as_json:
        echo_json({"incidents": [incident_json(incident, now) for incident in incidents]})
    else:
        click.echo(incidents_text(incidents, now, terminal_width()))


@command.command(epilog="Example: platform incident show 2026-11-30-wrong-scores")
@click.argument("name")
@options.rev
@options.as_json
@options.debug
def show(name: str, rev: str, as_json: bool) -> None:
    """Show all that is on record of the incident NAME: its day and name, as `list` prints them."""
    from datetime import UTC, datetime

    from mlplatform.cli.console import echo_json
    from mlplatform.flow.incidents import find_incident
    from mlplatform.flow.workspace import Workspace
    from mlplatform.report.incidents import incident_json, incident_text

    incident, now = find_incident(Workspace.discover().git, rev, name), datetime.now(UTC)
    if as_json:
        echo_json(incident_json(incident, now))
    else:
        click.echo(incident_text(incident, now))


def _concerned(function: Function) -> Function:
    """The options that name what an incident harmed, and the changes that have to do with it."""
    for name, key, metavar, text in (
        ("change", "changes", "REV", "A change of main that caused or ended it (repeat it for more)."),
        ("env", "environments", "ENV", "An environment that it harmed (repeat it for more)."),
        ("model", "models", "MODEL", "A model that it harmed (repeat it for more)."),
        ("tenant", "tenants", "TENANT", "A tenant that it harmed (repeat it for more)."),
    ):
        function = click.option(f"--{name}", key, multiple=True, metavar=metavar, help=text)(function)
    return function


def _time(key: str, text: str, default: str | None = None) -> Callable[[Function], Function]:
    return click.option(f"--{key}", default=default, show_default=True, metavar="TIME", help=text)


def _proposal_options(function: Function) -> Function:
    for option in (options.debug, options.as_json, options.open_it, options.reason, options.base):
        function = option(function)
    return function


@command.command(
    name="open",
    epilog='Example: platform incident open --severity P1 --title "Wrong scores" --tenant clinic --commander ada',
)
@click.option("--severity", type=_SEVERITIES, required=True, help="P0 harms most.")
@click.option("--title", required=True, metavar="TEXT", help="What users see, in a line; no personal data.")
@click.option("--commander", required=True, metavar="LOGIN", help="Who leads until it is mitigated.")
@_time("detected", "When it was noticed.", "now")
@click.option(
    "--name", default="", metavar="NAME", help="What follows the day in its name [default: its title]."
)
@_concerned
@_proposal_options
def open_(name: str, base: str, reason: str, open_it: bool, as_json: bool, **given: Given) -> None:
    """Declare an incident: propose its document on a branch.

    A TIME is `now` or as in 2026-11-30T10:00:00Z. Exit code 1 when something other than approvals is wrong with it.
    """
    from mlplatform.cli.finish_proposal import print_proposal
    from mlplatform.flow.incidents import propose_opening
    from mlplatform.flow.workspace import Workspace

    workspace = Workspace.discover()
    proposal = propose_opening(workspace, _request(base, reason, given), name)
    is_clean = print_proposal(workspace, proposal, base, open_it=open_it, as_json=as_json)
    sys.exit(0 if is_clean else 1)


@command.command(
    epilog="Example: platform incident update 2026-11-30-wrong-scores --mitigated now --change HEAD"
)
@click.argument("name")
@click.option("--severity", type=_SEVERITIES, help="Another severity.")
@click.option("--title", metavar="TEXT", help="Another title.")
@click.option("--commander", metavar="LOGIN", help="Who leads from now on.")
@_time("detected", "When it was noticed.")
@_time("mitigated", "When users were no longer harmed.")
@_time("resolved", "When the cause was gone.")
@click.option("--cause", metavar="TEXT", help="The cause; no personal data.")
@_concerned
@_proposal_options
def update(name: str, base: str, reason: str, open_it: bool, as_json: bool, **given: Given) -> None:
    """Bring the incident NAME up to date: propose the change on a branch; comments in it stay.

    A TIME is `now` or as in 2026-11-30T10:00:00Z. What is named for a list comes behind what is there. Exit code 1 when
    something other than approvals is wrong with it.
    """
    from mlplatform.cli.finish_proposal import print_proposal
    from mlplatform.flow.incidents import propose_update
    from mlplatform.flow.workspace import Workspace

    workspace = Workspace.discover()
    proposal = propose_update(workspace, _request(base, reason, given), name)
    is_clean = print_proposal(workspace, proposal, base, open_it=open_it, as_json=as_json)
    sys.exit(0 if is_clean else 1)


def _request(base: str, reason: str, given: Mapping[str, Given]) -> "IncidentRequest":
    """The request for options that are called like the keys of the document."""
    from mlplatform.flow.incidents import IncidentRequest

    texts = {key: value for key, value in given.items() if isinstance(value, str)}
    more = {key: value for key, value in given.items() if isinstance(value, tuple)}
    return IncidentRequest(base, reason, texts, more)
