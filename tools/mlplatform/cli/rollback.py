"""platform rollback"""

import click

from mlplatform.cli import options


@click.command(
    epilog='Example: platform rollback clinic/tumour --env production --reason "wrong on night shifts"'
)
@click.argument("model")
@options.environment
@click.option("--to", metavar="VERSION", help="The version to go back to [default: the one before].")
@options.base
@options.reason
@options.open_it
@options.apply_locally
@options.as_json
@options.debug
def command(
    model: str,
    environment: str,
    to: str | None,
    base: str,
    reason: str,
    open_it: bool,
    apply_locally: bool,
    as_json: bool,
) -> None:
    """Propose a version of MODEL (tenant/model) that the environment pinned before.

    Writes one commit on a branch of its own and checks it as its pull request will be checked. The working tree is not
    touched. Exit code 1 when something other than approvals is wrong with it; the branch stays.
    """
    from mlplatform.cli.finish_proposal import finish_proposal
    from mlplatform.flow.promotion.proposals import ProposalRequest
    from mlplatform.flow.rollback.propose_rollback import propose_rollback
    from mlplatform.flow.workspace import Workspace

    workspace, request = Workspace.discover(), ProposalRequest(environment, model, base, reason)
    proposal = propose_rollback(workspace, request, to)
    finish_proposal(
        workspace, proposal, request, open_it=open_it, apply_locally=apply_locally, as_json=as_json
    )
