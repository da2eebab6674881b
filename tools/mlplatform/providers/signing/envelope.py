"""DSSE envelopes, signed with SSH keys: a signature is an SSHSIG over the envelope's pre-authentication encoding."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlplatform.providers.signing.ssh import SignatureError, fingerprint, sign, verify

PAYLOAD_TYPE = "application/vnd.in-toto+json"
NAMESPACE = "platform-record"


@dataclass(frozen=True, slots=True)
class SealedPayload:
    """A payload whose signature is valid; `key` is the public key that made it (`type base64`), trusted or not."""

    payload: bytes
    key: str
    signature: bytes


def seal(payload: bytes, key: Path) -> bytes:
    """Return a payload in an envelope that a key has signed, as JSON."""
    from securesystemslib.dsse import Envelope
    from securesystemslib.signer._signature import Signature

    envelope = Envelope(payload, PAYLOAD_TYPE, {})
    signature = sign(envelope.pae(), key, NAMESPACE)
    keyid = fingerprint(verify(envelope.pae(), signature, NAMESPACE))
    envelope.signatures[keyid] = Signature(keyid, signature.hex())
    return json.dumps(envelope.to_dict(), sort_keys=True, indent=1).encode() + b"\n"


def payload_of(data: bytes) -> bytes:
    """Return what an envelope holds, whoever signed it; ValueError where it is no envelope.

    Readers that verify nothing call it for each record, so it does without the library.
    """
    try:
        return base64.b64decode(json.loads(data)["payload"], validate=True)
    except (KeyError, TypeError, ValueError) as why:
        raise ValueError(f"it is no DSSE envelope: {why}") from None


def unseal(data: bytes) -> SealedPayload:
    """Return what an envelope holds and who signed it; SignatureError where the signature is not valid."""
    try:
        envelope = _envelope(data)
    except ValueError as why:
        raise SignatureError(str(why)) from None
    if len(envelope.signatures) != 1:
        raise SignatureError(f"it has {len(envelope.signatures)} signatures, and not one")
    ((keyid, signature),) = envelope.signatures.items()
    armored = bytes.fromhex(signature.signature)
    key = verify(envelope.pae(), armored, NAMESPACE)
    if keyid != fingerprint(key):
        raise SignatureError(f"it says that {keyid} signed it, and {fingerprint(key)} did")
    return SealedPayload(envelope.payload, key, armored)


def _envelope(data: bytes) -> Any:
    from securesystemslib.dsse import Envelope

    try:
        envelope = Envelope.from_dict(json.loads(data))
    except Exception as why:
        raise ValueError(f"it is no DSSE envelope: {why!r}") from None
    if envelope.payload_type != PAYLOAD_TYPE:
        raise ValueError(f"its payload is {envelope.payload_type}, and not {PAYLOAD_TYPE}")
    return envelope
