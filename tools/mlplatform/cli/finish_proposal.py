"""How a command ends that proposes a change: the branch, what the check says of it, and on request the apply."""

import sys
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:  # only click is imported before a command runs
    from mlplatform.flow.promotion.proposals import ProposalRequest
    from mlplatform.flow.workspace import Workspace
    from mlplatform.propose.proposal import Proposal


def finish_proposal(
    workspace: "Workspace",
    proposal: "Proposal",
    request: "ProposalRequest",
    *,
    apply_locally: bool,
    as_json: bool,
) -> NoReturn:
    """Commit a proposal and check it, or merge and apply it as well; print the result and exit."""
    if apply_locally:
        _merge_and_apply(workspace, proposal, request, as_json=as_json)
    is_clean = print_proposal(
        workspace, proposal, request.base, environment=request.environment, as_json=as_json
    )
    sys.exit(0 if is_clean else 1)


def print_proposal(
    workspace: "Workspace", proposal: "Proposal", base: str, *, environment: str = "", as_json: bool
) -> bool:
    """Commit a proposal to its branch, check it, and print both; True when only approvals are missing, if anything.

    `base` is the branch to merge it into, `environment` the one that it changes, if any.
    """
    from mlplatform.cli.console import echo_json, waiting
    from mlplatform.flow.promotion.proposals import check_proposed, commit
    from mlplatform.report.proposed import proposed_json, proposed_text

    proposed = commit(workspace, proposal)
    with waiting("checking the proposal", as_json=as_json):
        checked = check_proposed(workspace, proposal.base, proposed)
    if as_json:
        echo_json(proposed_json(proposed, proposal.title, checked))
    else:
        click.echo(proposed_text(proposed, proposal.title, environment, checked, base))
    return checked.is_clean


def _merge_and_apply(
    workspace: "Workspace", proposal: "Proposal", request: "ProposalRequest", *, as_json: bool
) -> NoReturn:
    from mlplatform.cli.console import echo_json, progress
    from mlplatform.flow.promotion import proposals
    from mlplatform.report.change import reconciled_json, reconciled_text

    with progress("checking the proposal", as_json=as_json) as reporter:
        reporter.on_message(proposal.title)
        reconciled = proposals.apply_locally(workspace, proposal, request, reporter)
    if as_json:
        applied = reconciled_json(reconciled)
        echo_json({"branch": proposal.branch, "title": proposal.title, "applied": applied})
    else:
        click.echo(reconciled_text(reconciled))
    sys.exit(0 if reconciled.is_done else 1)
