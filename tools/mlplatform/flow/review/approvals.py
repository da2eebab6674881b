"""By whose approval each deployment came to what a commit declares: for the records of an apply."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mlplatform.core.approvals import APPROVED_LOCALLY, NONE_REQUIRED, Approval, Approvals, approvals_in
from mlplatform.core.check_result import CheckResult
from mlplatform.core.errors import Refusal
from mlplatform.core.kinds import Environment
from mlplatform.core.naming import Kind, path_of
from mlplatform.core.plan import Plan
from mlplatform.core.pull_request import MergedChange
from mlplatform.core.records.statement import Statement
from mlplatform.flow.check.run_check import CheckOptions, check_change
from mlplatform.flow.ledger_queries import statements
from mlplatform.flow.review.git_host import settings_at
from mlplatform.flow.workspace import Workspace
from mlplatform.providers.forge import connect_forge
from mlplatform.providers.forge.interface import Forge


@dataclass(frozen=True, slots=True)
class ApprovalQuery:
    """Which deployments of an environment are asked about, and the commit of main that declares them."""

    environment: str
    settings: Environment
    commit: str
    models: frozenset[str]


def approvals_of(workspace: Workspace, query: ApprovalQuery, ledger: Iterable[Statement]) -> Approvals:
    """Return by model the approval of the change that made its deployment document what it is.

    What the ledger knows is not asked again. Everything else is judged again as the commit before it on main asks: a
    merge that should not have happened is found here. A change without a reviewed merge, or with an approval too few,
    is `local-unreviewed` on a laptop; on a shared target, where nothing may run that was not approved, it is a Refusal
    that names the commit.
    """
    recorded = approvals_in(ledger, query.environment)
    commits = _changed_by(workspace, query)
    forge = _Asked(workspace, query)
    return {
        model: recorded.get((model, commit)) or forge.approval(model, commit)
        for model, commit in sorted(commits.items())
    }


def why_not_approved(workspace: Workspace, settings: Environment, plan: Plan) -> str:
    """Return why an apply of a plan would refuse it for want of approvals; empty when it would not.

    Only a shared target refuses for that, so nobody is asked about another one.
    """
    models = frozenset(change.resource for change in plan.changes)
    if not settings.is_shared or not models:
        return ""
    query = ApprovalQuery(plan.environment, settings, plan.commit, models)
    try:
        approvals_of(workspace, query, statements(workspace, settings))
    except Refusal as refusal:
        return str(refusal)
    return ""


@dataclass(frozen=True, slots=True)
class _JudgedMerge:
    """What became a commit of main, and whether its approvals were enough there."""

    change: MergedChange
    checked: CheckResult

    @property
    def missing(self) -> str | None:
        """Why its approvals are not enough, None where they are."""
        stopping = set(self.checked.findings)
        missing = [finding for finding in self.checked.missing_approvals if finding in stopping]
        return f"{missing[0].path}: {missing[0].message}" if missing else None


class _Asked:
    """The Git host, asked once for each commit, and only where something is not on the ledger."""

    def __init__(self, workspace: Workspace, query: ApprovalQuery) -> None:
        self._workspace, self._query = workspace, query
        self._merges: dict[str, _JudgedMerge | Refusal | None] = {}
        self._forge: Forge | None = None

    def approval(self, model: str, commit: str) -> Approval:
        path = path_of(Kind.DEPLOYMENT, f"{self._query.environment}/{model}")
        merge = self._merge(commit)
        if isinstance(merge, _JudgedMerge):
            names = merge.checked.approved_by.get(path, ())
            why = merge.missing or "nobody has approved it"
            if not merge.missing and (names or self._query.settings.approvals.required == 0):
                return Approval(commit, names or (NONE_REQUIRED,), merge.change.name)
        else:
            why = merge.message if merge else "it came to main without a reviewed merge"
        if self._query.settings.is_shared:
            raise Refusal(
                f"{self._query.environment} is shared and takes only what was approved; {commit[:12]}, which "
                f"changed {model}, is not: {why}",
                fix="revert it, or have it reviewed as a pull request",
                where=path,
            )
        return Approval(commit, (APPROVED_LOCALLY,))

    def _merge(self, commit: str) -> _JudgedMerge | Refusal | None:
        if commit not in self._merges:
            self._merges[commit] = self._asked(commit)
        return self._merges[commit]

    def _asked(self, commit: str) -> _JudgedMerge | Refusal | None:
        try:
            if self._forge is None:
                settings = settings_at(self._workspace, self._query.commit)
                self._forge = connect_forge(settings, self._workspace.git)
            change = self._forge.merged_change(commit)
            return self._judged(change) if change else None
        except Refusal as why:
            return why

    def _judged(self, change: MergedChange) -> _JudgedMerge:
        options = CheckOptions(scanner=False, review=change.review)
        return _JudgedMerge(
            change, check_change(self._workspace.git, f"{change.commit}^1", change.review.head, options)
        )


def _changed_by(workspace: Workspace, query: ApprovalQuery) -> Mapping[str, str]:
    """Return by model the newest commit of main's first-parent history that changed its deployment document."""
    paths = {path_of(Kind.DEPLOYMENT, f"{query.environment}/{model}"): model for model in query.models}
    newest: dict[str, str] = {}
    if paths:
        for change in workspace.git.changes(query.commit, sorted(paths)):
            if change.path in paths:
                newest.setdefault(paths[change.path], change.commit)
    return newest
