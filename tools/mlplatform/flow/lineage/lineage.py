"""Lineage, from Git and the ledger alone: only a few documents of a commit are read, and nothing is checked."""

from datetime import UTC, datetime

from pydantic import ValidationError

from mlplatform.core.errors import Refusal
from mlplatform.core.history import History, Pin
from mlplatform.core.hold import declared_digest, holds
from mlplatform.core.kinds import Dataset, Deployment, Model
from mlplatform.core.naming import Kind, path_of
from mlplatform.core.topics import Topic, TopicKind, lineage_topics
from mlplatform.flow.indexed_statements import statements_on
from mlplatform.flow.workspace import Workspace
from mlplatform.load.history import documents_at, history, pinned_since, tip_at
from mlplatform.observe.lineage import (
    DatasetUse,
    DeclaredDeployment,
    DeploymentLineage,
    lineage,
    registration_of,
)


def lineage_of(
    workspace: Workspace, rev: str, environment: str, model: str, at: datetime | None = None
) -> DeploymentLineage:
    """Return the lineage of the version that an environment pins; with `at`, that it pinned at that time.

    The commit in force at that time is found by the committers' clocks along the first-parent history of `rev`. Refusal
    for a time in the future.
    """
    commit = _commit_at(workspace, rev, at)
    body, model_body = _declared_bodies(workspace, commit, environment, model)
    ledger = statements_on(workspace, lineage_topics(environment, model, body.digest), at=at)
    hold = holds(ledger, environment).get((model, body.digest))
    applies = hold and model_body and hold.applies_to(declared_digest(body, model_body))
    names = {*body.from_.data, *(model_body.data.datasets if model_body else ())}
    declared = DeclaredDeployment(
        environment,
        model,
        body,
        tuple(model_body.data.features if model_body else ()),
        _classifications(workspace, commit, names),
        f"since {hold.since}: {hold.reason}" if hold and applies else None,
    )
    path = path_of(Kind.DEPLOYMENT, f"{environment}/{model}")
    since = pinned_since(workspace.git, commit, path, body.version, body.digest)
    return lineage(declared, since, ledger[::-1])


def trained_on(
    workspace: Workspace, rev: str, dataset: str, environment: str | None = None, at: datetime | None = None
) -> tuple[DatasetUse, ...]:
    """Return every version, present or past, that was trained on a data set, newest pin first.

    `environment` None: in any. With `at`, as it was at that time. Refusal for a data set that no document or version
    names.
    """
    commit = _commit_at(workspace, rev, at)
    past = history(workspace.git, commit)
    all_pins = (pin for pins in past.pins.values() for pin in pins)
    pins = [pin for pin in all_pins if environment in (None, pin.environment)]
    paths = {pin: path_of(Kind.DEPLOYMENT, f"{pin.environment}/{pin.model}") for pin in pins}
    documents = documents_at(workspace.git, [(pin.commit, path) for pin, path in paths.items()])
    origins = {pin: documents.get((pin.commit, path), {}).get("from") or {} for pin, path in paths.items()}
    unstated = {(pin.model, pin.digest) for pin, origin in origins.items() if not origin.get("data")}
    topics = {Topic(TopicKind.ORIGIN, "", *version) for version in unstated}
    newest_first = statements_on(workspace, topics, at=at)[::-1]
    registrations = {version: registration_of(*version, newest_first) for version in unstated}
    current = _current_pins(workspace, past)
    uses = []
    for pin in sorted(pins, key=lambda pin: pin.age):
        registration = registrations.get((pin.model, pin.digest))
        data = origins[pin].get("data") or (registration.data if registration else {})
        if dataset in data:
            version = pin.environment, pin.model, pin.version, pin.digest
            uses.append(DatasetUse(*version, data[dataset], pin.commit, pin in current))
    if not uses and not _is_data_set(workspace, commit, dataset):
        raise Refusal(f"there is no data set {dataset}", fix="name one as tenant/name, as its document lies")
    return tuple(uses)


def _is_data_set(workspace: Workspace, commit: str, name: str) -> bool:
    return name.count("/") == 1 and bool(documents_at(workspace.git, [(commit, path_of(Kind.DATASET, name))]))


def _commit_at(workspace: Workspace, rev: str, at: datetime | None) -> str:
    now = datetime.now(UTC)
    if at is None:
        return workspace.git.resolve(rev)
    if at > now:
        raise Refusal(f"{at.isoformat()} is in the future", fix="give a time in the past, or leave out --at")
    return tip_at(workspace.git, rev, at, now)


def _current_pins(workspace: Workspace, past: History) -> set[Pin]:
    """Return the newest pin of every deployment that is still declared."""
    newest = {
        (past.commit, path_of(Kind.DEPLOYMENT, f"{pins[0].environment}/{pins[0].model}")): pins[0]
        for pins in past.pins.values()
    }
    return {newest[at] for at in documents_at(workspace.git, newest)}


def _declared_bodies(
    workspace: Workspace, commit: str, environment: str, model: str
) -> tuple[Deployment, Model | None]:
    """Return what a commit declares of a deployment and its model; Refusal where it is missing or unreadable."""
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
        return body, Model.model_validate(documents[model_at]) if model_at in documents else None
    except ValidationError as error:
        raise Refusal(
            f"the documents of {model} at {commit[:12]} cannot be read: {error.errors()[0]['msg']}",
            where=pinned_at[1],
            fix="run `platform check` there",
        ) from None


def _classifications(workspace: Workspace, commit: str, names: set[str]) -> dict[str, str]:
    places = {(commit, path_of(Kind.DATASET, name)): name for name in names}
    classifications: dict[str, str] = {}
    for place, document in documents_at(workspace.git, places).items():
        try:
            classifications[places[place]] = Dataset.model_validate(document).classification
        except ValidationError:
            continue  # shown as not declared: nobody takes its word
    return classifications
