"""What deploy, promote and rollback do with a proposal."""

import json
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:  # only click is imported before a command runs
    from mlplatform.flow.promotion.proposals import ProposalRequest
    from mlplatform.flow.workspace import Workspace
    from mlplatform.propose.branch import Proposed
    from mlplatform.propose.proposal import Proposal


def finish_proposal(
    workspace: "Workspace",
    proposal: "Proposal",
    request: "ProposalRequest",
    *,
    apply_locally: bool,
    as_json: bool,
) -> None:
    """Commit a proposal, or merge and reconcile it as well, and print what became of it."""
    from mlplatform.cli.console import console_reporter
    from mlplatform.flow.progress import SILENT
    from mlplatform.flow.promotion import proposals
    from mlplatform.report.change import reconciled_json, reconciled_text

    if not apply_locally:
        proposed = proposals.commit(workspace, proposal)
        print_proposed(proposed, proposal.title, environment=request.environment, as_json=as_json)
        return
    if not as_json:
        click.echo(proposal.title)
    progress = SILENT if as_json else console_reporter()
    done = proposals.apply_locally(workspace, proposal, request, progress)
    result = {"branch": proposal.branch, "title": proposal.title, "applied": reconciled_json(done)}
    click.echo(json.dumps(result, indent=1) if as_json else reconciled_text(done))
    sys.exit(0 if done.is_done else 1)


def print_proposed(proposed: "Proposed", title: str, *, environment: str = "", as_json: bool) -> None:
    """Say which commit on which branch is there for review, and what follows where it changes an `environment`."""
    from mlplatform.report.proposed import proposed_text

    result = {
        "branch": proposed.branch,
        "title": title,
        "commit": proposed.commit,
        "reused": proposed.reused,
    }
    click.echo(json.dumps(result) if as_json else proposed_text(proposed, title, environment))
