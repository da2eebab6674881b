"""Makes the record of one commit of main: what changed, who reviewed it, and what the policies of its base said."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

from mlplatform.core.check_result import CheckResult
from mlplatform.core.errors import Refusal
from mlplatform.core.kinds.base import Classification
from mlplatform.core.kinds.git_host import AnyGitHostSettings, GitHubSettings
from mlplatform.core.names import unicode_path
from mlplatform.core.naming import Kind, parse_path, path_of, tenant_of
from mlplatform.core.pull_request import VERDICT_STATUS, ForgeCheck, MergedChange
from mlplatform.core.records.change import (
    ChangedPath,
    ChangePredicate,
    CheckRun,
    PassedGate,
    PathApproval,
    ReviewedMerge,
    UsedWaiver,
)
from mlplatform.flow.actor import actor
from mlplatform.flow.check.run_check import CheckOptions, check_change, load_repository
from mlplatform.flow.reconcile.plan_from_snapshot import plan_from_snapshot
from mlplatform.flow.review.git_host import forge_at, settings_at
from mlplatform.flow.workspace import MAIN, Workspace
from mlplatform.load.history import documents_at
from mlplatform.providers.forge.interface import ReviewUnknown
from mlplatform.providers.git.main_history import MainCommit
from mlplatform.providers.git.merge import require_commit_as_reviewed
from mlplatform.providers.git.refs import tip_of
from mlplatform.providers.policy import engine_name

_UNREVIEWED = "it came to main without a pull request"
_UNSIGNED_MERGE = "nobody has signed the merge, so which approvals came before it is not known"
_PASSED, _OPEN = frozenset({"success", "neutral", "skipped"}), frozenset({"pending", ""})


@dataclass(frozen=True, slots=True)
class _Merge:
    """What the Git host says of a commit: the pull request, the checks of its head, and what is not known."""

    change: MergedChange | None = None
    checks: tuple[ForgeCheck, ...] = ()
    required: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def change_record(
    workspace: Workspace, commit: MainCommit, verdict: CheckResult | None = None
) -> ChangePredicate:
    """Return the record of a commit of main; `verdict` is what the check just said of its merge, where that is known.

    Refusal where the Git host cannot be asked now: a record says what is so, and not what could be found in a hurry.
    """
    parent = commit.parents[0] if commit.parents else None
    merge = _merge(workspace, parent, commit)
    checked = verdict or _checked(workspace, commit, merge.change)
    denied = [] if merge.change or merge.unknown else [_UNREVIEWED]
    denied += _errors(checked) if checked else []
    plans, unplanned = _plans(workspace, commit)
    return ChangePredicate(
        repository=repository_name(workspace, commit.commit),
        ref=f"refs/heads/{MAIN}",
        commit=commit.commit,
        tree=commit.tree,
        parent=parent,
        committedAt=commit.committed.isoformat(),
        title=merge.change.title if merge.change else commit.title,
        ticket=commit.ticket,
        reason=commit.reason,
        paths=tuple(
            ChangedPath(path=unicode_path(path), action=action)
            for path, action in sorted(commit.paths.items())
        ),
        tenants=_tenants(workspace, commit),
        merge=_reviewed(workspace, merge.change) if merge.change else None,
        approvals=approvals_in(checked) if checked else {},
        checks=tuple(_checks(checked, merge)),
        waivers=tuple(_waivers(checked)) if checked else (),
        policies=_policies(workspace, parent) if parent else None,
        plans=dict(plans),
        passed=tuple(_passed(checked)) if checked else (),
        unplanned=unplanned,
        denied=tuple(denied),
        unknown=merge.unknown,
        identity=actor(),
    )


def repository_name(workspace: Workspace, commit: str) -> str:
    """Return the name of the repository on its Git host, or without one the root of its main."""
    settings = settings_at(workspace, commit)
    if isinstance(settings, GitHubSettings):
        return settings.repository
    return root_name(workspace, commit)


def root_name(workspace: Workspace, commit: str) -> str:
    """Return the name of a repository that no Git host names: the first commit of its main."""
    roots = workspace.git.run("rev-list", "--first-parent", "--max-parents=0", commit)
    return f"root:{roots.decode().strip()}"


def _merge(workspace: Workspace, parent: str | None, commit: MainCommit) -> _Merge:
    settings = settings_at(workspace, parent) if parent else None
    if parent is None or settings is None:
        return _Merge()
    forge = forge_at(workspace, parent)
    try:
        change = forge.merged_change(commit.commit)
    except ReviewUnknown as why:
        return _Merge(unknown=(str(why),))
    if change is None:
        return _Merge()
    unknown = () if change.merged_at else (_UNSIGNED_MERGE,)
    checks = sorted(forge.checks(change.review.head), key=lambda check: (check.name, check.creator))
    return _Merge(change, tuple(checks), _required_checks(settings), unknown)


def _required_checks(settings: AnyGitHostSettings) -> tuple[str, ...]:
    """Return the names of the checks that a Git host asks of everything that main takes."""
    return (VERDICT_STATUS, *settings.protection.statuses) if isinstance(settings, GitHubSettings) else ()


def _checked(workspace: Workspace, commit: MainCommit, change: MergedChange | None) -> CheckResult | None:
    """Return what the check says of the commit, by the policies of the one before and at the time of the merge."""
    if not commit.parents:
        return None
    moment = datetime.fromisoformat(change.merged_at) if change and change.merged_at else commit.committed
    options = CheckOptions(now=moment, review=change.review if change else None)
    head = change.review.head if change else commit.commit
    return check_change(workspace.git, commit.parents[0], head, options)


def _reviewed(workspace: Workspace, change: MergedChange) -> ReviewedMerge:
    review = change.review
    return ReviewedMerge(
        name=change.name,
        url=change.url,
        title=change.title,
        head=review.head,
        method=change.method,
        asReviewed=_as_reviewed(workspace, change),
        requester=review.requester,
        contributors=tuple(review.contributors),
        pushers=tuple(review.pushers),
        reviews=tuple(review.reviews),
        merger=change.merger,
        mergedAt=change.merged_at,
    )


def _as_reviewed(workspace: Workspace, change: MergedChange) -> bool | None:
    if tip_of(workspace.git, change.review.head) is None:
        return None
    try:
        require_commit_as_reviewed(workspace.git, change.commit, change.review.head, change.name)
    except Refusal:
        return False
    return True


def approvals_in(checked: CheckResult) -> dict[str, PathApproval]:
    """Return by path how many approvals a change takes, and whose counted."""
    paths = sorted({*checked.required_approvals, *checked.approved_by})
    return {
        unicode_path(path): PathApproval(
            required=checked.required_approvals.get(path, 0), approvedBy=checked.approved_by.get(path, ())
        )
        for path in paths
    }


def _errors(checked: CheckResult) -> list[str]:
    return [f"{finding.where}: {finding.message}" for finding in checked.findings if finding.is_error]


def _checks(checked: CheckResult | None, merge: _Merge) -> Iterator[CheckRun]:
    if checked is not None:
        yield CheckRun(
            name="platform check",
            tool=f"mlplatform with the {engine_name(None)} policy engine and Checkov {version('checkov')}",
            version=version("mlplatform"),
            result="passed" if checked.is_clean else "failed",
            required=True,
            digest=checked.digest(),
        )
    for check in merge.checks:
        passed, is_open = check.conclusion in _PASSED, check.conclusion in _OPEN
        yield CheckRun(
            name=check.name,
            tool=check.creator,
            version=str(check.app_id or ""),
            result="passed" if passed else "unknown" if is_open else "failed",
            required=check.name in merge.required,
        )
    for name in merge.required:
        if name not in {check.name for check in merge.checks}:
            yield CheckRun(name=name, tool="", version="", result="unknown", required=True)


def _passed(checked: CheckResult) -> Iterator[PassedGate]:
    for passed in checked.passed:
        yield PassedGate(
            rule=passed.finding.rule, path=unicode_path(passed.finding.path), emergency=passed.emergency
        )


def _waivers(checked: CheckResult) -> Iterator[UsedWaiver]:
    for waived in checked.waived:
        if waived.is_touched:
            yield UsedWaiver(
                waiver=waived.waiver,
                rule=waived.finding.rule,
                path=unicode_path(waived.finding.path),
                owner=waived.owner,
                reason=waived.reason,
                expires=waived.expires.isoformat(),
            )


def _tenants(workspace: Workspace, commit: MainCommit) -> dict[str, Classification]:
    """Return the tenants whose files changed, with their clearance (that of before, where it is gone)."""
    names = sorted({name for path in commit.paths if (name := tenant_of(path))})
    places = [
        (at, path_of(Kind.TENANT, name)) for name in names for at in (commit.commit, *commit.parents[:1])
    ]
    documents = documents_at(workspace.git, places)
    clearances: dict[str, Classification] = {}
    for name in names:
        for at in (*commit.parents[:1], commit.commit):
            clearance = (documents.get((at, path_of(Kind.TENANT, name))) or {}).get("clearance")
            if clearance in ("public", "internal", "confidential", "pii"):
                clearances[name] = clearance
    return clearances


def _policies(workspace: Workspace, parent: str) -> str | None:
    entry = workspace.git.run("ls-tree", "--format=%(objectname)", parent, "policies").decode().strip()
    return entry or None


def _plans(workspace: Workspace, commit: MainCommit) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """Return the digest of the plan of each environment whose deployments changed, by its newest snapshot."""
    identities = [parse_path(path) for path in commit.paths]
    names = sorted({str(each.environment) for each in identities if each and each.kind.entry.pins})
    if not names:
        return {}, ()
    repository = load_repository(workspace.git, commit.commit)
    plans: dict[str, str] = {}
    unplanned: list[str] = []
    for name in names:
        if name not in repository.environments:
            continue
        try:
            plans[name] = plan_from_snapshot(workspace, repository, name).plan.digest
        except Refusal as why:
            unplanned.append(f"{name} could not be planned: {why.message}")
    return plans, tuple(unplanned)
