"""What deploy, promote and rollback do with a proposal."""

import json
import sys
from typing import Any

import click


def finish_proposal(place: Any, proposal: Any, asked: Any, *, apply_locally: bool, as_json: bool) -> None:
    """Commit a proposal, or merge and reconcile it as well, and print what became of it."""
    from mlplatform.cli.console import console_reporter
    from mlplatform.flow import propose
    from mlplatform.flow.listener import SILENT
    from mlplatform.report.change import reconciled_json, reconciled_text

    said = {"branch": proposal.branch, "title": proposal.title}
    if not apply_locally:
        proposed = propose.commit(place, proposal)
        print_proposed(proposed, proposal.title, environment=asked.environment, as_json=as_json)
        return
    if not as_json:
        click.echo(proposal.title)
    listener = SILENT if as_json else console_reporter()
    done = propose.apply_locally(place, proposal, asked, listener)
    both = {**said, "applied": reconciled_json(done)}
    click.echo(json.dumps(both, indent=1) if as_json else reconciled_text(done))
    sys.exit(0 if done.is_done else 1)


def print_proposed(proposed: Any, title: str, *, environment: str = "", as_json: bool) -> None:
    """Say which commit on which branch is there for review, and what follows where it changes an `environment`."""
    from mlplatform.report.proposed import proposed_text

    said = {"branch": proposed.branch, "title": title, "commit": proposed.commit, "reused": proposed.reused}
    click.echo(json.dumps(said) if as_json else proposed_text(proposed, title, environment))
