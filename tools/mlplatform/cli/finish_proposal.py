"""How a command ends that proposes a change: the branch, what the check says of it, and on request the apply."""

import sys
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:  # only click is imported before a command runs
    from mlplatform.core.check_result import CheckResult
    from mlplatform.core.pull_request import PullRequest
    from mlplatform.flow.promotion.proposals import ProposalRequest
    from mlplatform.flow.workspace import Workspace
    from mlplatform.propose.branch import Proposed
    from mlplatform.propose.proposal import Proposal


def finish_proposal(
    workspace: "Workspace",
    proposal: "Proposal",
    request: "ProposalRequest",
    *,
    open_it: bool,
    apply_locally: bool,
    as_json: bool,
) -> NoReturn:
    """Commit a proposal and check it, or merge and apply it as well; print the result and exit."""
    if open_it and apply_locally:
        raise click.UsageError("--open asks for reviews and --apply-locally goes without: choose one")
    if apply_locally:
        _merge_and_apply(workspace, proposal, request, as_json=as_json)
    is_clean = print_proposal(
        workspace, proposal, request.base, environment=request.environment, open_it=open_it, as_json=as_json
    )
    sys.exit(0 if is_clean else 1)


def print_proposal(
    workspace: "Workspace",
    proposal: "Proposal",
    base: str,
    *,
    environment: str = "",
    open_it: bool,
    as_json: bool,
) -> bool:
    """Commit a proposal to its branch, check it, and print both; True when only approvals are missing, if anything.

    `base` is the branch to merge it into, `environment` the one that it changes, if any.
    """
    from mlplatform.cli.console import echo_json, waiting
    from mlplatform.flow.promotion.proposals import check_proposed, commit
    from mlplatform.flow.review.git_host import has_signed_reviews
    from mlplatform.flow.review.open_pull_request import require_openable
    from mlplatform.report.proposed import proposed_json, proposed_text

    # Both may refuse, and then there shall be no branch.
    is_signed = has_signed_reviews(workspace, proposal.base)
    if open_it:
        require_openable(workspace)
    proposed = commit(workspace, proposal)
    with waiting("checking the proposal", as_json=as_json):
        checked = check_proposed(workspace, proposal.base, proposed)
        opened = _open(workspace, proposed, proposal, checked) if open_it else None
    if as_json:
        echo_json(proposed_json(proposed, proposal.title, checked, opened))
    else:
        click.echo(
            proposed_text(proposed, proposal.title, environment, checked, base, opened, is_signed=is_signed)
        )
    return checked.is_clean


def _open(
    workspace: "Workspace", proposed: "Proposed", proposal: "Proposal", checked: "CheckResult"
) -> "PullRequest":
    from mlplatform.flow.review.open_pull_request import open_pull_request
    from mlplatform.report.proposed import pull_request_body

    return open_pull_request(
        workspace, proposed.branch, proposal.title, pull_request_body(proposal.message, checked)
    )


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
