"""platform plan"""

import json
import sys
from pathlib import Path

import click

from mlplatform.cli import options


@click.command(epilog="Example: platform plan --env production --out production.plan.json")
@options.environment
@options.rev
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the plan for `apply --plan`."
)
@options.confirm
@options.as_json
@options.debug
def command(environment: str, rev: str, out: Path | None, confirm: tuple[str, ...], as_json: bool) -> None:
    """Show what an apply of a commit would change in an environment. Changes nothing.

    Exit code 1 when a deployment is refused.
    """
    from mlplatform.flow.judge import repository_at
    from mlplatform.flow.place import here
    from mlplatform.flow.reconcile import make_plan
    from mlplatform.report.change import plan_text

    place = here()
    plan = make_plan(place, repository_at(place.git, rev), environment, frozenset(confirm))
    text = json.dumps(plan.as_json(), indent=1)
    if out is not None:
        _write(out, text + "\n")
    click.echo(text if as_json else plan_text(plan))
    sys.exit(1 if plan.refused else 0)


def _write(out: Path, text: str) -> None:
    from mlplatform.core.errors import Refusal

    try:
        out.write_text(text)
    except OSError as cause:
        raise Refusal(
            f"the plan cannot be written: {cause.strerror}", where=str(out), fix="name a file in --out"
        ) from cause
