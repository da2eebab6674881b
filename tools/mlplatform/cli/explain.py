"""platform explain"""

import json
from datetime import UTC, datetime

import click

from mlplatform.cli import options


@click.command(epilog="Example: platform explain encryption-at-rest")
@click.argument("rule", required=False)
@click.option(
    "--rev", default=None, metavar="REV", help="With the policies of a commit [default: the working tree]."
)
@options.as_json
@options.debug
def command(rule: str | None, rev: str | None, as_json: bool) -> None:
    """Say what RULE wants and why, what passes and what fails, and how to ask for a waiver.

    Without RULE every rule is listed, but for Checkov's own.
    """
    from mlplatform.flow.check import explain
    from mlplatform.flow.workspace import Workspace
    from mlplatform.report.explain import rule_json, rule_text, rules_json, rules_text

    git, today = Workspace.discover().git, datetime.now(UTC).date()
    if rule is not None:
        found = explain.rule(git, rule, rev)
        click.echo(json.dumps(rule_json(found, today), indent=1) if as_json else rule_text(found, today))
        return
    rules, flaws = explain.rules_and_flaws(git, rev)
    if as_json:
        click.echo(json.dumps(rules_json(rules.values(), flaws, today), indent=1))
    else:
        click.echo(rules_text(rules.values(), flaws))
