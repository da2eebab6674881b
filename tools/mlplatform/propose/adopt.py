"""`platform drift --adopt`: a change made by hand becomes the declared state, once somebody has reviewed it."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mlplatform.core.errors import Refusal
from mlplatform.propose.base_commit import BaseCommit
from mlplatform.propose.branch import Proposed
from mlplatform.propose.edit import edit
from mlplatform.propose.message import Fact, message_of, pinned_facts
from mlplatform.propose.pinned import Pinned, read_pinned
from mlplatform.propose.proposal import Proposal
from mlplatform.propose.yaml_edit import put
from mlplatform.providers.git import Git


@dataclass(frozen=True, slots=True)
class Adoption:
    """The change to one deployment's document: another version, another number of instances, or both."""

    model: str
    pinned: Pinned | None
    instances: int | None
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Adopted:
    """The branch that declares what is in an environment, what of it cannot be declared, and its base commit."""

    environment: str
    proposed: Proposed
    title: str
    refused: tuple[str, ...]
    base: str


def adopt(
    git: Git, base: str, *, environment: str, adoptions: Sequence[Adoption], reason: str = ""
) -> Proposal:
    """One commit on top of the commit `base` that declares what is there; comments and order stay.

    Refusal where a document is not there, or where all of it is declared already.
    """
    at = BaseCommit(git, base)
    source = at.promotes_from(environment)
    files: dict[str, bytes] = {}
    facts: list[Fact] = []
    for adoption in adoptions:
        path = at.deployment_path(environment, adoption.model)
        text = at.text(path)
        if text is None:
            raise Refusal(
                f"{environment} declares no {adoption.model}, so there is no document to adopt into",
                fix=f"undo it: platform drift --env {environment} --revert",
            )
        after = _edited(text, adoption, source, path)
        if after != text:
            files[path] = after.encode()
            facts += _facts(text, adoption, path)
    if not files:
        raise Refusal(
            "what was changed by hand is what the base declares",
            fix=f"nothing to adopt: platform apply --env {environment}",
        )
    title = _title(environment, adoptions)
    return Proposal(_branch(environment, files), title, message_of(title, facts, reason), files, base)


def _edited(text: str, adoption: Adoption, source: str | None, path: str) -> str:
    now = read_pinned(text, path)
    if adoption.pinned and not now.is_same_version(adoption.pinned):
        pinned = adoption.pinned.promoted_from(source) if source else adoption.pinned
        text = edit(text, pinned, path)
    if adoption.instances is not None:
        text = put(text, ("serving", "instances"), adoption.instances, where=path)
    read_pinned(text, path)
    return text


def _facts(text: str, adoption: Adoption, path: str) -> Iterator[Fact]:
    for why in adoption.why:
        yield adoption.model, why
    if adoption.pinned:
        yield from pinned_facts(read_pinned(text, path), adoption.pinned)
    if adoption.instances is not None:
        yield "instances", str(adoption.instances)


def _title(environment: str, adoptions: Sequence[Adoption]) -> str:
    what = [
        f"{adoption.model} {adoption.pinned.version if adoption.pinned else f'{adoption.instances} instances'}"
        for adoption in adoptions
    ]
    models = ", ".join(what) if len(what) < 4 else f"{len(what)} models"
    return f"{environment}: {models} (adopted: it was changed by hand)"


def _branch(environment: str, files: dict[str, bytes]) -> str:
    """Return the name of the branch: the same for the same content."""
    digest = hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()[:12]
    return f"adopt/{environment}/{digest}"
