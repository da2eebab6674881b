"""Collect the facts about a changed incident: what it names that is not there, and whom it concerns."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mlplatform.core.change_base import ChangeBase
from mlplatform.core.document import KeyPath, RawDocument
from mlplatform.core.kinds.document_kind import values_at
from mlplatform.core.loaded_source import LoadedSource
from mlplatform.core.naming import Kind, parse_path, path_of

_NAMES = (("tenants", Kind.TENANT), ("models", Kind.MODEL), ("environments", Kind.ENVIRONMENT))


def incident_facts(
    head: LoadedSource, base: ChangeBase, before: RawDocument | None, after: RawDocument | None
) -> dict[str, Any]:
    """Return what a change writes into an incident and nothing knows, each with its place: `unknown` names and people,
    and `unlanded` commits. What the document said at the base may have gone since.
    """
    new, old = after.data if after else {}, before.data if before else {}
    return {
        "historyComplete": base.history.complete,
        "unknown": [
            {"at": list(at), "what": what}
            for at, what in (*_unknown_names(head, base, new, old), *_unknown_people(base, new, old))
        ],
        "unlanded": [
            {"at": list(at), "commit": commit}
            for at, commit in _written(new, old, "changes[]")
            if commit not in base.landed
        ],
    }


def concerned_people(path: str, base: ChangeBase, head: LoadedSource) -> dict[str, list[str]]:
    """Return the owners, and the owners and members, of the tenants that an incident harmed; nobody for other files.

    The base says which tenants, so that a change cannot choose its own approvers; a new incident is taken at its word.
    """
    identity = parse_path(path)
    key = identity.kind.entry.concerns if identity else ""
    if not key:
        return {"owners": [], "people": []}
    raw = base.loaded.raws.get(path) or head.raws.get(path)
    names = [name for _, name in values_at(raw.data if raw else {}, key) if isinstance(name, str)]
    tenants = [base.loaded.raws.get(path_of(Kind.TENANT, name)) for name in names]
    owners = _people(tenants, ("owners",))
    return {"owners": owners, "people": sorted({*owners, *_people(tenants, ("members",))})}


def _people(documents: Sequence[RawDocument | None], keys: Sequence[str]) -> list[str]:
    lists = (document.data.get(key) for document in documents if document for key in keys)
    return sorted(
        {
            login.lower()
            for logins in lists
            if isinstance(logins, list)
            for login in logins
            if isinstance(login, str)
        }
    )


def _written(new: Mapping[str, Any], old: Mapping[str, Any], key: str) -> Iterator[tuple[KeyPath, Any]]:
    """Yield the values of a list that the change adds, each with its place."""
    earlier = [value for _, value in values_at(old, key)]
    return ((at, value) for at, value in values_at(new, key) if value not in earlier)


def _unknown_names(
    head: LoadedSource, base: ChangeBase, new: Mapping[str, Any], old: Mapping[str, Any]
) -> Iterator[tuple[KeyPath, str]]:
    for key, kind in _NAMES:
        for at, name in _written(new, old, f"{key}[]"):
            path = path_of(kind, name)
            if not any(path in side.raws or path in side.others for side in (head, base.loaded)):
                yield at, f"the {kind.entry.words} {name}"


def _unknown_people(
    base: ChangeBase, new: Mapping[str, Any], old: Mapping[str, Any]
) -> Iterator[tuple[KeyPath, str]]:
    everybody = {
        *_people([base.loaded.raws.get(path_of(Kind.PLATFORM, "platform"))], ("team",)),
        *_people(list(base.loaded.documents(Kind.TENANT)), ("owners", "members")),
    }
    earlier = {old.get("commander"), *(action["owner"] for _, action in values_at(old, "actions[]"))}
    named: list[tuple[KeyPath, Any]] = [(("commander",), new.get("commander"))]
    named += [((*at, "owner"), action["owner"]) for at, action in values_at(new, "actions[]")]
    for at, login in named:
        if login is not None and login not in earlier and login.lower() not in everybody:
            yield at, f"a person called {login}"
