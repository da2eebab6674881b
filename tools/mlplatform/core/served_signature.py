"""The format and signature that a version is served with: they belong to its artifact, not to the newest document."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from mlplatform.core.kinds import Model
from mlplatform.core.kinds.model import Signature
from mlplatform.core.outcome import Result
from mlplatform.core.records.base import parse
from mlplatform.core.records.changes import LoadOutcome, ProbeOutcome, RecordedSignature
from mlplatform.core.records.deployment import DeploymentPredicate
from mlplatform.core.records.statement import Statement


@dataclass(frozen=True, slots=True)
class ServedSignature:
    """A format, and a signature as records state it."""

    format: str
    signature: RecordedSignature

    @staticmethod
    def of(format_: str, signature: Signature) -> "ServedSignature":
        """Return a format with a signature that a document declares."""
        return ServedSignature(format_, parse(RecordedSignature, signature.model_dump(mode="json")))

    @staticmethod
    def by(model: Model) -> "ServedSignature":
        """Return the format and signature in a model's document, which apply to new versions."""
        return ServedSignature.of(model.format, model.signature)

    def over(self, model: Model) -> Model:
        """Return the model with this format and signature."""
        signature = Signature.model_validate(self.signature.as_json())
        return model.model_copy(update={"format": self.format, "signature": signature})


Version = tuple[str, str]  # tenant/model and digest
Signatures = Mapping[Version, ServedSignature]


def signature_of(name: str, model: Model, digest: str, proven_signatures: Signatures) -> ServedSignature:
    """Return what a version was served with before or, when it is new, what its model's document says."""
    return proven_signatures.get((name, digest)) or ServedSignature.by(model)


def proven(oldest_first: Iterable[Statement]) -> dict[Version, ServedSignature]:
    """Return the signature of each version's last successful probe, in any environment.

    A load proves nothing: a version with a wrong signature loads, and then fails its probe.
    """
    return {
        version: signature
        for version, signature, outcome in _attempts(oldest_first)
        if isinstance(outcome, ProbeOutcome) and outcome.result is Result.APPLIED
    }


def refuted(oldest_first: Iterable[Statement]) -> Mapping[Version, tuple[ServedSignature, ...]]:
    """Return the signatures with which each version failed to load or failed its probe."""
    failed: dict[Version, tuple[ServedSignature, ...]] = {}
    for version, signature, outcome in _attempts(oldest_first):
        if outcome.result is Result.FAILED:
            failed[version] = (*failed.get(version, ()), signature)
    return failed


def _attempts(
    oldest_first: Iterable[Statement],
) -> Iterator[tuple[Version, ServedSignature, LoadOutcome | ProbeOutcome]]:
    for statement in oldest_first:
        if not isinstance(statement.predicate, DeploymentPredicate):
            continue
        for outcome in statement.predicate.outcomes:
            if isinstance(outcome, LoadOutcome | ProbeOutcome):
                signature = ServedSignature(outcome.after.format, outcome.after.signature)
                yield (outcome.resource, outcome.after.digest), signature, outcome
