"""Proposals: one commit on a branch of its own, and on a laptop the merge and the reconcile after it."""

from dataclasses import dataclass

from mlplatform.core.errors import Refusal
from mlplatform.core.naming import Kind
from mlplatform.core.reconciled import Reconciled
from mlplatform.core.repository import Repository
from mlplatform.flow.judge import judge_change, repository_at
from mlplatform.flow.listener import Listener
from mlplatform.flow.past import holds_at, require_not_on_hold
from mlplatform.flow.place import Place, environment_of
from mlplatform.flow.reconcile import reconcile
from mlplatform.load.history import history
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
from mlplatform.propose.rollback import rollback
from mlplatform.providers.registry import connect_registry
from mlplatform.providers.serving import connect_serving


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked for: a model in an environment, on top of a base branch, and why."""

    environment: str
    model: str
    base: str
    reason: str


def propose_deploy(place: Place, asked: Asked, version: str) -> Proposal:
    """Pin a version that the environment's registry holds."""
    base = place.git.resolve(asked.base)
    repository = repository_at(place.git, base)
    settings = environment_of(repository, asked.environment)
    require_first(place.git, base, environment=asked.environment, model=asked.model)
    held = connect_registry(settings, place.paths(asked.environment)).read()
    found = held.find(asked.model, version)
    if found is None:
        raise Refusal(
            f"the registry of {asked.environment} holds no {asked.model} {version}",
            fix=f"register it: platform register {asked.model} {version} --run RUN",
        )
    on_hold = holds_at(place, base, asked.environment)
    require_not_on_hold(on_hold, asked.model, version, found.ref.digest)
    made = found.lineage
    pinned = Pinned(version, found.ref.digest, None, made.run, made.commit, made.data, made.metrics)
    return deploy(
        place.git, base, environment=asked.environment, model=asked.model, version=pinned, reason=asked.reason
    )


def propose_promote(place: Place, asked: Asked) -> Proposal:
    """Pin what the environment before pins."""
    base = place.git.resolve(asked.base)
    proposal = promote(place.git, base, environment=asked.environment, model=asked.model, reason=asked.reason)
    if proposal.pinned:
        pinned = proposal.pinned
        for environment in (source_of(place.git, base, asked.environment), asked.environment):
            on_hold = holds_at(place, base, environment) if environment else {}
            require_not_on_hold(on_hold, asked.model, pinned.version, pinned.digest)
    return proposal


def propose_rollback(place: Place, asked: Asked, to: str | None) -> Proposal:
    """Pin again what the environment pinned before."""
    base = place.git.resolve(asked.base)
    past = history(place.git, base)
    on_hold = holds_at(place, base, asked.environment)
    held = [hold for hold in on_hold.values() if hold.model == asked.model]
    for hold in held:
        if hold.version == to:
            require_not_on_hold(on_hold, asked.model, hold.version, hold.digest)
    return rollback(
        place.git,
        past,
        environment=asked.environment,
        model=asked.model,
        to=to,
        reason=asked.reason,
        excluded_digests=frozenset(hold.digest for hold in held if hold.aliases),
    )


def propose_new(place: Place, kind: str, name: str, base: str, reason: str) -> Proposal:
    """A starting document for a tenant, data set or model."""
    return new(place.git, place.git.resolve(base), kind=Kind(kind), name=name, reason=reason)


def commit(place: Place, proposal: Proposal) -> Proposed:
    """Make the proposal's commit on its branch."""
    return commit_proposal(place.git, proposal)


def apply_locally(place: Place, proposal: Proposal, asked: Asked, listener: Listener) -> Reconciled:
    """Judge the change, merge it into the base branch, and reconcile its environment."""
    repository = repository_at(place.git, proposal.base)
    _assert_local(repository, asked.environment)
    # a target that is down is refused before anything is merged, not after
    connect_serving(environment_of(repository, asked.environment), place.paths(asked.environment)).observe()
    require_mergeable(place.git, proposal, asked.base)
    proposed = commit(place, proposal)
    judged = judge_change(place.git, proposal.base, proposed.commit).repository
    if blocked := judged.blocked(asked.environment, asked.model.split("/")[0]):
        withdraw_proposal(place.git, proposed)
        raise Refusal(f"the change may not be made: {blocked.message}", fix=blocked.fix, where=blocked.where)
    merged = merge_locally(place.git, proposal.branch, asked.base)
    delete_merged_branch(place.git, proposal.branch, asked.base)
    return reconcile(place, repository_at(place.git, merged), asked.environment, listener)


def _assert_local(repository: Repository, environment: str) -> None:
    if environment_of(repository, environment).is_shared:
        raise Refusal(
            f"--apply-locally is for local targets only, and {environment} is not one",
            fix="open a pull request",
        )
