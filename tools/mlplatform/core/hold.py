"""Holds: versions that must not be tried again until their documents change, read from the ledger."""

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
    """A version that failed in an environment, why, and since when (by the clock of the run that recorded it).

    `documents` is the digest of what was declared when the version failed. `aliases` are the registry's aliases before
    that, empty when they were not to change because the version was champion already. A `lasting` hold, which people
    set, stays whatever becomes of the documents.
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
        """True when the hold applies to documents with this digest (`documents_digest`)."""
        return self.lasting or self.documents == documents


Holds = Mapping[tuple[str, str], Hold]
_FIELDS = ("environment", "model", "version", "digest", "documents", "reason", "lasting")


def holds(oldest_first: Iterable[Statement], environment: str) -> Holds:
    """Return the versions on hold in an environment, by model and digest.

    A failed change of a deployment puts its version on hold. The hold ends when the version becomes champion, or when
    somebody retries it. `platform drift --revert` neither starts nor ends a hold.
    """
    on_hold: dict[tuple[str, str], Hold] = {}
    for statement in oldest_first:
        predicate = statement.predicate
        if predicate.get("environment") != environment or predicate.get("late"):
            continue
        if statement.predicate_type == RETRY:
            on_hold.pop((predicate["model"], predicate["digest"]), None)
        elif statement.predicate_type == HOLD:
            hold = _read_hold(predicate)
            on_hold[hold.model, hold.digest] = hold
        elif statement.predicate_type == DEPLOYMENT and "undoing" not in predicate:
            restored = {
                refused["resource"] for refused in predicate.get("refused", ()) if refused.get("held")
            }
            for model, outcomes in _by_model(predicate["outcomes"]).items():
                if model not in restored:  # restoring the version before says nothing about that version
                    _replay(on_hold, predicate, model, outcomes)
    return on_hold


def hold_statement(hold: Hold, fence: int) -> Statement:
    """Return the record of a hold, written while the apply still runs, so that no other machine tries the version."""
    predicate = {name: getattr(hold, name) for name in _FIELDS} | {
        "aliases": dict(hold.aliases),
        "fence": fence,
    }
    return Statement({f"{hold.environment}/{hold.model}@{hold.version}": hold.digest}, HOLD, predicate)


def _read_hold(predicate: Predicate) -> Hold:
    fields = {name: predicate[name] for name in _FIELDS}
    return Hold(**fields, aliases=predicate["aliases"], since=predicate.get("recordedAt", ""))


def hold_on(
    on_hold: Holds, repository: Repository, environment: str, document: Document[Deployment]
) -> Hold | None:
    """Return the hold on the version that a document pins; None when there is none, or the documents have changed."""
    name = document.name.split("/", 1)[1]
    hold = on_hold.get((name, document.body.digest))
    if hold is None or name not in repository.models:
        return None
    return hold if hold.applies_to(documents_digest(repository, environment, name)) else None


def documents_digest(repository: Repository, environment: str, model: str) -> str:
    return declared_digest(repository.deployments[environment][model].body, repository.models[model].body)


def declared_digest(deployment: Deployment, model: Model) -> str:
    """Return `sha256:` over a deployment's document and what servers need of its model's: type, format and signature.

    What it is probed with counts as well. Comments, the order of keys, and a model's other keys such as its description
    do not.
    """
    declared = [
        deployment.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        model.model_dump(mode="json", by_alias=True, include={"type", "format", "signature"}),
        *([model.probe.model_dump(mode="json")] if model.probe else []),
    ]
    return f"sha256:{hashlib.sha256(json.dumps(declared, sort_keys=True).encode()).hexdigest()}"


def _by_model(outcomes: Iterable[Predicate]) -> dict[str, list[Predicate]]:
    by_model: dict[str, list[Predicate]] = {}
    for outcome in outcomes:
        by_model.setdefault(outcome["resource"], []).append(outcome)
    return by_model


def _replay(
    on_hold: dict[tuple[str, str], Hold], predicate: Predicate, model: str, outcomes: list[Predicate]
) -> None:
    pinned = next((o["after"] for o in reversed(outcomes) if o["after"] and "digest" in o["after"]), None)
    if pinned is None:
        return  # the deployment was removed: no version has failed
    key = model, pinned["digest"]
    failed = next((o for o in outcomes if _is_failure(o)), None)
    champion = next((o for o in outcomes if o["action"] == Action.CHAMPION.value), None)
    if failed is not None:
        before = champion["before"] or {} if champion else None
        on_hold[key] = Hold(
            predicate["environment"],
            model,
            _version(pinned),
            pinned["digest"],
            predicate.get("documents", {}).get(model, ""),
            {} if before is None else {alias: before.get(alias) for alias in ("champion", "previous")},
            f"{failed['action']}: {failed.get('reason', '')}",
            predicate.get("recordedAt", ""),
        )
    elif all(o["result"] == Result.APPLIED.value for o in outcomes if o["action"] != Action.RETIRE.value):
        on_hold.pop(key, None)


def _is_failure(outcome: Predicate) -> bool:
    """True when an action failed; a failed unload of the version before says nothing about the new one."""
    return bool(outcome["result"] == Result.FAILED.value and outcome["action"] != Action.RETIRE.value)


def _version(pinned: Predicate) -> str:
    return str(pinned.get("version") or pinned.get("champion"))
