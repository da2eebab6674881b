"""Proposes to declare in Git what was changed by hand."""

from mlplatform.core.errors import Refusal
from mlplatform.core.payload import short_digest
from mlplatform.core.repository import Repository
from mlplatform.flow.drift.drift import find_drift
from mlplatform.flow.rollback.holds import holds_in, require_not_on_hold
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
    """Commit the documents that declare what runs now, on a branch of its own.

    Refusal when nothing was changed by hand, or nothing of it can be declared.
    """
    drifted = find_drift(workspace, repository, environment, deep=deep)
    if not drifted.drifts:
        raise Refusal(f"nothing was changed by hand in {environment}", fix="nothing to do")
    chosen, refused = adoptable(drifted.drifts, drifted.running())
    if not chosen:
        raise Refusal(
            f"none of it can be declared: {'; '.join(refused)}",
            fix=f"undo it: platform drift --env {environment} --revert",
        )
    registry = connect_registry(environment_of(repository, environment), workspace.paths(environment)).read()
    adoptions = [_adoption(workspace, environment, change, registry) for change in chosen]
    proposal = adopt(
        workspace.git,
        workspace.git.resolve(base),
        environment=environment,
        adoptions=adoptions,
        reason=reason,
    )
    return Adopted(
        environment, commit_proposal(workspace.git, proposal), proposal.title, refused, proposal.base
    )


def _adoption(workspace: Workspace, environment: str, change: Adoptable, registry: RegistryState) -> Adoption:
    reasons = tuple(drift.message for drift in change.drifts)
    if change.version is None:
        return Adoption(change.model, None, change.instances, reasons)
    registered = registry.find(change.model, change.version)
    digests = {drift.digest for drift in change.drifts if drift.actual == change.version and drift.digest}
    if registered is None or digests != {registered.ref.digest}:
        served = ", ".join(short_digest(digest) for digest in sorted(digests)) or "nothing"
        raise Refusal(
            f"the registry of {environment} does not hold {change.model} {change.version} as {served}",
            fix=f"undo it: platform drift --env {environment} --revert",
        )
    require_not_on_hold(holds_in(workspace, environment), change.model, change.version, registered.ref.digest)
    lineage = registered.lineage
    pinned = Pinned(
        change.version,
        registered.ref.digest,
        None,
        lineage.run,
        lineage.commit,
        lineage.data,
        lineage.metrics,
    )
    return Adoption(change.model, pinned, change.instances, reasons)
