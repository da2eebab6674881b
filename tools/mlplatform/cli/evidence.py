"""platform evidence"""

import json
import sys
from pathlib import Path

import click

from mlplatform.cli import evidence_export, options

FILE = click.Path(dir_okay=False, path_type=Path)
LEDGER = "The ref of the ledger [default: the company's, or else this clone's own]."


@click.group(epilog="Example: platform evidence verify --trust ../trust.yaml")
def command() -> None:
    """Verify the record of changes, export what an audit asks for, or show it in a browser."""


@command.command(
    epilog="Example: platform evidence verify --trust ../trust.yaml --write-checkpoint ../2026Q4.json"
)
@click.option(
    "--trust", required=True, metavar="FILE", type=FILE, help="Whose keys count, and where the record begins."
)
@click.option("--checkpoint", metavar="FILE", type=FILE, help="Begin where an earlier verification ended.")
@click.option("--write-checkpoint", metavar="FILE", type=FILE, help="Write where this one ends.")
@click.option("--ledger", metavar="REF", help=LEDGER)
@click.option(
    "--rejudge", is_flag=True, help="Check every change again, by the policies of its day: seconds for each."
)
@options.as_json
@options.debug
def verify(
    trust: Path,
    checkpoint: Path | None,
    write_checkpoint: Path | None,
    ledger: str | None,
    rejudge: bool,
    as_json: bool,
) -> None:
    """Verify in this clone that every change of main is on record once, signed, reviewed and applied.

    Nothing is asked of anybody but the clone and the file of trust roots. Exit code 1 when anything is wrong; each
    problem names its commit.
    """
    from mlplatform.cli.console import echo_json, progress
    from mlplatform.flow.evidence.roots import read_checkpoint, read_trust
    from mlplatform.flow.evidence.verify import VerifyOptions
    from mlplatform.flow.evidence.verify import verify as run
    from mlplatform.flow.workspace import Workspace
    from mlplatform.report.evidence.verification import verification_json, verification_text

    workspace = Workspace.discover()
    asked = VerifyOptions(
        read_trust(workspace, trust), read_checkpoint(checkpoint) if checkpoint else None, ledger, rejudge
    )
    with progress("verifying the record", as_json=as_json) as reporter:
        verification = run(workspace, asked, reporter)
    if write_checkpoint:
        written = verification.checkpoint.model_dump(mode="json", by_alias=True)
        write_checkpoint.write_text(json.dumps(written, indent=1) + "\n")
    if as_json:
        echo_json(verification_json(verification))
    else:
        click.echo(verification_text(verification))
    sys.exit(0 if verification.is_clean else 1)


@command.command(epilog="Example: platform evidence trust > ../trust.yaml")
@click.option("--ledger", metavar="REF", help=LEDGER)
@options.as_json
@options.debug
def trust(ledger: str | None, as_json: bool) -> None:
    """Print the trust roots that this clone's record would fit, for somebody to compare and keep elsewhere."""
    from mlplatform.cli.console import echo_json
    from mlplatform.flow.evidence.keys import claimed_roots
    from mlplatform.flow.workspace import Workspace
    from mlplatform.report.evidence.verification import trust_text

    roots = claimed_roots(Workspace.discover(), ledger)
    if as_json:
        echo_json(roots.model_dump(mode="json", by_alias=True))
    else:
        click.echo(trust_text(roots), nl=False)


@command.command(
    epilog='Example: platform evidence key --add recorder-2.pub --name recorder-2 --reason "yearly rotation"'
)
@click.option("--add", metavar="FILE", type=FILE, help="The SSH key that may sign records from now on.")
@click.option("--revoke", metavar="FILE", type=FILE, help="The SSH key that may not any more.")
@click.option("--name", required=True, metavar="NAME", help="Whose key it is.")
@click.option("--reason", required=True, metavar="TEXT", help="Why: it goes on record.")
@click.option("--until", metavar="TIME", help="When an added key expires, such as 2027-12-31T00:00:00Z.")
@options.as_json
@options.debug
def key(
    add: Path | None, revoke: Path | None, name: str, reason: str, until: str | None, as_json: bool
) -> None:
    """Add or revoke a key that may sign records. The record of it is signed by a key that counts already."""
    if (add is None) == (revoke is None):
        raise click.UsageError("name one key: --add FILE or --revoke FILE")
    if until and revoke:
        raise click.UsageError("--until is for a key that is added: a revoked one counts no more at once")
    from mlplatform.cli.console import echo_json
    from mlplatform.flow.evidence.keys import KeyChange, parse_time, record_key
    from mlplatform.flow.workspace import Workspace

    change = KeyChange(
        "trust" if add else "revoke",
        name,
        add or revoke or Path(),
        reason,
        parse_time(until) if until else None,
    )
    record = record_key(Workspace.discover(), change)
    done = "may sign records from now on" if add else "may not sign records any more"
    if as_json:
        echo_json({"record": record, "action": change.action, "name": name})
    else:
        click.echo(f"{name} {done}, as {record[:12]} says")


command.add_command(evidence_export.export)
command.add_command(evidence_export.verify_export)
command.add_command(evidence_export.serve)
