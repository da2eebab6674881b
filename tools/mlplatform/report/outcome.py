"""Writes what became of an apply for the Git host, as Markdown."""

from mlplatform.core.reconciled import Reconciled, Reverted
from mlplatform.report.change import outcome_text, reconciled_text, reverted_text
from mlplatform.report.check.markdown.escaping import code, fenced, prose


def outcome_markdown(reconciled: Reconciled) -> str:
    """The comment on an applied pull request: how it ended in one environment, action by action."""
    plan = reconciled.plan
    sign, ended = ("✅", "in force") if reconciled.is_done else ("❌", "not wholly in force")
    lines = [*map(outcome_text, reconciled.outcomes), reconciled_text(reconciled)]
    title = f"## {sign} {code(plan.commit[:12])} is {ended} in {code(plan.environment)}"
    return f"{title}\n\n{fenced(chr(10).join(lines), 'text')}\n"


def revert_text(reverted: Reverted) -> tuple[str, str]:
    """The title and the body of a pull request that reverts a version that failed."""
    hold = reverted.hold
    title = f"{hold.environment}: {hold.model} goes back from {hold.version}, which failed"
    return title, f"{prose(reverted_text(reverted).strip())}\n\nWhy it failed: {prose(hold.reason)}\n"
