"""A record's envelope says what was signed and by which key, and no byte of either can change."""

import base64
import json
import subprocess
from pathlib import Path

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.providers.signing.envelope import NAMESPACE, payload_of, seal, unseal
from mlplatform.providers.signing.ssh import SignatureError, make_key, public_key, sign, verify

PAYLOAD = b'{"_type": "https://in-toto.io/Statement/v1"}\n'


@pytest.fixture
def key(tmp_path: Path) -> Path:
    make_key(tmp_path / "recorder", "a recorder")
    return tmp_path / "recorder"


def test_an_envelope_holds_its_payload_and_names_the_key_that_signed_it(key: Path) -> None:
    envelope = seal(PAYLOAD, key)
    assert payload_of(envelope) == PAYLOAD
    assert (unseal(envelope).payload, unseal(envelope).key) == (PAYLOAD, public_key(key))


def test_ssh_keygen_verifies_an_envelope_without_our_tools(key: Path, tmp_path: Path) -> None:
    envelope = json.loads(seal(PAYLOAD, key))
    kind = envelope["payloadType"]
    encoded = b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(PAYLOAD), PAYLOAD)
    (tmp_path / "signature").write_bytes(base64.b64decode(envelope["signatures"][0]["sig"]))
    (tmp_path / "signers").write_text(f"recorder {public_key(key)}\n")
    command = [*("ssh-keygen", "-Y", "verify", "-f", str(tmp_path / "signers"), "-I", "recorder")]
    command += ["-n", NAMESPACE, "-s", str(tmp_path / "signature")]
    assert subprocess.run(command, input=encoded, capture_output=True, check=False).returncode == 0


def test_a_key_with_a_passphrase_cannot_sign_where_nobody_can_type_it(tmp_path: Path) -> None:
    key = tmp_path / "locked"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", str(key)], check=True)
    with pytest.raises(Refusal, match="locked cannot be used"):
        seal(PAYLOAD, key)


def test_a_key_of_another_type_signs_too(tmp_path: Path) -> None:
    key = tmp_path / "rsa"
    subprocess.run(["ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", str(key)], check=True)
    assert unseal(seal(PAYLOAD, key)).key == public_key(key)


def test_another_payload_or_signature_is_not_valid(key: Path, tmp_path: Path) -> None:
    make_key(tmp_path / "other", "another recorder")
    envelope, other = json.loads(seal(PAYLOAD, key)), json.loads(seal(PAYLOAD, tmp_path / "other"))
    changed = base64.b64encode(PAYLOAD.replace(b"v1", b"v2")).decode()
    for forged in (
        {**envelope, "payload": changed},
        {**envelope, "payloadType": "text/plain"},
        {**envelope, "signatures": []},
        {**envelope, "signatures": [*envelope["signatures"], *other["signatures"]]},
        {**envelope, "signatures": [{**envelope["signatures"][0], "sig": other["signatures"][0]["sig"]}]},
        {**envelope, "signatures": [{**envelope["signatures"][0], "sig": "AAAA"}]},
        {"payload": envelope["payload"]},
        [],
    ):
        with pytest.raises(SignatureError):
            unseal(json.dumps(forged).encode())


def test_a_signature_for_another_purpose_is_not_valid(key: Path) -> None:
    with pytest.raises(SignatureError, match="Namespace"):
        verify(PAYLOAD, sign(PAYLOAD, key, "platform-review"), NAMESPACE)


def test_a_key_is_made_once_and_only_its_owner_reads_it(key: Path) -> None:
    before = key.read_bytes()
    make_key(key, "again")
    assert key.read_bytes() == before
    assert key.stat().st_mode & 0o777 == 0o600
