"""What a version is served as: its format and signature belong to its bytes, not to the newest document."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlplatform.core.kinds import Model
from mlplatform.core.kinds.model import Signature
from mlplatform.core.outcome import Result
from mlplatform.core.plan import Action
from mlplatform.core.statement import DEPLOYMENT, Statement

_TRIED = (Action.LOAD.value, Action.PROBE.value)


@dataclass(frozen=True, slots=True)
class ServedSignature:
    """A format, and a signature as JSON."""

    format: str
    signature: Mapping[str, Any]

    @staticmethod
    def by(model: Model) -> "ServedSignature":
        """What a document says of the versions that are new."""
        return ServedSignature(model.format, model.signature.model_dump(mode="json"))

    def over(self, model: Model) -> Model:
        """The document as it would be, were this its version."""
        signature = Signature.model_validate(self.signature)
        return model.model_copy(update={"format": self.format, "signature": signature})


Version = tuple[str, str]  # tenant/model and digest
Signatures = Mapping[Version, ServedSignature]


def signature_of(name: str, model: Model, digest: str, known: Signatures) -> ServedSignature:
    """What a version is served as: what it was before, or what its model's document says when it is new."""
    return known.get((name, digest)) or ServedSignature.by(model)


def proven(oldest_first: Iterable[Statement]) -> dict[Version, ServedSignature]:
    """How each version that was ever probed with success, in whichever environment, answered last.

    Not how it was loaded: one whose signature was wrong loads, and fails its probe.
    """
    return {
        version: signed
        for version, signed, action, result in _tries(oldest_first)
        if (action, result) == (Action.PROBE.value, Result.APPLIED.value)
    }


def refuted(oldest_first: Iterable[Statement]) -> Mapping[Version, tuple[ServedSignature, ...]]:
    """As what each version was loaded or probed without success."""
    found: dict[Version, tuple[ServedSignature, ...]] = {}
    for version, signed, _, result in _tries(oldest_first):
        if result == Result.FAILED.value:
            found[version] = (*found.get(version, ()), signed)
    return found


def _tries(oldest_first: Iterable[Statement]) -> Iterator[tuple[Version, ServedSignature, str, str]]:
    for statement in oldest_first:
        if statement.predicate_type != DEPLOYMENT:
            continue
        for one in statement.predicate["outcomes"]:
            after = one["after"]
            if one["action"] in _TRIED and after:
                signed = ServedSignature(after["format"], after["signature"])
                yield (one["resource"], after["digest"]), signed, one["action"], one["result"]
