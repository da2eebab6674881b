"""Who can do what at a commit, and which commits of main changed that."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mlplatform.core.access import (
    AccessChange,
    AccessEntry,
    entries_of_platform,
    entries_of_signers,
    entries_of_tenant,
    listing_digest,
)
from mlplatform.core.change_base import SignOff
from mlplatform.core.errors import Refusal
from mlplatform.core.naming import Kind, parse_path, path_of
from mlplatform.load.history import document_at, documents_at
from mlplatform.providers.forge.signed.signers import Signers, listed_keys, read_signers
from mlplatform.providers.git import Git
from mlplatform.providers.git.commit_signature import NAMESPACE, signing_key_of

PLATFORM = path_of(Kind.PLATFORM, "platform")
_SIGNERS = "allowed_signers"


def signers_path(git: Git, commit: str) -> str:
    """Return the file that says whose SSH key is whose, as platform.yaml names it."""
    document = document_at(git, commit, PLATFORM) or {}
    for key in ("gitHost", "emergency"):
        settings = document.get(key)
        if isinstance(settings, Mapping) and isinstance(settings.get("signers"), str):
            return str(settings["signers"])
    return _SIGNERS


def access_at(git: Git, commit: str) -> tuple[AccessEntry, ...]:
    """Return everybody's rights at a commit, sorted; documents that cannot be read are left out."""
    paths = [path for path in git.tree(commit, [Kind.TENANT.entry.root]) if _tenant(path)]
    documents = documents_at(git, [(commit, path) for path in (*paths, PLATFORM)])
    entries = [entry for (_, path), data in documents.items() for entry in _entries(path, data)]
    signers = signers_path(git, commit)
    entries += entries_of_signers(listed_keys(git, commit, signers), signers)
    return tuple(sorted(set(entries)))


def access_changes(git: Git, since: str | None, commit: str) -> Iterator[AccessChange]:
    """Yield the rights that each commit of main gave and took, oldest first; from the beginning without `since`."""
    signers = signers_path(git, commit)
    changes = list(git.changes(commit, [PLATFORM, Kind.TENANT.entry.root, signers], since))
    parents = _first_parents(git, commit) if changes else {}
    for change in reversed(changes):
        before = _entries_at(git, parents.get(change.commit), change.path, signers)
        after = _entries_at(git, change.commit, change.path, signers)
        yield from (AccessChange(e, "added", change.commit, change.time) for e in sorted(after - before))
        yield from (AccessChange(e, "removed", change.commit, change.time) for e in sorted(before - after))


def sign_off_of(git: Git, base: str, head: str | None, path: str, data: Mapping[str, Any]) -> SignOff:
    """Return what an access review's commit lists, and whose key, as the base has it, signed what brings the review."""
    commit = data.get("commit")
    listing = ""
    if isinstance(commit, str) and _is_commit(git, commit):
        listing = listing_digest(access_at(git, commit))
    return SignOff(listing, _signer(git, base, head, path))


def _signer(git: Git, base: str, head: str | None, path: str) -> str:
    """Return who signed every commit of a branch that touches a path; nobody where they differ, or none is known."""
    if head is None:
        return ""
    revs = ["--format=%H", "--end-of-options", head, f"^{base}", "--", path]
    commits = git.run("log", *revs).decode().split()
    try:
        signers = git_signers(git, base)
    except Refusal:
        return ""  # nobody's key is known
    people = {signers.keys.get(signing_key_of(git, commit) or "", "") for commit in commits}
    return people.pop() if len(people) == 1 else ""


def git_signers(git: Git, commit: str) -> Signers:
    """Return whose keys may sign commits, as a commit says."""
    return read_signers(git, commit, signers_path(git, commit), namespace=NAMESPACE)


def _first_parents(git: Git, commit: str) -> dict[str, str]:
    lines = git.run("rev-list", "--first-parent", "--parents", commit).decode().splitlines()
    return {words[0]: words[1] for line in lines if len(words := line.split()) > 1}


def _entries_at(git: Git, commit: str | None, path: str, signers: str) -> set[AccessEntry]:
    if commit is None:
        return set()  # before the first commit
    if path == signers:
        return set(entries_of_signers(listed_keys(git, commit, path), path))
    return set(_entries(path, document_at(git, commit, path) or {}))


def _entries(path: str, data: Mapping[str, Any]) -> Sequence[AccessEntry]:
    if path == PLATFORM:
        return tuple(entries_of_platform(data, path))
    tenant = _tenant(path)
    return tuple(entries_of_tenant(tenant, data, path)) if tenant else ()


def _tenant(path: str) -> str:
    identity = parse_path(path)
    is_tenant = identity is not None and path_of(Kind.TENANT, identity.name) == path
    return identity.name if identity and is_tenant else ""


def _is_commit(git: Git, commit: str) -> bool:
    answer = git.run("cat-file", "--batch-check=%(objecttype)", stdin=f"{commit}^{{commit}}\n".encode())
    return answer.strip() == b"commit"
