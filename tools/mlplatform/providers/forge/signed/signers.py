"""The people whose keys count, from an allowed-signers file as ssh-keygen reads it."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import TypeAdapter, ValidationError

from mlplatform.core.access import SignerKey
from mlplatform.core.errors import Refusal
from mlplatform.core.kinds.base import Login
from mlplatform.providers.git import Git, GitError
from mlplatform.providers.git.compare import listing
from mlplatform.providers.signing.ssh import fingerprint

NAMESPACE = "platform-review"
_LOGIN: TypeAdapter[str] = TypeAdapter(Login)


@dataclass(frozen=True, slots=True)
class Signers:
    """Whose a key is: `keys` by `type base64`, and `emails`; both name the person as documents do.

    A line of the file is `person[,email…] [namespaces="…"] type base64`: the first principal is the person.
    """

    keys: Mapping[str, str]
    emails: Mapping[str, str]

    def person_of_email(self, email: str) -> str | None:
        """Return who uses an email address; None for nobody who is listed."""
        return self.emails.get(email.casefold())


def read_signers(
    git: Git, commit: str, path: str, now: datetime | None = None, namespace: str = NAMESPACE
) -> Signers:
    """Return who may sign for a namespace at a commit.

    Refusal that names the file, and the line, where it is missing or not valid.
    """
    text = _text(git, commit, path)
    keys: dict[str, str] = {}
    emails: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if (signer := line.strip()) and not signer.startswith("#"):
            counted = _Counted(f"{path}:{number}:1", now or datetime.now(UTC), namespace)
            _add(keys, emails, signer, counted)
    return Signers(keys, emails)


def listed_keys(git: Git, commit: str, path: str) -> tuple[SignerKey, ...]:
    """Return every key of a file of signers, whether it counts at present or not; none where there is no such file."""
    from sshsig.allowed_signers import load_allowed_signers_file

    if path not in listing(git, commit):
        return ()
    keys = []
    for signer in load_allowed_signers_file(io.StringIO(_text(git, commit, path))):
        options = signer.options or {}
        keys.append(
            SignerKey(
                signer.principals.split(",")[0],
                fingerprint(f"{signer.key_type} {signer.base64_key}"),
                options.get("namespaces", ""),
                options.get("valid-after", ""),
                options.get("valid-before", ""),
            )
        )
    return tuple(keys)


@dataclass(frozen=True, slots=True)
class _Counted:
    """Where a signer is written, and when and for which namespace a key has to count."""

    where: str
    now: datetime
    namespace: str


def _text(git: Git, commit: str, path: str) -> str:
    entry = listing(git, commit).get(path)
    if entry is None or not entry.mode.startswith("100"):
        raise Refusal(
            f"nobody's key is known: there is no file {path} at {commit[:12]}",
            where=path,
            fix="merge one with a line for each reviewer: ada,ada@example.com ssh-ed25519 AAAA…",
        )
    try:
        return git.blobs([entry.oid])[entry.oid].decode("ascii")
    except (UnicodeDecodeError, GitError):
        raise Refusal("the file of signers is not plain text", where=path, fix="write ASCII only") from None


def _add(keys: dict[str, str], emails: dict[str, str], line: str, counted: _Counted) -> None:
    from sshsig.allowed_signers import load_allowed_signers_file
    from sshsig.ssh_public_key import PublicKey

    where = counted.where
    try:
        (signer,) = load_allowed_signers_file(io.StringIO(line))
        key = f"{signer.key_type} {signer.base64_key}"
        PublicKey.from_openssh_str(key)
    except NotImplementedError as why:
        raise Refusal(f"{why}", where=where, fix="use a key of type ssh-ed25519 or ssh-rsa") from None
    except (ValueError, IndexError) as why:
        raise Refusal(f"this is no signer: {why}", where=where, fix="see `man ssh-keygen`") from None
    options = signer.options or {}
    if unheeded := options.keys() - {"namespaces", "valid-after", "valid-before"}:
        raise Refusal(
            f"`{min(unheeded)}` is not supported", where=where, fix="name each key on a line of its own"
        )
    person, *others = signer.principals.split(",")
    if any(character in signer.principals for character in "*?!"):
        raise Refusal("a signer is one person, not a pattern", where=where, fix="name each person")
    _require_login(person, where)
    if keys.get(key, person) != person:
        raise Refusal(
            f"this key is {keys[key]}'s as well", where=where, fix="give each person a key of their own"
        )
    for email in (other.casefold() for other in others):
        if emails.setdefault(email, person) != person:
            raise Refusal(f"{email} is {emails[email]}'s as well", where=where, fix="give it to one person")
    namespaces = options.get("namespaces", counted.namespace).split(",")
    if counted.namespace in namespaces and _is_valid(options, counted.now, where):
        keys[key] = person


def _require_login(person: str, where: str) -> None:
    try:
        _LOGIN.validate_python(person)
    except ValidationError:
        raise Refusal(
            f"{person} is no name that documents use for a person",
            where=where,
            fix="begin the line with that name, and a comma before any email address: ada,ada@example.com",
        ) from None


def _is_valid(options: Mapping[str, str], now: datetime, where: str) -> bool:
    after, before = (_time(options.get(name), where) for name in ("valid-after", "valid-before"))
    return (after is None or after <= now) and (before is None or now < before)


def _time(text: str | None, where: str) -> datetime | None:
    """Read YYYYMMDD[HHMM[SS]][Z] as ssh-keygen does, but always as UTC."""
    if text is None:
        return None
    digits = text.removesuffix("Z")
    for form in ("%Y%m%d", "%Y%m%d%H%M", "%Y%m%d%H%M%S"):
        if len(digits) == len(datetime(2000, 1, 1).strftime(form)) and digits.isdigit():
            return datetime.strptime(digits, form).replace(tzinfo=UTC)
    raise Refusal(f"{text} is no time", where=where, fix="write it as 20270101Z")
