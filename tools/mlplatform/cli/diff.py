"""platform diff"""

import click

from mlplatform.cli import options


@click.command(epilog="Example: platform diff integration production")
@click.argument("left", metavar="ENV")
@click.argument("right", metavar="OTHER_ENV")
@options.rev
@options.as_json
@options.debug
def command(left: str, right: str, rev: str, as_json: bool) -> None:
    """Show what two environments pin differently: versions, digests, metrics, resources, rollout.

    Only the documents of a commit are read. What the servers do differently from them is configuration drift:
    `platform drift`.
    """
    from mlplatform.cli.console import echo_json, terminal_width
    from mlplatform.flow.check.run_check import load_repository
    from mlplatform.flow.workspace import Workspace, environment_of
    from mlplatform.observe.environment_diff import deployment_differences
    from mlplatform.report.environment_diff import diff_json, diff_text

    repository = load_repository(Workspace.discover().git, rev)
    for name in (left, right):
        environment_of(repository, name)
    deployments = repository.deployments
    differences = deployment_differences(deployments.get(left, {}), deployments.get(right, {}))
    commit = str(repository.commit)
    if as_json:
        echo_json(diff_json(left, right, differences, commit))
    else:
        click.echo(diff_text(left, right, differences, commit, terminal_width()))
