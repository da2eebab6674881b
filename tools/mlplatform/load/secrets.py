"""Look for secrets in the text of files; Git keeps what was once merged."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from mlplatform.core.finding import Finding
from mlplatform.core.naming import printable
from mlplatform.core.rule import declare_rule
from mlplatform.core.source import FileType, Source
from mlplatform.providers.secrets import Secret, find_secrets

SECRET_FOUND = replace(
    declare_rule(
        __name__,
        "secret-found",
        "No file holds a secret",
        "Whoever may read the repository could use it, and Git keeps it after it is deleted. Every text file of a "
        "change is searched, in base64 too: documents, scripts, notebooks, data. What the file held before the change "
        "is not reported again; `platform check --all` looks at every file.",
        fix="take it out and revoke it, as a branch that was pushed has published it; keep it in a secret store",
        passes='os.environ["AWS_SECRET_ACCESS_KEY"]',
        fails="AWS_SECRET_ACCESS_KEY = followed by the key itself",
        soc2=("CC6.1", "CC6.7"),
    ),
    is_waivable=True,
)

_MAX_BYTES = 64 << 20


def secret_findings(
    source: Source, paths: Collection[str] | None, before: Source | None = None
) -> list[Finding]:
    """Return the secrets in the files at these paths (None: in all), without those that the file has in `before`."""
    chosen = [
        file.path
        for file in source.files(("",))
        if file.type is FileType.FILE and file.size <= _MAX_BYTES and (paths is None or file.path in paths)
    ]
    found = {path: secrets for path, data in source.read(chosen).items() if (secrets := _secrets(data))}
    earlier = before.read(list(found)) if before and found else {}
    return [finding for path, secrets in found.items() for finding in _new(path, secrets, earlier)]


def _secrets(data: bytes) -> tuple[str, list[Secret]] | None:
    if b"\0" in data:
        return None  # not a text
    text = data.decode(errors="replace")
    secrets = find_secrets(text)
    return (text, secrets) if secrets else None


def _new(path: str, found: tuple[str, list[Secret]], earlier: Mapping[str, bytes]) -> list[Finding]:
    text, secrets = found
    before = earlier.get(path, b"").decode(errors="replace")
    known = {secret.digest for secret in find_secrets(before)}
    return [_finding(path, text, secret) for secret in secrets if secret.digest not in known]


def _finding(path: str, text: str, secret: Secret) -> Finding:
    line = text.count("\n", 0, secret.offset) + 1
    column = secret.offset - text.rfind("\n", 0, secret.offset)
    message = f"this looks like {secret.kind} ({secret.digest})"
    finding = SECRET_FOUND.error(printable(path), message, fix=SECRET_FOUND.fix, at=(line, column))
    return replace(finding, subject=secret.digest)
