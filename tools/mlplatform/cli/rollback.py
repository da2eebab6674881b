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
@options.apply_locally
@options.as_json
@options.debug
def command(
    model: str,
    environment: str,
    to: str | None,
    base: str,
    reason: str,
    apply_locally: bool,
    as_json: bool,
) -> None:
    """Propose to pin again a version of MODEL (tenant/model) that the environment pinned before.

    Writes one commit on a branch of its own; the working tree is not touched.
    """
    from mlplatform.cli.finish_proposal import finish_proposal
    from mlplatform.flow.promotion.proposals import ProposalRequest
    from mlplatform.flow.rollback.propose_rollback import propose_rollback
    from mlplatform.flow.workspace import Workspace

    workspace, asked = Workspace.discover(), ProposalRequest(environment, model, base, reason)
    proposal = propose_rollback(workspace, asked, to)
    finish_proposal(workspace, proposal, asked, apply_locally=apply_locally, as_json=as_json)
