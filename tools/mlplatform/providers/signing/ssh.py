"""SSH signatures (SSHSIG): made by ssh-keygen, or in process by a key without a passphrase; verified in process."""

import hashlib
import io
import subprocess
import tempfile
from pathlib import Path

from mlplatform.core.errors import Refusal

_SECONDS = 120.0  # a person may have to touch a hardware key, or to type a passphrase
_HASH = "sha512"


class SignatureError(Refusal):
    """A signature is not valid."""


def sign(data: bytes, key: Path, namespace: str) -> bytes:
    """Return an armored SSH signature; `key` is a private key, or a public one whose other half an agent has."""
    if signature := _signed_in_process(data, key, namespace):
        return signature
    with tempfile.TemporaryDirectory(prefix="platform-sign-") as folder:
        file = Path(folder, "statement")  # and not stdin, on which ssh-keygen asks for a passphrase
        file.write_bytes(data)
        ssh_keygen(key, ["-Y", "sign", "-q", "-f", str(key), "-n", namespace, str(file)])
        return file.with_name(f"{file.name}.sig").read_bytes()


def public_key(key: Path) -> str:
    """Return the public half of a key as `type base64`."""
    public = key if key.suffix == ".pub" else key.with_name(f"{key.name}.pub")
    text = public.read_bytes() if public.is_file() else ssh_keygen(key, ["-y", "-f", str(key)])
    return " ".join(text.decode(errors="replace").split()[:2])


def verify(data: bytes, signature: bytes, namespace: str) -> str:
    """Return the public key, `type base64`, that made a signature; SignatureError when it is not valid."""
    from sshsig import check_signature
    from sshsig.sshsig import InvalidSignature

    try:
        public = check_signature(data, signature, namespace).openssh_str()
    except (InvalidSignature, NotImplementedError, ValueError, TypeError, AssertionError) as why:
        cause = str(why) or "it is of something else"
        raise SignatureError(f"the signature is not valid: {cause}") from None
    return " ".join(public.split()[:2])


def fingerprint(public: str) -> str:
    """Return `SHA256:…` of a public key, as `ssh-keygen -l` prints it."""
    import base64

    digest = hashlib.sha256(base64.b64decode(public.split()[1])).digest()
    return f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"


def make_key(path: Path, comment: str) -> None:
    """Write a new ed25519 key without a passphrase, which only its owner may read, and its public half beside it."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
        PublicFormat,
    )

    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}-") as folder:
        private = Path(folder, "key")
        private.touch(mode=0o600)
        private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
        try:
            path.hardlink_to(private)  # of two runs at once, both get the key of the faster one
        except FileExistsError:
            return
        half = Path(folder, "key.pub")
        half.write_bytes(public + f" {comment}\n".encode())
        half.replace(path.with_name(f"{path.name}.pub"))


def ssh_keygen(key: Path, arguments: list[str]) -> bytes:
    """Run ssh-keygen with a key and return what it prints; Refusal with its last words when it fails."""
    if not key.is_file():
        raise Refusal(f"there is no key {key}", fix="name another one with --key")
    try:
        done = subprocess.run(["ssh-keygen", *arguments], capture_output=True, check=False, timeout=_SECONDS)
    except FileNotFoundError:
        raise Refusal("the program ssh-keygen is not on PATH", fix="install OpenSSH's client") from None
    except subprocess.TimeoutExpired:
        raise Refusal(f"{key} did not answer within {_SECONDS:.0f} s", fix="run the command again") from None
    if done.returncode != 0:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["ssh-keygen failed"]
        raise Refusal(f"{key} cannot be used: {last[0]}", fix="name another key with --key")
    return done.stdout


def _signed_in_process(data: bytes, key: Path, namespace: str) -> bytes | None:
    """Return a signature by an ed25519 key without a passphrase; None for any other key."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_ssh_private_key

    try:
        private = load_ssh_private_key(key.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        return None
    if not isinstance(private, Ed25519PrivateKey):
        return None
    from base64 import b64decode

    from sshsig.binary_io import SshWriter
    from sshsig.sshsig import SshsigWrapper, ssh_enarmor_sshsig

    signed = SshsigWrapper(
        namespace=namespace.encode(), hash_algo=_HASH.encode(), hash=hashlib.new(_HASH, data).digest()
    )
    algorithm, public = private.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).split()[:2]
    signature = SshWriter(io.BytesIO())
    signature.write_string(algorithm)
    signature.write_string(private.sign(signed.to_bytes()))
    blob = SshWriter(io.BytesIO())
    blob.write(b"SSHSIG")
    blob.write_uint32(1)
    for part in (b64decode(public), namespace.encode(), b"", _HASH.encode(), signature.output_fh.getvalue()):
        blob.write_string(part)
    return ssh_enarmor_sshsig(blob.output_fh.getvalue()).encode()
