"""platform new"""

import click

from mlplatform.cli import options
from mlplatform.core.kinds.table import Kind


@click.command(epilog="Example: platform new model clinic/readmission")
@click.argument("kind", type=click.Choice([kind.value for kind in Kind if kind.entry.template]))
@click.argument("name")
@options.base
@options.reason
@options.open_it
@options.as_json
@options.debug
def command(kind: str, name: str, base: str, reason: str, open_it: bool, as_json: bool) -> None:
    """Propose a document to start from, on a branch; replace its placeholders before the review.

    NAME is `tenant` for a tenant, and `tenant/name` for what belongs to one. Until the placeholders are replaced, the
    check denies it.
    """
    from mlplatform.cli.finish_proposal import print_proposal
    from mlplatform.flow.promotion.proposals import propose_new
    from mlplatform.flow.workspace import Workspace

    workspace = Workspace.discover()
    print_proposal(
        workspace, propose_new(workspace, kind, name, base, reason), base, open_it=open_it, as_json=as_json
    )
