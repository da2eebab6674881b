"""Whose a path is, and who takes part in a change: facts for the rules of ownership and of approval."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from fnmatch import translate
from re import compile as compile_pattern
from typing import Any

from mlplatform.core.change_base import ChangeBase
from mlplatform.core.loaded_source import LoadedSource
from mlplatform.core.naming import Identity, Kind, is_documentation, parse_path, path_of, tenant_of
from mlplatform.core.review import Review
from mlplatform.core.scripts import is_script, mentions, users_of


def is_owned_by_platform(path: str, base: ChangeBase, head: LoadedSource) -> bool:
    """True when the base says that only the platform team may touch a path; upper and lower case are alike."""
    raw = base.loaded.raws.get("platform.yaml") or head.raws.get("platform.yaml")
    owned = raw.data.get("ownedPaths") if raw else None
    patterns = [pattern for pattern in owned if isinstance(pattern, str)] if isinstance(owned, list) else []
    return any(_matches(path.casefold(), pattern.casefold()) for pattern in patterns)


def _matches(path: str, pattern: str) -> bool:
    """`tools/` is everything below it; `*` stands for anything within one step of a path."""
    expected, steps = pattern.rstrip("/").split("/"), path.split("/")
    if len(steps) < len(expected) or (len(steps) > len(expected) and not pattern.endswith("/")):
        return False
    if pattern.endswith("/") and len(steps) == len(expected):
        return False
    return all(
        compile_pattern(translate(w)).match(s) for w, s in zip(expected, steps[: len(expected)], strict=True)
    )


def subject_of(path: str, base: ChangeBase, head: LoadedSource) -> tuple[Identity, bool]:
    """Return the document that a changed file belongs to, and True when the file is that document."""
    if identity := parse_path(path):
        return identity, True
    if name := _dataset_at(path, base, head):
        return Identity(Kind.DATASET, name), False
    if tenant := tenant_of(path):
        return Identity(Kind.TENANT, tenant), False
    return Identity(Kind.PLATFORM, "platform"), False


def _dataset_at(path: str, base: ChangeBase, head: LoadedSource) -> str:
    """The data set whose data a file is."""
    if not path.startswith("examples/data/"):
        return ""
    for source in (base.loaded, head):
        for raw in source.documents(Kind.DATASET):
            if raw.data.get("location") == path:
                return raw.identity.name
    return ""


def trained_on(
    path: str, base: ChangeBase, head: LoadedSource, broken: Collection[tuple[Kind, str]]
) -> list[Mapping[str, Any]]:
    """The data sets that a script reads, as they are and as they were; {} for one that is not there.

    A broken one is as it was: its error denies the change.

    These are the ones of the models that it trains, or that a script trains which uses it, and those that they name.
    """
    if not is_script(path):
        return []
    sides = (base.loaded.raws, head.raws)
    users = users_of([path], base.loaded.script_texts) | users_of([path], head.script_texts)
    named = {
        path_of(Kind.DATASET, name)
        for source in (base.loaded, head)
        for raw in source.documents(Kind.MODEL)
        if _script(raw.data) in users
        for reference in raw.identity.kind.entry.refers_to
        if reference.part == "datasets"
        for _, name in reference.names(raw.data)
    }
    for source in (base.loaded, head):
        named.update(_mentioned(source, users))
    denied = {path_of(kind, name) for kind, name in broken}
    datasets: list[Mapping[str, Any]] = []
    for place in sorted(named):
        versions = [raws[place].data for raws in sides[: 1 if place in denied else 2] if place in raws]
        datasets += versions or ([] if place in denied else [{}])
    return datasets


def _mentioned(source: LoadedSource, scripts: Iterable[str]) -> Iterator[str]:
    """Yield the paths of the data sets that these scripts name, by their name or their file."""
    texts = (source.script_texts[path] for path in scripts if path in source.script_texts)
    names = {name for text in texts for name in mentions(text).data}
    for raw in source.documents(Kind.DATASET) if names else ():
        if raw.identity.name in names or raw.data.get("location") in {
            f"examples/data/{name}.csv" for name in names
        }:
            yield raw.path


def _script(model: Mapping[str, Any]) -> Any:
    training = model.get("training")
    return training.get("script") if isinstance(training, Mapping) else None


def menders(path: str, base: ChangeBase) -> list[str]:
    """Return the owners and members of all tenants for documentation, which all of them may mend; else nobody."""
    if not is_documentation(path):
        return []
    lists = (raw.data.get(key) for raw in base.loaded.documents(Kind.TENANT) for key in ("owners", "members"))
    return sorted(
        {login for logins in lists if isinstance(logins, list) for login in logins if isinstance(login, str)}
    )


def quorums(base: ChangeBase) -> dict[str, int]:
    """Return how many approvals of a tenant's owners, and of its members, the strictest environment asks for."""
    strictest = {"owners": 0, "members": 0}
    for raw in base.loaded.documents(Kind.ENVIRONMENT):
        approvals = raw.data.get("approvals")
        approvals = approvals if isinstance(approvals, Mapping) else {}
        groups, required = approvals.get("from"), approvals.get("required")
        if isinstance(groups, list) and isinstance(required, int):
            strictest |= {
                group: max(number, required) for group, number in strictest.items() if group in groups
            }
    return strictest


def is_first(environment: str, base: ChangeBase, head: LoadedSource) -> bool:
    """True when versions come to an environment from training, as the base says."""
    path = path_of(Kind.ENVIRONMENT, environment)
    raw = base.loaded.raws.get(path) or head.raws.get(path)
    return raw is not None and raw.data.get("promotesFrom") is None


def review_input(review: Review | None, commit: str | None) -> dict[str, Any]:
    """Return `input.review`: logins in lower case, and which reviews are of the judged commit."""
    if review is None:
        nobody: list[str] = []
        return {
            "given": False,
            "requester": "",
            "contributors": nobody,
            "pushers": nobody,
            "head": commit or "",
            "isHead": True,
            "reviews": [],
        }
    return {
        "given": True,
        "requester": review.requester.lower(),
        "contributors": _lower(review.contributors),
        "pushers": _lower(review.pushers),
        "head": review.head,
        "isHead": review.head == commit,
        "reviews": [
            {
                "user": given.user.lower(),
                "state": given.state,
                "head": given.head,
                "isHead": given.head == commit,
            }
            | ({"team": given.team} if given.team else {})
            for given in review.reviews
        ],
    }


def _lower(logins: Iterable[str]) -> list[str]:
    return sorted({login.lower() for login in logins})
