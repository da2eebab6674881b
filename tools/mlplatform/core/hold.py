"""Holds: versions that must not be tried again until their documents change, read from the ledger."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from mlplatform.core.document import Document
from mlplatform.core.kinds import Deployment, Model
from mlplatform.core.outcome import Result
from mlplatform.core.records.base import as_unicode
from mlplatform.core.records.changes import ChampionChange, RecordedOutcome, RetireChange, version_after
from mlplatform.core.records.deployment import DeploymentPredicate
from mlplatform.core.records.hold import HoldPredicate
from mlplatform.core.records.retry import RetryPredicate
from mlplatform.core.records.statement import Statement
from mlplatform.core.repository import Repository

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
_HOLDING = (HoldPredicate, RetryPredicate, DeploymentPredicate)


def holds(oldest_first: Iterable[Statement], environment: str) -> Holds:
    """Return the versions on hold in an environment, by model and digest.

    A failed change of a deployment puts its version on hold. The hold ends when the version becomes champion, or when
    somebody retries it. `platform drift --revert` neither starts nor ends a hold.
    """
    on_hold: dict[tuple[str, str], Hold] = {}
    predicates = (statement.predicate for statement in oldest_first)
    for predicate in predicates:
        if isinstance(predicate, _HOLDING) and predicate.environment == environment:
            for version, hold in hold_changes(predicate):
                if hold:
                    on_hold[version] = hold
                else:
                    on_hold.pop(version, None)
    return on_hold


def hold_changes(
    predicate: HoldPredicate | RetryPredicate | DeploymentPredicate,
) -> Iterator[tuple[tuple[str, str], Hold | None]]:
    """Yield each version, by model and digest, that a record puts on hold, and with None each that it releases."""
    match predicate:
        case RetryPredicate() as retry:
            yield (retry.model, retry.digest), None
        case HoldPredicate() as recorded:
            yield (recorded.model, recorded.digest), _read_hold(recorded)
        case DeploymentPredicate() as apply if not (apply.late or apply.is_drift_revert):
            yield from _of_apply(apply)


def hold_statement(hold: Hold, fence: int) -> Statement:
    """Return the record of a hold."""
    return Statement.of(
        HoldPredicate(
            environment=hold.environment,
            model=hold.model,
            version=hold.version,
            digest=hold.digest,
            documents=hold.documents,
            reason=as_unicode(hold.reason),
            lasting=hold.lasting,
            aliases=dict(hold.aliases),
            fence=fence,
        )
    )


def _read_hold(recorded: HoldPredicate) -> Hold:
    return Hold(
        recorded.environment,
        recorded.model,
        recorded.version,
        recorded.digest,
        recorded.documents,
        recorded.aliases,
        recorded.reason,
        recorded.recordedAt,
        recorded.lasting,
    )


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


def _of_apply(apply: DeploymentPredicate) -> Iterator[tuple[tuple[str, str], Hold | None]]:
    restored = apply.models_on_hold()
    by_model: dict[str, list[RecordedOutcome]] = {}
    for outcome in apply.outcomes:
        by_model.setdefault(outcome.resource, []).append(outcome)
    for model, outcomes in by_model.items():
        if model not in restored:  # restoring the version before says nothing about that version
            yield from _of_model(apply, model, outcomes)


def _of_model(
    apply: DeploymentPredicate, model: str, outcomes: list[RecordedOutcome]
) -> Iterator[tuple[tuple[str, str], Hold | None]]:
    pinned = next((about for outcome in reversed(outcomes) if (about := version_after(outcome))), None)
    if pinned is None:
        return  # the deployment was removed: no version has failed
    version, digest = pinned
    failed = next((outcome for outcome in outcomes if _is_failure(outcome)), None)
    if failed is not None:
        yield (
            (model, digest),
            Hold(
                apply.environment,
                model,
                version,
                digest,
                apply.documents.get(model, ""),
                _aliases_before(outcomes),
                f"{failed.action}: {failed.reason}",
                apply.recordedAt,
            ),
        )
    elif all(
        outcome.result is Result.APPLIED for outcome in outcomes if not isinstance(outcome, RetireChange)
    ):
        yield (model, digest), None


def _is_failure(outcome: RecordedOutcome) -> bool:
    """True when an action failed; a failed unload of the version before says nothing about the new one."""
    return outcome.result is Result.FAILED and not isinstance(outcome, RetireChange)


def _aliases_before(outcomes: Iterable[RecordedOutcome]) -> Aliases:
    """Return the aliases before the first change of them; empty where they were not to be changed."""
    moved = next((outcome for outcome in outcomes if isinstance(outcome, ChampionChange)), None)
    if moved is None:
        return {}
    before = moved.before
    return {
        "champion": before.champion if before else None,
        "previous": before.previous if before else None,
    }
