"""platform review"""

from pathlib import Path

import click

from mlplatform.cli import options

KEY = "The SSH key to sign with [default: git's user.signingKey]."


@click.command(
    epilog="Example: platform review promote/production/clinic.tumour-1.1.0 --approve --key ~/.ssh/id_ed25519"
)
@click.argument("branch")
@click.option("--approve", "action", flag_value="approve", help="Approve the branch as it is now.")
@click.option("--reject", "action", flag_value="reject", help="Request changes; stands until you approve.")
@click.option("--comment", metavar="TEXT", help="Say something; alone it neither approves nor rejects.")
@click.option("--request", "action", flag_value="request", help="Ask for it to be merged: for its author.")
@click.option("--key", metavar="FILE", type=click.Path(path_type=Path), help=KEY)
@options.as_json
@options.debug
def command(branch: str, action: str | None, comment: str | None, key: Path | None, as_json: bool) -> None:
    """Sign a review of the present head of BRANCH, where platform.yaml has gitHost: {provider: signed}.

    The review is for that commit and its files: whatever is pushed afterwards needs another one. Whose key it is, is
    read from the file of signers on main. An approval of your own change does not count.
    """
    if action is None and comment is None:
        raise click.UsageError("say what you think of it: --approve, --reject, --comment TEXT or --request")
    from typing import cast

    from mlplatform.cli.console import echo_json
    from mlplatform.flow.review.sign_review import review
    from mlplatform.flow.workspace import Workspace
    from mlplatform.providers.forge.signed.statement import Action
    from mlplatform.report.verdict import review_text

    signed = review(Workspace.discover(), branch, cast(Action, action or "comment"), comment or "", key)
    if as_json:
        echo_json(signed.statement.model_dump(mode="json", by_alias=True))
    else:
        click.echo(review_text(signed.pull, signed.statement.person, signed.statement.action))
    if signed.is_own and signed.statement.action == "approve":
        click.echo(
            "note: this is your own change: your approval counts only where an environment has selfApproval",
            err=True,
        )
