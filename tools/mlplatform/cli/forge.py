"""platform forge"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlplatform.cli import options
from mlplatform.cli.forge_controls import controls, setup

if TYPE_CHECKING:  # only click is imported before a command runs
    from mlplatform.core.pull_request import PullRequest
    from mlplatform.core.verdict import Judged
    from mlplatform.flow.review.event import EventSubject
    from mlplatform.flow.workspace import Workspace
    from mlplatform.providers.forge.interface import Forge


@click.group(epilog="Example: platform forge verdict --branch promote/production/clinic.tumour-1.1.0")
def command() -> None:
    """Work with the Git host that platform.yaml names in gitHost."""


@command.command(epilog="Example: platform forge verdict --pull 12 --out approvals.json")
@click.option("--pull", metavar="N", type=click.IntRange(min=1), help="The number of a pull request.")
@click.option("--branch", metavar="BRANCH", help="The branch of a pull request.")
@click.option(
    "--event",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The event of a workflow: judge the pull requests that it is about.",
)
@click.option(
    "--post", is_flag=True, help="Post the status platform/verdict and the comment on the pull request."
)
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the approvals (JSON).",
)
@click.option(
    "--engine",
    type=click.Choice(["embedded", "opa"]),
    help="What evaluates the policies [default: opa where OPA_URL names a server, else embedded].",
)
@options.as_json
@options.debug
def verdict(
    pull: int | None,
    branch: str | None,
    event: Path | None,
    post: bool,
    out: Path | None,
    engine: str | None,
    as_json: bool,
) -> None:
    """Judge a pull request as it is now.

    Main's policies decide, with the reviews that the Git host has at this moment.
    The head is read as git objects: nothing of it is run. What cannot be judged is denied, and says why. Exit code 1
    when the change is stopped.
    """
    if [pull, branch, event].count(None) != 2:
        raise click.UsageError("name one pull request: --pull N, --branch BRANCH or --event FILE")
    if out is not None and event is not None:
        raise click.UsageError("--out is for one pull request: name it with --pull or --branch")
    from mlplatform.cli.console import echo_json, waiting
    from mlplatform.flow.review.post_verdict import withdraw
    from mlplatform.flow.workspace import Workspace
    from mlplatform.report.verdict import judged_json, judged_text

    workspace = Workspace.discover()
    with waiting("checking", as_json=as_json):
        forge, subject = _subject(workspace, str(pull) if pull else branch, event)
        if subject.left and post:
            withdraw(workspace, forge, subject.left)
        judged = [_judge(workspace, forge, each, engine, post=post) for each in subject.pull_requests]
    if out is not None:
        _write(out, judged[0])
    if as_json:
        echo_json({"verdicts": [judged_json(each) for each in judged]})
    else:
        click.echo(
            "\n".join(map(judged_text, judged)) or "no open pull request has this head: nothing to judge"
        )
    # Of all that are open most wait for reviews, which is no failure of the run that looks at them.
    sys.exit(0 if subject.is_everything or all(each.passes for each in judged) else 1)


@command.command(epilog="Example: platform forge environments >> $GITHUB_OUTPUT")
@options.rev
@options.as_json
@options.debug
def environments(rev: str, as_json: bool) -> None:
    """List the environments in their order, for a workflow."""
    import json

    from mlplatform.cli.console import echo_json
    from mlplatform.flow.check.run_check import load_repository
    from mlplatform.flow.workspace import Workspace

    names = load_repository(Workspace.discover().git, rev).environments_in_order()
    if as_json:
        echo_json({"environments": list(names)})
    else:
        click.echo(f"environments={json.dumps(list(names))}")


command.add_command(setup)
command.add_command(controls)


def _subject(workspace: "Workspace", name: str | None, event: Path | None) -> "tuple[Forge, EventSubject]":
    from mlplatform.flow.review.event import EventSubject, pull_requests_of
    from mlplatform.flow.review.git_host import forge_of, forge_of_main

    if event is not None:
        forge = forge_of_main(workspace)
        return forge, pull_requests_of(forge, event)
    forge = forge_of(workspace, name or "")
    return forge, EventSubject((forge.pull_request(name or ""),))


def _judge(
    workspace: "Workspace", forge: "Forge", pull: "PullRequest", engine: str | None, *, post: bool
) -> "Judged":
    from mlplatform.flow.check.run_check import CheckOptions
    from mlplatform.flow.review import post_verdict
    from mlplatform.report.verdict import verdict_texts

    judge_options = CheckOptions(engine=engine)
    if not post:
        return post_verdict.judge_or_deny(workspace, forge, pull, judge_options)
    return post_verdict.judge_and_post(workspace, forge, pull, judge_options, verdict_texts)


def _write(out: Path, judged: "Judged") -> None:
    from mlplatform.core.errors import Refusal

    if judged.verdict is None:
        return
    try:
        out.write_text(judged.verdict.review.model_dump_json(by_alias=True, indent=1) + "\n")
    except OSError as cause:
        raise Refusal(f"the approvals cannot be written: {cause.strerror}", where=str(out)) from cause
