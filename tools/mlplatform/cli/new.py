"""platform new"""

import click

from mlplatform.cli import options


@click.command(epilog="Example: platform new model clinic/readmission")
@click.argument("kind", type=click.Choice(["tenant", "dataset", "model"]))
@click.argument("name")
@options.base
@options.reason
@options.as_json
@options.debug
def command(kind: str, name: str, base: str, reason: str, as_json: bool) -> None:
    """Propose a starting document: its schema holds, its values are to be changed before review.

    NAME is `tenant`, or `tenant/name` for a data set or model.
    """
    from mlplatform.cli.finish_proposal import print_proposed
    from mlplatform.flow.promotion.proposals import commit, propose_new
    from mlplatform.flow.workspace import Workspace

    workspace = Workspace.discover()
    proposal = propose_new(workspace, kind, name, base, reason)
    print_proposed(commit(workspace, proposal), proposal.title, as_json=as_json)
