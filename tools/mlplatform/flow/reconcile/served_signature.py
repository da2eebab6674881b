"""Finds the signature and format that a version is served with: by the ledger, else by what was declared once."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from mlplatform.core.history import described_at
from mlplatform.core.kinds.model import Signature
from mlplatform.core.naming import Kind, path_of
from mlplatform.core.plan import Action, Plan
from mlplatform.core.records.statement import Statement
from mlplatform.core.repository import Repository
from mlplatform.core.served_signature import ServedSignature, Signatures, Version, proven, refuted
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
    ledger: Sequence[Statement],
    confirmed: Set[str] = frozenset(),
) -> Plan:
    """Plan with every version served under its own signature, whatever the model's document says now.

    History is read only for planned versions that the ledger does not know.
    """
    actual = replace(actual, signatures=proven(ledger))
    draft = plan(repository, environment, target, actual, confirmed)
    versions = {
        (change.resource, str(change.after["digest"]))
        for change in draft.changes
        if change.action in (Action.LOAD, Action.PROBE) and change.after
    }
    unproven = versions - actual.signatures.keys()
    recovered = signatures_of(git, repository, unproven, ledger) if unproven else {}
    if not recovered:
        return draft
    signatures = {**actual.signatures, **recovered}
    return plan(repository, environment, target, replace(actual, signatures=signatures), confirmed)


def signatures_of(
    git: Git, repository: Repository, versions: Set[Version], ledger: Sequence[Statement]
) -> Signatures:
    """Return the signatures of versions that differ from the present documents, by ledger, then by history.

    In a clone with shortened history, what was pinned before it begins is taken to be as at its beginning.
    """
    signatures = {version: signature for version, signature in proven(ledger).items() if version in versions}
    declared = _declared_signatures(git, repository, versions - signatures.keys())
    refuted_signatures = refuted(ledger) if declared else {}
    return signatures | {
        version: signature
        for version, signature in declared.items()
        if signature not in refuted_signatures.get(version, ())
    }


def _declared_signatures(
    git: Git, repository: Repository, versions: Set[Version]
) -> dict[Version, ServedSignature]:
    """Return the signatures that were declared when versions were pinned, where documents changed since."""
    commit = str(repository.commit)
    models = {path_of(Kind.MODEL, model): model for model, _ in versions}
    changed = {models[path] for path in rewritten(git, commit, models)}
    if not changed:
        return {}
    past = history(git, commit, _deployments(repository, changed))
    places = {}
    for model, digest in versions:
        pins = (pin for environment in repository.environments for pin in past.of(environment, model))
        if model in changed and (pinned := described_at(pins, digest)):
            places[model, digest] = pinned, path_of(Kind.MODEL, model)
    documents = documents_at(git, places.values())
    signatures = {version: _parse_signature(documents.get(place, {})) for version, place in places.items()}
    return {version: signature for version, signature in signatures.items() if signature}


def _deployments(repository: Repository, models: Iterable[str]) -> list[str]:
    return [
        path_of(Kind.DEPLOYMENT, f"{environment}/{model}")
        for model in sorted(models)
        for environment in sorted(repository.environments)
    ]


def _parse_signature(document: Mapping[str, Any]) -> ServedSignature | None:
    try:
        signature = Signature.model_validate(document["signature"])
        return ServedSignature.of(str(document["format"]), signature)
    except (KeyError, ValidationError):
        return None
