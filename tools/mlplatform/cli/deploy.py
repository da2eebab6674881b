"""platform deploy"""

import click

from mlplatform.cli import options


@click.command(epilog="Example: platform deploy clinic/tumour 1.2.0 --env development")
@click.argument("model")
@click.argument("version")
@options.environment
@options.base
@options.reason
@options.apply_locally
@options.as_json
@options.debug
def command(
    model: str, version: str, environment: str, base: str, reason: str, apply_locally: bool, as_json: bool
) -> None:
    """Propose to pin a registered VERSION of MODEL (tenant/model) in the first environment.

    --env is required and names the first environment: the others take what it pins (`platform promote`).
    Writes one commit on a branch of its own; the working tree is not touched.
    """
    from mlplatform.cli.finish_proposal import finish_proposal
    from mlplatform.flow.promotion.proposals import ProposalRequest, propose_deploy
    from mlplatform.flow.workspace import Workspace

    workspace, asked = Workspace.discover(), ProposalRequest(environment, model, base, reason)
    proposal = propose_deploy(workspace, asked, version)
    finish_proposal(workspace, proposal, asked, apply_locally=apply_locally, as_json=as_json)
