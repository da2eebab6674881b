"""The SSH signature of a commit, verified in process: `git log %G?` takes a process and a configuration for each."""

from mlplatform.providers.git.git import Git
from mlplatform.providers.signing.ssh import SignatureError, verify

NAMESPACE = "git"
_HEADER = b"gpgsig "


def signing_key_of(git: Git, commit: str) -> str | None:
    """Return the public key (`type base64`) that signed a commit; None where it has no valid SSH signature."""
    head, separator, message = git.run("cat-file", "commit", commit).partition(b"\n\n")
    kept: list[bytes] = []
    signature: list[bytes] = []
    is_signature = False
    for line in head.split(b"\n"):
        is_signature = line.startswith(_HEADER) or (is_signature and line.startswith(b" "))
        if is_signature:
            signature.append(line.removeprefix(_HEADER).removeprefix(b" "))
        else:
            kept.append(line)
    if not signature:
        return None
    try:
        return verify(b"\n".join(kept) + separator + message, b"\n".join(signature) + b"\n", NAMESPACE)
    except SignatureError:
        return None
