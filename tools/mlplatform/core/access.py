"""Who can do what, as the documents of a commit say it: what an access review looks at."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from mlplatform.core.kinds.document_kind import values_at

AccessKind = Literal["person", "bot", "app", "account", "repository", "kms-key", "ssh-key"]
PLATFORM = "platform"


@dataclass(frozen=True, slots=True, order=True)
class AccessEntry:
    """One right: who has it, where (a tenant, or `platform`), and the file that says so.

    `who` is a person or a bot by the name that documents use, or the thing that a tenant alone may use. `detail` tells
    several of one person apart, such as the fingerprint of a key and how long it counts.
    """

    where: str
    right: str
    who: str
    kind: AccessKind
    path: str
    detail: str = ""

    def as_json(self) -> dict[str, str]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class SignerKey:
    """A line of a file of signers: whose key, by its fingerprint, for which namespaces and how long (empty: any)."""

    person: str
    fingerprint: str
    namespaces: str = ""
    valid_after: str = ""
    valid_before: str = ""


@dataclass(frozen=True, slots=True)
class AccessChange:
    """A right that a commit of main gave or took, and who approved that, as far as the ledger in this clone says."""

    entry: AccessEntry
    action: Literal["added", "removed"]
    commit: str
    time: int
    approved_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Leaver:
    """Somebody who is listed and should not be any more, why, and every right that they still have."""

    who: str
    reason: str
    entries: tuple[AccessEntry, ...]


@dataclass(frozen=True, slots=True)
class AccessListing:
    """What a reviewer looks at: everybody's rights at a commit, and what is notable about them.

    `since` is the commit of the last review, or else of main when the quarter began (None: all of history), and
    `last_review` the quarter of that review, if there was one.
    """

    quarter: str
    commit: str
    entries: tuple[AccessEntry, ...]
    since: str | None
    last_review: str
    changes: tuple[AccessChange, ...]
    leavers: tuple[Leaver, ...]

    @property
    def digest(self) -> str:
        return listing_digest(self.entries)


def entries_of_platform(data: Mapping[str, Any], path: str) -> Iterator[AccessEntry]:
    """Yield what platform.yaml says: the team, bots, the Git host and its Apps."""
    rights: tuple[tuple[str, str, AccessKind], ...] = (
        ("team[]", "approves what the platform owns", "person"),
        ("bots[]", "asks for changes", "bot"),
        ("emergency.authorisers[]", "authorises emergencies", "person"),
    )
    for key, right, kind in rights:
        yield from (AccessEntry(PLATFORM, right, who, kind, path) for who in _texts(data, key))
    host = data.get("gitHost")
    if not isinstance(host, Mapping):
        return
    for key, right in (("verdictApp", "posts the verdict"), ("ledgerApp", "writes the ledger")):
        if isinstance(host.get(key), int):
            yield AccessEntry(PLATFORM, right, str(host[key]), "app", path)
    for who in _texts(host, "repository"):
        yield AccessEntry(PLATFORM, "is where changes are reviewed", who, "repository", path)
    people = host.get("people")
    for name, person in people.items() if isinstance(people, Mapping) else ():
        if isinstance(person, Mapping):
            account = "/".join(str(person[key]) for key in ("login", "id") if key in person)
            yield AccessEntry(PLATFORM, "is a person of the Git host", str(name), "person", path, account)


def entries_of_tenant(name: str, data: Mapping[str, Any], path: str) -> Iterator[AccessEntry]:
    """Yield what a tenant's document says: its people, repositories, accounts and keys."""
    rights: tuple[tuple[str, str, AccessKind], ...] = (
        ("owners[]", "owner", "person"),
        ("members[]", "member", "person"),
        ("repositories[]", "repository", "repository"),
        ("accounts.training", "training account", "account"),
        ("accounts.inference", "inference account", "account"),
        ("kmsKeys[]", "encrypts with", "kms-key"),
    )
    for key, right, kind in rights:
        yield from (AccessEntry(name, right, who, kind, path) for who in _texts(data, key))


def entries_of_signers(keys: Iterable[SignerKey], path: str) -> Iterator[AccessEntry]:
    """Yield whose keys count for signed reviews and sign-offs."""
    for key in keys:
        limits = (
            ("for", key.namespaces),
            ("from", key.valid_after),
            ("until", key.valid_before),
        )
        detail = " ".join([key.fingerprint, *(f"{word} {value}" for word, value in limits if value)])
        yield AccessEntry(PLATFORM, "signs with", key.person, "ssh-key", path, detail)


def listing_digest(entries: Iterable[AccessEntry]) -> str:
    """Return the digest of a listing, whatever its order."""
    lines = sorted(json.dumps(entry.as_json(), sort_keys=True) for entry in set(entries))
    return f"sha256:{hashlib.sha256(chr(10).join(lines).encode()).hexdigest()}"


def find_leavers(
    entries: Sequence[AccessEntry], left: Iterable[str], before: Iterable[AccessEntry], removed: Iterable[str]
) -> tuple[Leaver, ...]:
    """Return who is still listed and should not be.

    `left` are the leavers that platform.yaml names, `before` the listing of the last review, and `removed` those of
    whom it was decided then that they are to be removed.
    """
    reasons: dict[str, str] = {}
    belongs = {_key(entry.who) for entry in entries if _is_belonging(entry)}
    team_before = {_key(entry.who) for entry in before if _is_team(entry)}
    team = {_key(entry.who) for entry in entries if _is_team(entry)}
    for entry in entries:
        who = _key(entry.who)
        if entry.kind in ("person", "ssh-key") and who not in belongs:
            reasons[who] = "is neither of the platform team nor of a tenant"
        if entry.kind in ("person", "ssh-key") and who in team_before - team:
            reasons[who] = "was removed from the platform team since the last review, and is still listed"
    reasons |= {_key(who): "was to be removed, as the last review decided" for who in removed}
    reasons |= {_key(who): "has left, as platform.yaml says" for who in left}
    found = []
    for who, reason in reasons.items():
        rights = tuple(entry for entry in sorted(entries) if _key(entry.who) == who)
        if rights:
            found.append(Leaver(rights[0].who, reason, rights))
    return tuple(sorted(found))


def _is_team(entry: AccessEntry) -> bool:
    return entry.where == PLATFORM and entry.right == "approves what the platform owns"


def _is_belonging(entry: AccessEntry) -> bool:
    return _is_team(entry) or entry.kind == "bot" or entry.right in ("owner", "member")


def _key(who: str) -> str:
    return who.casefold()


def _texts(data: Mapping[str, Any], key: str) -> Iterator[str]:
    return (value for _, value in values_at(data, key) if isinstance(value, str))
