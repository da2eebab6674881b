"""The format and signature that a version is served with: they belong to its artifact, not to the newest document."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlplatform.core.kinds import Model
from mlplatform.core.kinds.model import Signature
from mlplatform.core.outcome import Result
from mlplatform.core.plan import Action
from mlplatform.core.statement import DEPLOYMENT, Statement

_LOADING = (Action.LOAD.value, Action.PROBE.value)


@dataclass(frozen=True, slots=True)
class ServedSignature:
    """A format, and a signature as JSON."""

    format: str
    signature: Mapping[str, Any]

    @staticmethod
    def by(model: Model) -> "ServedSignature":
        """Return the format and signature in a model's document, which apply to new versions."""
        return ServedSignature(model.format, model.signature.model_dump(mode="json"))

    def over(self, model: Model) -> Model:
        """Return the model with this format and signature."""
        signature = Signature.model_validate(self.signature)
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
        for version, signature, action, result in _attempts(oldest_first)
        if (action, result) == (Action.PROBE.value, Result.APPLIED.value)
    }


def refuted(oldest_first: Iterable[Statement]) -> Mapping[Version, tuple[ServedSignature, ...]]:
    """Return the signatures with which each version failed to load or failed its probe."""
    failed: dict[Version, tuple[ServedSignature, ...]] = {}
    for version, signature, _, result in _attempts(oldest_first):
        if result == Result.FAILED.value:
            failed[version] = (*failed.get(version, ()), signature)
    return failed


def _attempts(oldest_first: Iterable[Statement]) -> Iterator[tuple[Version, ServedSignature, str, str]]:
    for statement in oldest_first:
        if statement.predicate_type != DEPLOYMENT:
            continue
        for outcome in statement.predicate["outcomes"]:
            after = outcome["after"]
            if outcome["action"] in _LOADING and after:
                signature = ServedSignature(after["format"], after["signature"])
                version = outcome["resource"], after["digest"]
                yield version, signature, outcome["action"], outcome["result"]
