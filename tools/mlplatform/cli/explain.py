"""platform explain"""

from datetime import UTC, datetime

import click

from mlplatform.cli import options


@click.command(epilog="Example: platform explain encryption-at-rest")
@click.argument("rule", required=False)
@click.option("--rev", metavar="REV", help="Read the policies of a commit [default: the working tree].")
@options.as_json
@options.debug
def command(rule: str | None, rev: str | None, as_json: bool) -> None:
    """Explain what RULE wants and why, what passes and what fails, and how to ask for a waiver.

    Without RULE every rule is listed, except Checkov's own.
    """
    from mlplatform.cli.console import echo_json, terminal_width
    from mlplatform.flow.check import explain
    from mlplatform.flow.workspace import Workspace
    from mlplatform.report.explain import rule_json, rule_text, rules_json, rules_text

    git, today = Workspace.discover().git, datetime.now(UTC).date()
    if rule is not None:
        explained = explain.rule(git, rule, rev)
        if as_json:
            echo_json(rule_json(explained, today))
        else:
            click.echo(rule_text(explained, today))
        return
    rules, flaws = explain.rules_and_flaws(git, rev)
    if as_json:
        echo_json(rules_json(rules.values(), flaws, today))
    else:
        click.echo(rules_text(rules.values(), flaws, terminal_width()))
