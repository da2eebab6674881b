"""platform deploy"""

import click

from mlplatform.cli import options


@click.command(epilog="Example: platform deploy clinic/tumour 1.2.0 --env development")
@click.argument("model")
@click.argument("version")
@options.environment
@options.base
@options.reason
@options.open_it
@options.apply_locally
@options.as_json
@options.debug
def command(
    model: str,
    version: str,
    environment: str,
    base: str,
    reason: str,
    open_it: bool,
    apply_locally: bool,
    as_json: bool,
) -> None:
    """Propose a registered VERSION of MODEL (tenant/model) for the first environment.

    --env names the first environment; the others take what the one before pins (`platform promote`).

    Writes one commit on a branch of its own and checks it as its pull request will be checked. The working tree is not
    touched. Exit code 1 when something other than approvals is wrong with it; the branch stays.
    """
    from mlplatform.cli.finish_proposal import finish_proposal
    from mlplatform.flow.promotion.proposals import ProposalRequest, propose_deploy
    from mlplatform.flow.workspace import Workspace

    workspace, request = Workspace.discover(), ProposalRequest(environment, model, base, reason)
    proposal = propose_deploy(workspace, request, version)
    finish_proposal(
        workspace, proposal, request, open_it=open_it, apply_locally=apply_locally, as_json=as_json
    )
