"""Whose SSH key signs a review, and whose key a review is signed by."""

from pathlib import Path

from mlplatform.core.errors import Refusal
from mlplatform.providers.forge.interface import ForgeError
from mlplatform.providers.forge.signed.signers import NAMESPACE, Signers
from mlplatform.providers.git import Git, GitError
from mlplatform.providers.signing.ssh import SignatureError, public_key, verify

_ADD = "have the platform team add its public half to the file of signers"


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


def person_of(key: Path, signers: Signers) -> str:
    """Return whose a key is; Refusal when it is nobody's."""
    person = signers.keys.get(public_key(key))
    if person is None:
        raise Refusal(f"{key} is nobody's key", fix=_ADD)
    return person


def signed_by(data: bytes, signature: bytes, signers: Signers) -> str:
    """Return whose key made a signature; ForgeError when it is not valid, or the key is nobody's."""
    try:
        public = verify(data, signature, NAMESPACE)
    except SignatureError as why:
        raise ForgeError(why.message) from None
    person = signers.keys.get(public)
    if person is None:
        raise ForgeError("the signature is by a key that is nobody's", fix=_ADD)
    return person
