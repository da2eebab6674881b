"""Signing with an SSH key, by ssh-keygen, and verifying a signature in process."""

import subprocess
import tempfile
from pathlib import Path

from mlplatform.core.errors import Refusal
from mlplatform.providers.forge.interface import ForgeError
from mlplatform.providers.forge.signed.signers import NAMESPACE, Signers
from mlplatform.providers.git import Git, GitError

_ADD = "have the platform team add its public half to the file of signers"
_SECONDS = 120.0  # a person may have to touch a hardware key, or to type a passphrase


def default_key(git: Git) -> Path:
    """Return the key that git signs with, as its configuration says; Refusal where that is none."""
    try:
        key = git.run("config", "--type=path", "--get", "user.signingKey").decode().strip()
    except GitError:
        key = ""
    if not key:
        raise Refusal(
            "which key to sign with is not known",
            fix="`git config user.signingKey ~/.ssh/id_ed25519`; `platform review` and `merge` also take --key FILE",
        )
    return Path(key).expanduser()


def sign(data: bytes, key: Path) -> bytes:
    """Return an armored SSH signature; `key` is a private key, or a public one whose other half an agent has."""
    with tempfile.TemporaryDirectory(prefix="platform-review-") as folder:
        file = Path(folder, "statement")  # and not stdin, on which ssh-keygen asks for a passphrase
        file.write_bytes(data)
        _ssh_keygen(key, ["-Y", "sign", "-q", "-f", str(key), "-n", NAMESPACE, str(file)])
        return file.with_name(f"{file.name}.sig").read_bytes()


def person_of(key: Path, signers: Signers) -> str:
    """Return whose a key is; Refusal when it is nobody's."""
    public = key if key.suffix == ".pub" else key.with_name(f"{key.name}.pub")
    text = public.read_bytes() if public.is_file() else _ssh_keygen(key, ["-y", "-f", str(key)])
    person = signers.keys.get(" ".join(text.decode(errors="replace").split()[:2]))
    if person is None:
        raise Refusal(f"{key} is nobody's key", fix=_ADD)
    return person


def _ssh_keygen(key: Path, arguments: list[str]) -> bytes:
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


def signed_by(data: bytes, signature: bytes, signers: Signers) -> str:
    """Return whose key made a signature; ForgeError when it is not valid, or the key is nobody's."""
    from sshsig import check_signature
    from sshsig.sshsig import InvalidSignature

    try:
        public = check_signature(data, signature, NAMESPACE).openssh_str()
    except (InvalidSignature, NotImplementedError, ValueError, TypeError, AssertionError) as why:
        raise ForgeError(f"the signature is not valid: {why}") from None
    person = signers.keys.get(" ".join(public.split()[:2]))
    if person is None:
        raise ForgeError("the signature is by a key that is nobody's", fix=_ADD)
    return person
