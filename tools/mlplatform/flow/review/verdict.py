"""Judges a pull request as it is now: its head as git objects, by the policies of main, with its reviews."""

from dataclasses import replace
from datetime import UTC, datetime

from mlplatform.core.errors import Refusal
from mlplatform.core.pull_request import PullRequest
from mlplatform.core.snapshot_plan import SnapshotPlan
from mlplatform.core.verdict import Verdict
from mlplatform.flow.check.run_check import CheckOptions, check_change, load_repository
from mlplatform.flow.reconcile.plan_from_snapshot import plan_from_snapshot
from mlplatform.flow.review.git_host import require_reviewable
from mlplatform.flow.workspace import Workspace
from mlplatform.providers.forge.interface import Forge
from mlplatform.providers.git.merge import merge_candidate, merged_tree, require_merge_as_reviewed


def judge(
    workspace: Workspace, forge: Forge, pull: PullRequest, options: CheckOptions | None = None
) -> Verdict:
    """Return the verdict on a pull request as it is now; Refusal, which is a denial, where it cannot be judged."""
    forge.fetch(pull)
    base = forge.base(pull)
    review = forge.review(pull)
    options = replace(options or CheckOptions(now=datetime.now(UTC)), review=review)
    tree = merged_tree(workspace.git, base, pull.head)
    require_merge_as_reviewed(workspace.git, base, pull.head, tree)
    require_reviewable(workspace, tree)
    return Verdict(pull, base, tree, review, check_change(workspace.git, base, pull.head, options))


def with_plans(workspace: Workspace, verdict: Verdict) -> Verdict:
    """Return the verdict with what an apply would do to each environment that the change touches."""
    merged = merge_candidate(workspace.git, verdict.tree, verdict.base, verdict.pull.head)
    repository = load_repository(workspace.git, merged)
    plans: list[SnapshotPlan] = []
    unplanned: list[str] = []
    for environment in repository.environments_in_order():
        try:
            planned = plan_from_snapshot(workspace, repository, environment)
        except Refusal as why:
            unplanned.append(f"{environment}: {why.message}")
            continue
        if planned.plan.changes or planned.plan.refused:
            plans.append(planned)
    return replace(verdict, plans=tuple(plans), unplanned=tuple(unplanned))
