"""`platform deploy`: a registered version into the first environment."""

from mlplatform.core.errors import Refusal
from mlplatform.propose.base_commit import BaseCommit
from mlplatform.propose.pin import PinRequest, pin
from mlplatform.propose.pinned import Pinned
from mlplatform.propose.proposal import Proposal
from mlplatform.providers.git import Git


def deploy(
    git: Git, base: str, *, environment: str, model: str, version: Pinned, reason: str = ""
) -> Proposal:
    """Pin a version, as the environment's registry holds it, where nothing is promoted into.

    `base` is a commit. Refusal when the environment takes promotions only, or pins the version already.
    """
    require_first(git, base, environment=environment, model=model)
    at = BaseCommit(git, base)
    path = at.deployment_path(environment, model)
    request = PinRequest("deploy", environment, model, version, base, "deployment", reason)
    return pin(request, at.text(path))


def require_first(git: Git, base: str, *, environment: str, model: str) -> None:
    """Refusal when an environment takes promotions only: its registry then need not be asked for a version."""
    if source := BaseCommit(git, base).promotes_from(environment):
        raise Refusal(
            f"{environment} takes only what {source} pins",
            fix=f"deploy to the first environment, then `platform promote {model} --to {environment}`",
        )
