"""Proposals: one commit on a branch of its own, and on a laptop the merge and the reconcile after it."""

from dataclasses import dataclass

from mlplatform.core.check_result import CheckResult
from mlplatform.core.errors import Refusal
from mlplatform.core.naming import Kind
from mlplatform.core.reconciled import Reconciled
from mlplatform.core.repository import Repository
from mlplatform.core.version_words import require_version
from mlplatform.flow.check.run_check import check_change, load_repository
from mlplatform.flow.progress import ProgressReporter
from mlplatform.flow.reconcile.reconcile import reconcile
from mlplatform.flow.rollback.holds import holds_at, require_not_on_hold
from mlplatform.flow.workspace import Workspace, environment_of
from mlplatform.propose.branch import (
    Proposed,
    commit_proposal,
    delete_merged_branch,
    withdraw_proposal,
)
from mlplatform.propose.deploy import deploy, require_first
from mlplatform.propose.merge import merge_locally, require_mergeable
from mlplatform.propose.new import new
from mlplatform.propose.pinned import Pinned
from mlplatform.propose.promote import promote, source_of
from mlplatform.propose.proposal import Proposal
from mlplatform.providers.registry import connect_registry
from mlplatform.providers.serving import connect_serving


@dataclass(frozen=True, slots=True)
class ProposalRequest:
    """What a person asked for: a model in an environment, on top of a base branch, and why."""

    environment: str
    model: str
    base: str
    reason: str


def propose_deploy(workspace: Workspace, asked: ProposalRequest, version: str) -> Proposal:
    """Pin a version that the environment's registry holds."""
    require_version(version)
    base = workspace.git.resolve(asked.base)
    repository = load_repository(workspace.git, base)
    settings = environment_of(repository, asked.environment)
    require_first(workspace.git, base, environment=asked.environment, model=asked.model)
    held = connect_registry(settings, workspace.paths(asked.environment)).read()
    registered = held.find(asked.model, version)
    if registered is None:
        raise Refusal(
            f"the registry of {asked.environment} holds no {asked.model} {version}",
            fix=f"register it: platform register {asked.model} {version} --run RUN",
        )
    on_hold = holds_at(workspace, base, asked.environment)
    require_not_on_hold(on_hold, asked.model, version, registered.ref.digest)
    lineage = registered.lineage
    pinned = Pinned(
        version, registered.ref.digest, None, lineage.run, lineage.commit, lineage.data, lineage.metrics
    )
    return deploy(
        workspace.git,
        base,
        environment=asked.environment,
        model=asked.model,
        version=pinned,
        reason=asked.reason,
    )


def propose_promote(workspace: Workspace, asked: ProposalRequest) -> Proposal:
    """Pin what the environment before pins."""
    base = workspace.git.resolve(asked.base)
    proposal = promote(
        workspace.git, base, environment=asked.environment, model=asked.model, reason=asked.reason
    )
    if proposal.pinned:
        pinned = proposal.pinned
        for environment in (source_of(workspace.git, base, asked.environment), asked.environment):
            on_hold = holds_at(workspace, base, environment) if environment else {}
            require_not_on_hold(on_hold, asked.model, pinned.version, pinned.digest)
    return proposal


def propose_new(workspace: Workspace, kind: str, name: str, base: str, reason: str) -> Proposal:
    """A starting document for a tenant, data set or model."""
    return new(workspace.git, workspace.git.resolve(base), kind=Kind(kind), name=name, reason=reason)


def commit(workspace: Workspace, proposal: Proposal) -> Proposed:
    """Make the proposal's commit on its branch."""
    return commit_proposal(workspace.git, proposal)


def check_proposed(workspace: Workspace, base: str, proposed: Proposed) -> CheckResult:
    """Check a proposal as its pull request will be checked, without the approvals that it does not have yet."""
    try:
        return check_change(workspace.git, base, proposed.commit)
    except Refusal as why:
        raise Refusal(
            f"branch {proposed.branch} is ready for review, but cannot be checked: {why.message}",
            fix=why.fix or f"platform check --base {base[:12]} --head {proposed.branch}",
            where=why.where,
        ) from why


def apply_locally(
    workspace: Workspace, proposal: Proposal, asked: ProposalRequest, progress: ProgressReporter
) -> Reconciled:
    """Judge the change, merge it into the base branch, and reconcile its environment."""
    repository = load_repository(workspace.git, proposal.base)
    _assert_local(repository, asked.environment)
    # a target that is down is refused before anything is merged, not after
    connect_serving(
        environment_of(repository, asked.environment), workspace.paths(asked.environment)
    ).observe()
    require_mergeable(workspace.git, proposal, asked.base)
    proposed = commit(workspace, proposal)
    judged = check_change(workspace.git, proposal.base, proposed.commit).repository
    if blocked := judged.blocked(asked.environment, asked.model.split("/")[0]):
        withdraw_proposal(workspace.git, proposed)
        raise Refusal(f"the change may not be made: {blocked.message}", fix=blocked.fix, where=blocked.where)
    merged = merge_locally(workspace.git, proposal.branch, asked.base)
    delete_merged_branch(workspace.git, proposal.branch, asked.base)
    return reconcile(workspace, load_repository(workspace.git, merged), asked.environment, progress)


def _assert_local(repository: Repository, environment: str) -> None:
    if environment_of(repository, environment).is_shared:
        raise Refusal(
            f"--apply-locally is for local targets only, and {environment} is not one",
            fix="open a pull request",
        )
