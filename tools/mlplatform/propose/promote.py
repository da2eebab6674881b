"""`platform promote`: what one environment pins, into the next."""

from mlplatform.core.errors import Refusal
from mlplatform.propose.base_commit import BaseCommit
from mlplatform.propose.pin import PinRequest, pin
from mlplatform.propose.pinned import read_pinned
from mlplatform.propose.proposal import Proposal
from mlplatform.providers.git import Git


def promote(git: Git, base: str, *, environment: str, model: str, reason: str = "") -> Proposal:
    """Pin in an environment what the one it promotes from pins at the commit `base`.

    A deployment that is new there runs as it does in the source. Refusal when the source pins nothing, or the
    environment pins the same already.
    """
    at = BaseCommit(git, base)
    path = at.deployment_path(environment, model)
    source = at.promotes_from(environment)
    if source is None:
        raise Refusal(
            f"nothing is promoted into {environment}, the first environment",
            fix=f"`platform deploy {model} VERSION --env {environment}`",
        )
    source_path = at.deployment_path(source, model)
    source_text = at.text(source_path)
    if source_text is None:
        first = at.promotes_from(source) is None
        command = f"deploy {model} VERSION --env {source}" if first else f"promote {model} --to {source}"
        raise Refusal(
            f"{source} pins no version of {model}", where=source_path, fix=f"first `platform {command}`"
        )
    version = read_pinned(source_text, source_path).promoted_from(source)
    how = f"promotion from {source}"
    request = PinRequest("promote", environment, model, version, base, how, reason)
    return pin(request, at.text(path), running_from=source_text)


def source_of(git: Git, base: str, environment: str) -> str | None:
    """The environment that one promotes from at a commit; None for the first one."""
    return BaseCommit(git, base).promotes_from(environment)
