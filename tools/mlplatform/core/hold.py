"""Versions that must not be tried again until their documents change: read from the ledger, never from a document."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mlplatform.core.document import Document
from mlplatform.core.kinds import Deployment, Model
from mlplatform.core.outcome import Result
from mlplatform.core.plan import Action
from mlplatform.core.repository import Repository
from mlplatform.core.statement import DEPLOYMENT, HOLD, RETRY, Statement

Predicate = Mapping[str, Any]
Aliases = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Hold:
    """A version that failed in an environment, why, and since when (as the ledger's writer's clock said).

    `documents` is the digest of what was declared when it failed; `aliases` what the registry's aliases were before,
    or nothing where they were not to change: it was champion already. A `lasting` one, which people set, holds
    whatever becomes of the documents.
    """

    environment: str
    model: str
    version: str
    digest: str
    documents: str
    aliases: Aliases
    reason: str
    since: str
    lasting: bool = False

    def applies_to(self, documents: str) -> bool:
        """Whether it holds for what is declared so (`documents_digest`)."""
        return self.lasting or self.documents == documents


Holds = Mapping[tuple[str, str], Hold]
_SAID = ("environment", "model", "version", "digest", "documents", "reason", "lasting")


def holds(oldest_first: Iterable[Statement], environment: str) -> Holds:
    """What is on hold in an environment, by model and digest.

    A failed change of a deployment puts its version on hold; a version that becomes champion, or that somebody wants
    to be tried again, is on hold no longer. Undoing what was changed by hand says nothing of a version.
    """
    found: dict[tuple[str, str], Hold] = {}
    for statement in oldest_first:
        said = statement.predicate
        if said.get("environment") != environment or said.get("late"):
            continue
        if statement.predicate_type == RETRY:
            found.pop((said["model"], said["digest"]), None)
        elif statement.predicate_type == HOLD:
            hold = _stated(said)
            found[hold.model, hold.digest] = hold
        elif statement.predicate_type == DEPLOYMENT and "undoing" not in said:
            put_back = {one["resource"] for one in said.get("refused", ()) if one.get("held")}
            for model, outcomes in _by_model(said["outcomes"]).items():
                if model not in put_back:  # to put back what ran before says nothing about that
                    _replay(found, said, model, outcomes)
    return found


def hold_statement(hold: Hold, fence: int) -> Statement:
    """That a version failed, said before the apply it failed in has ended: another machine must not try it again."""
    said = {name: getattr(hold, name) for name in _SAID} | {"aliases": dict(hold.aliases), "fence": fence}
    return Statement({f"{hold.environment}/{hold.model}@{hold.version}": hold.digest}, HOLD, said)


def _stated(said: Predicate) -> Hold:
    stated = {name: said[name] for name in _SAID}
    return Hold(**stated, aliases=said["aliases"], since=said.get("recordedAt", ""))


def hold_on(
    known: Holds, repository: Repository, environment: str, document: Document[Deployment]
) -> Hold | None:
    """The hold on what a document pins, while the documents are what they were when it failed."""
    name = document.name.split("/", 1)[1]
    hold = known.get((name, document.body.digest))
    if hold is None or name not in repository.models:
        return None
    return hold if hold.applies_to(documents_digest(repository, environment, name)) else None


def documents_digest(repository: Repository, environment: str, model: str) -> str:
    return declared_digest(repository.deployments[environment][model].body, repository.models[model].body)


def declared_digest(deployment: Deployment, model: Model) -> str:
    """`sha256:` over what is declared of a deployment, without comments and order: its document, and of its model's
    what the servers are told. Another description repairs nothing."""
    said = [
        deployment.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        model.model_dump(mode="json", by_alias=True, include={"type", "format", "signature"}),
    ]
    return f"sha256:{hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()}"


def _by_model(outcomes: Iterable[Predicate]) -> dict[str, list[Predicate]]:
    found: dict[str, list[Predicate]] = {}
    for outcome in outcomes:
        found.setdefault(outcome["resource"], []).append(outcome)
    return found


def _replay(
    found: dict[tuple[str, str], Hold], said: Predicate, model: str, outcomes: list[Predicate]
) -> None:
    pinned = next((o["after"] for o in reversed(outcomes) if o["after"] and "digest" in o["after"]), None)
    if pinned is None:
        return  # taken out: there is no version to blame
    key = model, pinned["digest"]
    failed = next((o for o in outcomes if _is_failure(o)), None)
    champion = next((o for o in outcomes if o["action"] == Action.CHAMPION.value), None)
    if failed is not None:
        before = champion["before"] or {} if champion else None
        found[key] = Hold(
            said["environment"],
            model,
            _version(pinned),
            pinned["digest"],
            said.get("documents", {}).get(model, ""),
            {} if before is None else {alias: before.get(alias) for alias in ("champion", "previous")},
            f"{failed['action']}: {failed.get('reason', '')}",
            said.get("recordedAt", ""),
        )
    elif all(o["result"] == Result.APPLIED.value for o in outcomes if o["action"] != Action.RETIRE.value):
        found.pop(key, None)


def _is_failure(outcome: Predicate) -> bool:
    """What is left to unload is no reason to distrust the version that answers."""
    return bool(outcome["result"] == Result.FAILED.value and outcome["action"] != Action.RETIRE.value)


def _version(pinned: Predicate) -> str:
    return str(pinned.get("version") or pinned.get("champion"))
