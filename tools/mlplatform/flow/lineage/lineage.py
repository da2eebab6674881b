"""Lineage, from git and the ledger alone: a few documents of a commit are read, and nothing is judged."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from mlplatform.core.errors import Refusal
from mlplatform.core.history import History, Pin
from mlplatform.core.hold import Holds, declared_digest, holds
from mlplatform.core.kinds import Dataset, Deployment, Model
from mlplatform.core.naming import Kind, path_of
from mlplatform.core.statement import Statement
from mlplatform.flow.ledger_queries import statements
from mlplatform.flow.workspace import Workspace
from mlplatform.load.history import documents_at, history, holds_since, tip_at
from mlplatform.observe.lineage import Declared, Lineage, Trained, lineage, made_of

Predicate = Mapping[str, Any]


def lineage_of(
    workspace: Workspace, rev: str, environment: str, model: str, at: datetime | None = None
) -> Lineage:
    """Where what an environment pins comes from; with `at`, what it pinned at that moment of the past.

    Which commit counted then is what the committers' clocks say along the first-parent history of `rev`. Refusal for
    a moment that is still to come.
    """
    commit = _commit_at(workspace, rev, at)
    said = _statements(workspace, at)
    declared = _declared(workspace, commit, environment, model, holds(said, environment))
    path = path_of(Kind.DEPLOYMENT, f"{environment}/{model}")
    past = history(workspace.git, commit, [path])
    pin = holds_since(past, environment, model, declared.body.version, declared.body.digest)
    return lineage(declared, pin.commit if pin else None, _newest_first(said))


def trained_on(
    workspace: Workspace, rev: str, dataset: str, environment: str | None = None, at: datetime | None = None
) -> tuple[Trained, ...]:
    """Every version that an environment (None: any) pins or pinned and that a data set went into, newest pins first.

    With `at`, as it was at that moment of the past. Refusal for a data set that nobody ever heard of.
    """
    commit = _commit_at(workspace, rev, at)
    past = history(workspace.git, commit)
    said = _newest_first(_statements(workspace, at))
    every = (pin for found in past.pins.values() for pin in found)
    pins = [pin for pin in every if environment in (None, pin.environment)]
    paths = {pin: path_of(Kind.DEPLOYMENT, f"{pin.environment}/{pin.model}") for pin in pins}
    documents = documents_at(workspace.git, [(pin.commit, path) for pin, path in paths.items()])
    made = {digest: made_of(digest, said) or {} for digest in {pin.digest for pin in pins}}
    standing = _standing(workspace, past)
    found = []
    for pin in sorted(pins, key=lambda pin: pin.age):
        origin = documents.get((pin.commit, paths[pin]), {}).get("from") or {}
        data = origin.get("data") or made[pin.digest].get("data") or {}
        if dataset in data:
            where = pin.environment, pin.model, pin.version, pin.digest
            found.append(Trained(*where, data[dataset], pin.commit, pin in standing))
    if not found and not _is_data_set(workspace, commit, dataset):
        raise Refusal(f"there is no data set {dataset}", fix="name one as tenant/name, as its document lies")
    return tuple(found)


def _is_data_set(workspace: Workspace, commit: str, name: str) -> bool:
    return name.count("/") == 1 and bool(documents_at(workspace.git, [(commit, path_of(Kind.DATASET, name))]))


def _commit_at(workspace: Workspace, rev: str, at: datetime | None) -> str:
    now = datetime.now(UTC)
    if at is None:
        return workspace.git.resolve(rev)
    if at > now:
        raise Refusal(
            f"{at.isoformat()} is still to come", fix="ask for a moment of the past, or without --at"
        )
    return tip_at(workspace.git, rev, at, now)


def _standing(workspace: Workspace, past: History) -> set[Pin]:
    """The newest pin of every deployment that is still declared."""
    newest = {
        (past.commit, path_of(Kind.DEPLOYMENT, f"{pins[0].environment}/{pins[0].model}")): pins[0]
        for pins in past.pins.values()
    }
    return {newest[at] for at in documents_at(workspace.git, newest)}


def _declared(workspace: Workspace, commit: str, environment: str, model: str, known: Holds) -> Declared:
    """What is declared of a deployment at a commit; Refusal where it is not, or not readable."""
    pinned_at = (commit, path_of(Kind.DEPLOYMENT, f"{environment}/{model}"))
    model_at = (commit, path_of(Kind.MODEL, model))
    documents = documents_at(workspace.git, [pinned_at, model_at])
    if pinned_at not in documents:
        raise Refusal(
            f"{environment} pins no {model} at {commit[:12]}",
            fix="run `platform status` to see what is where",
        )
    try:
        body = Deployment.model_validate(documents[pinned_at])
        about = Model.model_validate(documents[model_at]) if model_at in documents else None
    except ValidationError as wrong:
        raise Refusal(
            f"the documents of {model} at {commit[:12]} cannot be read: {wrong.errors()[0]['msg']}",
            where=pinned_at[1],
            fix="run `platform check` there",
        ) from None
    names = {*body.from_.data, *(about.data.datasets if about else ())}
    hold = known.get((model, body.digest))
    is_held = hold and about and hold.applies_to(declared_digest(body, about))
    return Declared(
        environment,
        model,
        body,
        tuple(about.data.features if about else ()),
        _classes(workspace, commit, names),
        f"since {hold.since}: {hold.reason}" if hold and is_held else None,
    )


def _classes(workspace: Workspace, commit: str, names: set[str]) -> dict[str, str]:
    at = {(commit, path_of(Kind.DATASET, name)): name for name in names}
    found: dict[str, str] = {}
    for where, said in documents_at(workspace.git, at).items():
        try:
            found[at[where]] = Dataset.model_validate(said).classification
        except ValidationError:
            continue  # shown as not declared: nobody takes its word
    return found


def _statements(workspace: Workspace, at: datetime | None) -> tuple[Statement, ...]:
    """The ledger, oldest first, without what was recorded after a moment."""
    return tuple(one for one in statements(workspace) if at is None or _recorded(one.predicate) <= at)


def _newest_first(said: Sequence[Statement]) -> tuple[Predicate, ...]:
    return tuple(one.predicate for one in reversed(said))


def _recorded(said: Predicate) -> datetime:
    try:
        when = datetime.fromisoformat(str(said.get("recordedAt")))
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)
    return when if when.tzinfo else when.replace(tzinfo=UTC)
