"""platform promote"""

import click

from mlplatform.cli import options


@click.command(epilog="Example: platform promote clinic/tumour --to production")
@click.argument("model")
@click.option("--to", "environment", required=True, metavar="ENV", help="The environment to promote to.")
@options.base
@options.reason
@options.open_it
@options.apply_locally
@options.as_json
@options.debug
def command(
    model: str,
    environment: str,
    base: str,
    reason: str,
    open_it: bool,
    apply_locally: bool,
    as_json: bool,
) -> None:
    """Propose for an environment the version of MODEL (tenant/model) that the environment before it pins.

    Writes one commit on a branch of its own and checks it as its pull request will be checked. The working tree is not
    touched. Exit code 1 when something other than approvals is wrong with it; the branch stays.
    """
    from mlplatform.cli.finish_proposal import finish_proposal
    from mlplatform.flow.promotion.proposals import ProposalRequest, propose_promote
    from mlplatform.flow.workspace import Workspace

    workspace, request = Workspace.discover(), ProposalRequest(environment, model, base, reason)
    proposal = propose_promote(workspace, request)
    finish_proposal(
        workspace, proposal, request, open_it=open_it, apply_locally=apply_locally, as_json=as_json
    )
