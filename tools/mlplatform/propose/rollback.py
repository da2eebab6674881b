"""`platform rollback`: back to a version that the environment pinned before."""

from collections.abc import Sequence, Set

from mlplatform.core.errors import Refusal
from mlplatform.core.history import History, Pin
from mlplatform.propose.base_commit import BaseCommit
from mlplatform.propose.pin import PinRequest, pin
from mlplatform.propose.pinned import Pinned, read_pinned
from mlplatform.propose.proposal import Proposal
from mlplatform.providers.git import Git


def rollback(
    git: Git,
    history: History,
    *,
    environment: str,
    model: str,
    to: str | None = None,
    reason: str = "",
    excluded_digests: Set[str] = frozenset(),
) -> Proposal:
    """Pin again what the environment pinned before, with the digest, origin and metrics that it had then.

    `history` is that of the commit to build on. `to` is a version; None is the one that the present one followed.
    How the deployment runs stays as it is now. Refusal in a shallow clone, for what was never pinned there, and for
    the `excluded_digests`, which are on hold.
    """
    at = BaseCommit(git, history.commit)
    path = at.deployment_path(environment, model)
    text = at.text(path)
    if text is None:
        raise Refusal(
            f"{environment} pins no version of {model}, so there is nothing to roll back",
            fix=f"`{_suggest_command(at, environment, model)}` brings it there",
        )
    if not history.complete:
        raise Refusal(
            "this clone is shallow, so what was pinned before cannot be known", fix="`git fetch --unshallow`"
        )
    now = read_pinned(text, path)
    pins = tuple(
        pin
        for pin in history.of(environment, model)
        if pin.digest not in excluded_digests or pin.digest == now.digest
    )
    chosen = _named(pins, to, environment, model) if to else _previous(pins, now)
    if chosen is None:
        raise Refusal(
            f"{environment} pinned nothing of {model} before {now.version}",
            fix=f"pin another version: `{_suggest_command(at, environment, model)}`",
        )
    request = PinRequest(
        "rollback",
        environment,
        model,
        _pin_at(git, chosen, path),
        history.commit,
        "rollback",
        reason,
        (("pinned before by commit", chosen.commit),),
    )
    return pin(request, text)


def _named(pins: Sequence[Pin], version: str, environment: str, model: str) -> Pin:
    for pin_ in pins:
        if pin_.version == version:
            return pin_
    versions = ", ".join(dict.fromkeys(each.version for each in pins))
    raise Refusal(f"{environment} never pinned {model} {version}", fix=f"choose one that it did: {versions}")


def _suggest_command(at: BaseCommit, environment: str, model: str) -> str:
    if at.promotes_from(environment) is None:
        return f"platform deploy {model} VERSION --env {environment}"
    return f"platform promote {model} --to {environment}"


def _previous(pins: Sequence[Pin], now: Pinned) -> Pin | None:
    """Return the version pinned before the present one first came; None when there was none.

    Going back to a version undoes all that came after it: the one that a rollback left is not chosen again.
    """
    followed: list[Pin] = []
    for each in reversed(pins):
        same = [index for index, old in enumerate(followed) if _is_same(old, each)]
        followed = [*followed[: same[0]], each] if same else [*followed, each]
    while followed and (followed[-1].version, followed[-1].digest) == (now.version, now.digest):
        followed.pop()
    return followed[-1] if followed else None


def _is_same(pin: Pin, other: Pin) -> bool:
    return (pin.version, pin.digest) == (other.version, other.digest)


def _pin_at(git: Git, chosen: Pin, path: str) -> Pinned:
    text = BaseCommit(git, chosen.commit).text(path)
    then = read_pinned(text, path) if text is not None else None
    if then is None or (then.version, then.digest) != (chosen.version, chosen.digest):
        raise RuntimeError(
            f"history says that {chosen.commit} pinned {chosen.version} in {path}, the file does not"
        )
    return then
