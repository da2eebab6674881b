"""Proposes to declare what was changed by hand."""

from mlplatform.core.errors import Refusal
from mlplatform.core.payload import short_digest
from mlplatform.core.repository import Repository
from mlplatform.flow.drift.drift import find_drift
from mlplatform.flow.ledger_queries import holds_in, require_not_on_hold
from mlplatform.flow.workspace import Workspace, environment_of
from mlplatform.observe.adoptable import Adoptable, adoptable
from mlplatform.propose.adopt import Adopted, Adoption, adopt
from mlplatform.propose.branch import commit_proposal
from mlplatform.propose.pinned import Pinned
from mlplatform.providers.registry import connect_registry
from mlplatform.providers.registry.interface import RegistryState


def adopt_drift(
    workspace: Workspace,
    repository: Repository,
    environment: str,
    base: str,
    reason: str,
    *,
    deep: bool = False,
) -> Adopted:
    """Write the documents that would make reality the declaration, as one commit on a branch of its own.

    Refusal when nothing was changed, or nothing of it can be declared.
    """
    drifted = find_drift(workspace, repository, environment, deep=deep)
    if not drifted.drifts:
        raise Refusal(f"nothing was changed by hand in {environment}", fix="nothing to do")
    chosen, refused = adoptable(drifted.drifts, drifted.running())
    if not chosen:
        raise Refusal(
            f"none of it can be declared: {'; '.join(refused)}",
            fix=f"put it back: platform drift --env {environment} --revert",
        )
    held = connect_registry(environment_of(repository, environment), workspace.paths(environment)).read()
    adoptions = [_adoption(workspace, environment, one, held) for one in chosen]
    proposal = adopt(
        workspace.git,
        workspace.git.resolve(base),
        environment=environment,
        adoptions=adoptions,
        reason=reason,
    )
    return Adopted(environment, commit_proposal(workspace.git, proposal), proposal.title, refused)


def _adoption(workspace: Workspace, environment: str, one: Adoptable, held: RegistryState) -> Adoption:
    why = tuple(drift.message for drift in one.drifts)
    if one.version is None:
        return Adoption(one.model, None, one.instances, why)
    found = held.find(one.model, one.version)
    digests = {drift.digest for drift in one.drifts if drift.found == one.version and drift.digest}
    if found is None or digests != {found.ref.digest}:
        served = ", ".join(short_digest(digest) for digest in sorted(digests)) or "nothing"
        raise Refusal(
            f"the registry of {environment} does not hold {one.model} {one.version} as {served}",
            fix=f"put it back: platform drift --env {environment} --revert",
        )
    require_not_on_hold(holds_in(workspace, environment), one.model, one.version, found.ref.digest)
    made = found.lineage
    pinned = Pinned(one.version, found.ref.digest, None, made.run, made.commit, made.data, made.metrics)
    return Adoption(one.model, pinned, one.instances, why)
