"""platform evidence export, verify-export and serve"""

import sys
from datetime import datetime
from pathlib import Path

import click

from mlplatform.cli import options

FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
DAY = click.DateTime(formats=["%Y-%m-%d"])
LEDGER = "The ref of the ledger [default: the company's, or else this clone's own]."


@click.command(
    epilog="Example: platform evidence export --from 2026-10-01 --to 2026-12-31 --out ../2026Q4 --trust ../trust.yaml"
)
@click.option("--from", "first", required=True, metavar="DAY", type=DAY, help="The first day, in UTC.")
@click.option("--to", "last", required=True, metavar="DAY", type=DAY, help="The last day, in UTC.")
@click.option("--out", required=True, metavar="DIR", type=FOLDER, help="A folder that is empty or not there.")
@click.option("--trust", metavar="FILE", type=FILE, help="Whose keys count [default: the clone's own word].")
@click.option("--seed", metavar="N", type=int, help="What chooses the sample [default: period and main].")
@click.option(
    "--sample",
    default=25,
    show_default=True,
    metavar="N",
    type=click.IntRange(0, 10000),
    help="How many changes to sample.",
)
@click.option("--key", metavar="FILE", type=FILE, help="The SSH key that signs it [default: the recorder's].")
@click.option("--ledger", metavar="REF", help=LEDGER)
@options.as_json
@options.debug
def export(
    first: datetime,
    last: datetime,
    out: Path,
    trust: Path | None,
    seed: int | None,
    sample: int,
    key: Path | None,
    ledger: str | None,
    as_json: bool,
) -> None:
    """Write what an auditor works with: every change of a period, a sample, exceptions, and pages to read.

    All of it is from this clone; nobody is asked. The same clone gives the same bytes.
    """
    from mlplatform.cli.console import echo_json, progress
    from mlplatform.core.evidence.period import Period
    from mlplatform.flow.evidence.export import ExportOptions
    from mlplatform.flow.evidence.export import export as collect
    from mlplatform.flow.evidence.roots import read_trust
    from mlplatform.flow.evidence.write_export import require_free, signing_key, write_export
    from mlplatform.flow.workspace import Workspace
    from mlplatform.report.evidence.export_files import export_files
    from mlplatform.report.evidence.exported import exported_json, exported_text

    workspace = Workspace.discover()
    require_free(out)
    period = Period.of(first.date(), last.date())
    roots = read_trust(workspace, trust) if trust else None
    asked = ExportOptions(period, roots, seed, sample, ledger)
    with signing_key(workspace, key) as file, progress("exporting", as_json=as_json) as reporter:
        exported = collect(workspace, asked, reporter)
        reporter.on_message("writing the files")
        write_export(out, exported, export_files(exported), file)
    if as_json:
        echo_json(exported_json(exported, out))
    else:
        click.echo(exported_text(exported, out))


@click.command(
    "verify-export", epilog="Example: platform evidence verify-export ../2026Q4 --trust ../trust.yaml"
)
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--trust", required=True, metavar="FILE", type=FILE, help="Whose keys count.")
@options.as_json
@options.debug
def verify_export(folder: Path, trust: Path, as_json: bool) -> None:
    """Verify that an export is as it was signed: every hash, and whose signature it is. No clone is needed.

    Exit code 1 when a file was changed, added or taken away, or nobody who is trusted signed it.
    """
    from mlplatform.cli.console import echo_json
    from mlplatform.flow.evidence.roots import read_roots
    from mlplatform.flow.evidence.verify_export import verify_export as run
    from mlplatform.report.evidence.exported import verified_export_json, verified_export_text

    verified = run(folder, read_roots(trust, folder, "the export"))
    if as_json:
        echo_json(verified_export_json(verified.problems, verified.signer, verified.files))
    else:
        click.echo(verified_export_text(verified.problems, verified.signer, verified.files))
    sys.exit(1 if verified.problems else 0)


@click.command(
    epilog="Example: platform evidence serve --from 2026-10-01 --to 2026-12-31 --trust ../trust.yaml"
)
@click.option(
    "--from", "first", metavar="DAY", type=DAY, help="The first day, in UTC [default: main's first]."
)
@click.option("--to", "last", metavar="DAY", type=DAY, help="The last day, in UTC [default: main's last].")
@click.option(
    "--port",
    default=0,
    metavar="N",
    type=click.IntRange(0, 65535),
    help="The port on 127.0.0.1 [default: a free one].",
)
@click.option("--trust", metavar="FILE", type=FILE, help="Whose keys count [default: the clone's own word].")
@click.option("--ledger", metavar="REF", help=LEDGER)
@options.as_json
@options.debug
def serve(
    first: datetime | None,
    last: datetime | None,
    port: int,
    trust: Path | None,
    ledger: str | None,
    as_json: bool,
) -> None:
    """Show the pages of an export to this machine's browser, until Ctrl-C; nothing is written or signed."""
    if (first is None) != (last is None):
        raise click.UsageError("name both --from and --to, or neither")
    import tempfile

    from mlplatform.cli.console import echo_json, progress
    from mlplatform.core.evidence.period import Period
    from mlplatform.flow.evidence.export import ExportOptions
    from mlplatform.flow.evidence.export import export as collect
    from mlplatform.flow.evidence.roots import read_trust
    from mlplatform.flow.evidence.write_export import write_files
    from mlplatform.flow.workspace import Workspace
    from mlplatform.local.page_server import serving
    from mlplatform.report.evidence.export_files import export_files
    from mlplatform.report.evidence.pages import CONTENT_POLICY

    workspace = Workspace.discover()
    period = Period.of(first.date(), last.date()) if first and last else None
    roots = read_trust(workspace, trust) if trust else None
    with tempfile.TemporaryDirectory(prefix="platform-evidence-") as name:
        with progress("making the pages", as_json=as_json) as reporter:
            exported = collect(workspace, ExportOptions(period, roots, ledger=ledger), reporter)
            write_files(Path(name), export_files(exported))
        with serving(Path(name), port, CONTENT_POLICY) as server:
            if as_json:
                echo_json({"url": server.url})
            else:
                click.echo(f"open {server.url} (Ctrl-C ends it)")
            server.serve_forever()
