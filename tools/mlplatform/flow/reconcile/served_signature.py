"""As what versions that are about to be loaded are served: by the ledger, else by what was declared of them once."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from mlplatform.core.history import described_at
from mlplatform.core.kinds.model import Signature
from mlplatform.core.naming import Kind, path_of
from mlplatform.core.plan import Action, Plan
from mlplatform.core.repository import Repository
from mlplatform.core.served_signature import ServedSignature, Signatures, Version, proven, refuted
from mlplatform.core.statement import Statement
from mlplatform.load.history import documents_at, history, rewritten
from mlplatform.plan.actual import Actual
from mlplatform.plan.plan import plan
from mlplatform.providers.git import Git


def plan_with_signatures(
    git: Git,
    repository: Repository,
    environment: str,
    target: str,
    actual: Actual,
    known: Sequence[Statement],
    confirmed: Set[str] = frozenset(),
) -> Plan:
    """The plan in which every version is served as it was before. History is read for what is planned and not known."""
    actual = replace(actual, signatures=proven(known))
    made = plan(repository, environment, target, actual, confirmed)
    asked = {
        (change.resource, str(change.after["digest"]))
        for change in made.changes
        if change.action in (Action.LOAD, Action.PROBE) and change.after
    }
    new = asked - actual.signatures.keys()
    found = signatures_of(git, repository, new, known) if new else {}
    if not found:
        return made
    signatures = {**actual.signatures, **found}
    return plan(repository, environment, target, replace(actual, signatures=signatures), confirmed)


def signatures_of(
    git: Git, repository: Repository, asked: Set[Version], known: Sequence[Statement]
) -> Signatures:
    """As what versions are served, of those that anything but the present documents tells of: the ledger, then history.

    In a clone without its whole history, what was pinned before that begins is taken to be as at its beginning.
    """
    found = {version: signed for version, signed in proven(known).items() if version in asked}
    past = _declared(git, repository, asked - found.keys())
    wrong = refuted(known) if past else {}
    return found | {one: said for one, said in past.items() if said not in wrong.get(one, ())}


def _declared(git: Git, repository: Repository, asked: Set[Version]) -> dict[Version, ServedSignature]:
    """What was declared of versions when they were pinned, of the models whose documents were rewritten since."""
    commit = str(repository.commit)
    models = {path_of(Kind.MODEL, model): model for model, _ in asked}
    changed = {models[path] for path in rewritten(git, commit, models)}
    if not changed:
        return {}
    past = history(git, commit, _deployments(repository, changed))
    at = {}
    for model, digest in asked:
        pins = (pin for environment in repository.environments for pin in past.of(environment, model))
        if model in changed and (pinned := described_at(pins, digest)):
            at[model, digest] = pinned, path_of(Kind.MODEL, model)
    documents = documents_at(git, at.values())
    said = {version: _signed(documents.get(where, {})) for version, where in at.items()}
    return {version: signed for version, signed in said.items() if signed}


def _deployments(repository: Repository, models: Iterable[str]) -> list[str]:
    return [
        path_of(Kind.DEPLOYMENT, f"{environment}/{model}")
        for model in sorted(models)
        for environment in sorted(repository.environments)
    ]


def _signed(document: Mapping[str, Any]) -> ServedSignature | None:
    try:
        signature = Signature.model_validate(document["signature"])
        return ServedSignature(str(document["format"]), signature.model_dump(mode="json"))
    except (KeyError, ValidationError):
        return None
