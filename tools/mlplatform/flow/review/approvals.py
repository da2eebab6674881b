"""By whose approval each deployment came to what a commit declares: for the records of an apply."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mlplatform.core.approvals import APPROVED_LOCALLY, NONE_REQUIRED, Approval, Approvals, approvals_in
from mlplatform.core.errors import Refusal
from mlplatform.core.kinds import Environment
from mlplatform.core.naming import Kind, path_of
from mlplatform.core.pull_request import MergedChange, approvers
from mlplatform.core.statement import Statement
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

    What the ledger knows is not asked again. A change without a reviewed merge is `local-unreviewed` on a laptop; on a
    shared target, where nothing may run that was not reviewed, it is a Refusal that names the commit.
    """
    recorded = approvals_in(ledger, query.environment)
    commits = _changed_by(workspace, query)
    forge = _Asked(workspace, query)
    return {
        model: recorded.get((model, commit)) or forge.approval(model, commit)
        for model, commit in sorted(commits.items())
    }


class _Asked:
    """The Git host, asked once for each commit, and only where something is not on the ledger."""

    def __init__(self, workspace: Workspace, query: ApprovalQuery) -> None:
        self._workspace, self._query = workspace, query
        self._changes: dict[str, MergedChange | Refusal | None] = {}
        self._forge: Forge | None = None

    def approval(self, model: str, commit: str) -> Approval:
        answer = self._change(commit)
        change = answer if isinstance(answer, MergedChange) else None
        why = answer.message if isinstance(answer, Refusal) else "it came to main without a reviewed merge"
        names = approvers(change.review) if change else ()
        if change and (names or self._query.settings.approvals.required == 0):
            return Approval(commit, names or (NONE_REQUIRED,), change.name)
        if self._query.settings.is_shared:
            why = "nobody has approved it" if change else why
            raise Refusal(
                f"{self._query.environment} is shared and takes only what was approved; {commit[:12]}, which "
                f"changed {model}, is not: {why}",
                fix="revert it, or have it reviewed as a pull request",
                where=path_of(Kind.DEPLOYMENT, f"{self._query.environment}/{model}"),
            )
        return Approval(commit, (APPROVED_LOCALLY,))

    def _change(self, commit: str) -> MergedChange | Refusal | None:
        if commit not in self._changes:
            self._changes[commit] = self._asked(commit)
        return self._changes[commit]

    def _asked(self, commit: str) -> MergedChange | Refusal | None:
        try:
            if self._forge is None:
                settings = settings_at(self._workspace, self._query.commit)
                self._forge = connect_forge(settings, self._workspace.git)
            return self._forge.merged_change(commit)
        except Refusal as why:
            return why


def _changed_by(workspace: Workspace, query: ApprovalQuery) -> Mapping[str, str]:
    """Return by model the newest commit of main's first-parent history that changed its deployment document."""
    paths = {path_of(Kind.DEPLOYMENT, f"{query.environment}/{model}"): model for model in query.models}
    newest: dict[str, str] = {}
    if paths:
        for change in workspace.git.changes(query.commit, sorted(paths)):
            if change.path in paths:
                newest.setdefault(paths[change.path], change.commit)
    return newest
