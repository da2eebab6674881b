"""Options that several commands share."""

from collections.abc import Callable
from typing import Any

import click

Function = Callable[..., Any]


def as_json(function: Function) -> Function:
    return click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")(function)


def environment(function: Function) -> Function:
    return click.option("--env", "environment", required=True, metavar="ENV", help="The environment.")(
        function
    )


def rev(function: Function) -> Function:
    return click.option(
        "--rev", default="HEAD", show_default=True, metavar="REV", help="The commit to read."
    )(function)


def base(function: Function) -> Function:
    return click.option(
        "--base", default="main", show_default=True, metavar="REV", help="The branch to propose to."
    )(function)


def apply_locally(function: Function) -> Function:
    text = "Merge the proposal into the base branch and reconcile, without a review. Local targets only."
    return click.option("--apply-locally", is_flag=True, help=text)(function)


def reason(function: Function) -> Function:
    return click.option("--reason", default="", metavar="TEXT", help="Why: it goes on record.")(function)


def confirm(function: Function) -> Function:
    text = "A critical model that may be taken out (repeat it for more)."
    return click.option("--confirm", multiple=True, metavar="MODEL", help=text)(function)


def debug(function: Function) -> Function:
    return click.option("--debug", is_flag=True, hidden=True, expose_value=False)(function)
