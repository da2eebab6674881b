"""The keys that count at a place of the ledger: the trust roots', and those that records added or revoked since."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from mlplatform.core.evidence.trust import TrustedKey, TrustRoots
from mlplatform.core.records.key import KeyPredicate


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys that may sign the next record, by `type base64`."""

    keys: Mapping[str, TrustedKey]

    @staticmethod
    def of(keys: Iterable[TrustedKey]) -> "Keyring":
        return Keyring({trusted.key: trusted for trusted in keys})

    @staticmethod
    def of_roots(trust: TrustRoots) -> "Keyring":
        return Keyring.of(trust.keys)

    def refusal(self, key: str, at: datetime | None) -> str:
        """Return why a key may not sign a record at a time, as the record says it; empty when it may."""
        trusted = self.keys.get(key)
        if trusted is None:
            return "it is signed by a key that nobody trusts here"
        if trusted.until is not None and (at is None or at > trusted.until):
            return f"the key of {trusted.name} had expired on {trusted.until.isoformat()}"
        return ""

    def name_of(self, key: str) -> str:
        """Return whose a key is; the key itself where it is nobody's."""
        return self.keys[key].name if key in self.keys else key

    def after(self, record: KeyPredicate) -> "Keyring":
        """Return the keys that count once a record has added or revoked one."""
        others = {key: trusted for key, trusted in self.keys.items() if key != record.key}
        if record.action == "revoke":
            return Keyring(others)
        return Keyring(
            {**others, record.key: TrustedKey(name=record.name, key=record.key, until=record.until)}
        )
