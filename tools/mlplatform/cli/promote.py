"""platform promote"""

import click

from mlplatform.cli import options


@click.command(epilog="Example: platform promote clinic/tumour --to production")
@click.argument("model")
@click.option("--to", "environment", required=True, metavar="ENV", help="The environment to promote to.")
@options.base
@options.reason
@options.apply_locally
@options.as_json
@options.debug
def command(model: str, environment: str, base: str, reason: str, apply_locally: bool, as_json: bool) -> None:
    """Propose to pin in an environment the version of MODEL (tenant/model) that the one before it pins.

    Writes one commit on a branch of its own; the working tree is not touched.
    """
    from mlplatform.cli.finish_proposal import finish_proposal
    from mlplatform.flow.promotion.proposals import ProposalRequest, propose_promote
    from mlplatform.flow.workspace import Workspace

    workspace, asked = Workspace.discover(), ProposalRequest(environment, model, base, reason)
    proposal = propose_promote(workspace, asked)
    finish_proposal(workspace, proposal, asked, apply_locally=apply_locally, as_json=as_json)
