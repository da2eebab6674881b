"""Options that several commands share."""

from collections.abc import Callable

import click

Function = Callable[..., None]


def as_json(function: Function) -> Function:
    return click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")(function)


def environment(function: Function) -> Function:
    text = "The environment."
    return click.option("--env", "environment", required=True, metavar="ENV", help=text)(function)


def only_environment(function: Function) -> Function:
    text = "Only this environment [default: all]."
    return click.option("--env", "environment", metavar="ENV", help=text)(function)


def only_tenant(function: Function) -> Function:
    return click.option("--tenant", metavar="TENANT", help="Only the models of this tenant.")(function)


def rev(function: Function) -> Function:
    text = "The commit to read."
    return click.option("--rev", default="HEAD", show_default=True, metavar="REV", help=text)(function)


def base(function: Function) -> Function:
    text = "The branch to propose to."
    return click.option("--base", default="main", show_default=True, metavar="REV", help=text)(function)


def apply_locally(function: Function) -> Function:
    text = "Merge the proposal into the base branch and apply it, without a review. Local targets only."
    return click.option("--apply-locally", is_flag=True, help=text)(function)


def open_it(function: Function) -> Function:
    text = "Push the branch and open a pull request of it, with the check's report as its body."
    return click.option("--open", "open_it", is_flag=True, help=text)(function)


def reason(function: Function) -> Function:
    return click.option("--reason", default="", metavar="TEXT", help="Why: it goes on record.")(function)


def confirm(function: Function) -> Function:
    text = "A critical model that may be removed (repeat it for more)."
    return click.option("--confirm", multiple=True, metavar="MODEL", help=text)(function)


def debug(function: Function) -> Function:
    return click.option("--debug", is_flag=True, hidden=True, expose_value=False)(function)
