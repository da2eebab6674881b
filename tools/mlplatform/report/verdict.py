"""Prints a verdict on a pull request, and what came of its merge."""

from typing import Any

from mlplatform.core.errors import Refusal
from mlplatform.core.pull_request import PullRequest, stale_approvals
from mlplatform.core.verdict import Judged, Merge, Verdict, VerdictTexts
from mlplatform.report.change import plan_text
from mlplatform.report.check.json import checked_json
from mlplatform.report.check.markdown import checked_markdown
from mlplatform.report.check.markdown.escaping import code, fenced, prose
from mlplatform.report.check.summary import errors_first, summary
from mlplatform.report.check.text import checked_text
from mlplatform.report.plain import counted, one_line

_DONE = {
    "approve": "approved",
    "reject": "requested changes of",
    "comment": "commented on",
    "request": "asks to merge",
    "merge": "merged",
}


def review_text(pull: PullRequest, person: str, action: str) -> str:
    """`ada approved promote/… at 0123456789ab: title`"""
    return f"{person} {_DONE[action]} {one_line(pull.name)} at {pull.head[:12]}: {one_line(pull.title)}"


def verdict_text(verdict: Verdict) -> str:
    """The whole check, and what is judged: the head, on top of which main, approved by whom."""
    names = ", ".join(verdict.checked.approvers) or "nobody"
    passes = "may be merged" if verdict.passes else "is stopped"
    commits = f"{verdict.pull.head[:12]} on top of {verdict.base[:12]}"
    about = f"{one_line(verdict.pull.name)} {passes}: {commits}, approved by {names}"
    plans = [plan_text(planned.plan) for planned in verdict.plans]
    unplanned = [f"not planned: {sentence}" for sentence in verdict.unplanned]
    stale = [
        f"{user}'s approval is of {commit[:12]}, not of the present head"
        for user, commit in stale_approvals(verdict.review)
    ]
    return "\n".join([checked_text(verdict.checked), *plans, *unplanned, *stale, about])


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    return {
        "pullRequest": verdict.pull.name,
        "head": verdict.pull.head,
        "base": verdict.base,
        "passes": verdict.passes,
        "approvedBy": list(verdict.checked.approvers),
        "approvals": verdict.review.model_dump(mode="json", by_alias=True),
        "check": checked_json(verdict.checked),
        "plans": [planned.plan.as_json() for planned in verdict.plans],
        "unplanned": list(verdict.unplanned),
    }


def verdict_markdown(verdict: Verdict) -> str:
    """The comment on a pull request: the check, what an apply would do, and what was judged."""
    parts = [checked_markdown(verdict.checked)]
    if verdict.plans:
        plans = "\n".join(plan_text(planned.plan) for planned in verdict.plans)
        parts += ["### What an apply would do", "", fenced(plans[:4000], "text"), ""]
    parts += [f"- Not planned: {prose(sentence)}" for sentence in verdict.unplanned]
    parts += [
        f"- The approval of {code(user)} is of {code(commit[:12])}, not of the present head."
        for user, commit in stale_approvals(verdict.review)
    ]
    names = ", ".join(code(name) for name in verdict.checked.approvers) or "nobody"
    parts.append(
        f"\nJudged: {code(verdict.pull.head[:12])} on top of main at {code(verdict.base[:12])}, approved by {names}."
    )
    return "\n".join(parts)


def judged_text(judged: Judged) -> str:
    """The verdict, or why there is none."""
    if judged.verdict:
        return verdict_text(judged.verdict)
    refusal = judged.refusal or Refusal("there is no verdict")
    fix = f"\n  {one_line(refusal.fix)}" if refusal.fix else ""
    return f"{one_line(judged.pull.name)} cannot be judged, and is stopped: {one_line(str(refusal.message))}{fix}"


def judged_json(judged: Judged) -> dict[str, Any]:
    """The verdict, or `error` in its place."""
    if judged.verdict:
        return verdict_json(judged.verdict)
    refusal = judged.refusal or Refusal("there is no verdict")
    error = {"message": refusal.message, "fix": refusal.fix, "where": refusal.where}
    return {"pullRequest": judged.pull.name, "head": judged.pull.head, "passes": False, "error": error}


def verdict_texts(judged: Judged) -> VerdictTexts:
    """What is posted on a pull request."""
    if judged.verdict:
        return VerdictTexts(status_text(judged.verdict), verdict_markdown(judged.verdict))
    refusal = judged.refusal or Refusal("there is no verdict")
    return VerdictTexts(
        f"cannot be judged: {refusal.message}", denial_markdown(refusal.message, refusal.fix or "")
    )


def denial_markdown(message: str, fix: str) -> str:
    """The comment on a pull request that could not be judged, which is a denial."""
    remedy = f"\n\nWhat to do: {prose(fix)}" if fix else ""
    return f"## ❌ This change cannot be judged, and is stopped\n\nBecause {prose(message)}{remedy}\n"


def status_text(verdict: Verdict) -> str:
    """One line for the status of a commit."""
    if verdict.passes:
        return f"approved by {', '.join(verdict.checked.approvers) or 'nobody, as none has to'}"
    errors = [each for each in errors_first(verdict.checked.findings) if each.is_error]
    more = f" (and {counted(len(errors) - 1, 'error')} more)" if len(errors) > 1 else ""
    return f"{errors[0].message}{more}" if errors else summary(verdict.checked).split(": ", 1)[1]


def merge_text(merged: Merge) -> str:
    """The verdict where it stops the merge, else the merge commit and what comes next."""
    if merged.commit is None:
        return verdict_text(merged.verdict)
    names = ", ".join(merged.verdict.checked.approvers) or "nobody, as none has to"
    where = f" of {merged.remote}: git pull brings it here" if merged.remote else ""
    environments = dict.fromkeys(change.environment for change in merged.verdict.checked.changes)
    lines = [
        f"{one_line(merged.verdict.pull.name)} is merged as {merged.commit[:12]} into main{where}; approved by {names}",
        *([_unrecorded_line(merged.unrecorded)] if merged.unrecorded else []),
        *(f"  next: platform apply --env {environment}" for environment in environments),
    ]
    return "\n".join(lines)


def _unrecorded_line(why: Refusal) -> str:
    return f"  it is not on record yet: {one_line(str(why))}; then: platform record"


def merge_json(merged: Merge) -> dict[str, Any]:
    return {
        "commit": merged.commit,
        "remote": merged.remote,
        "record": merged.record,
        "verdict": verdict_json(merged.verdict),
    }
