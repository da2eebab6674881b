"""Where documents live: the path says the kind and the name, and a document never repeats them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mlplatform.core.kinds.document_kind import Stops
from mlplatform.core.kinds.table import Kind
from mlplatform.core.names import NAME, NAME_WORDS, printable

__all__ = [
    "DOCUMENT_ROOTS",
    "NAME",
    "NAME_WORDS",
    "TENANT_ROOTS",
    "ErrorScope",
    "Identity",
    "Kind",
    "error_scope_of",
    "is_documentation",
    "kinds_referred_to",
    "parent_kinds",
    "parse_path",
    "path_of",
    "printable",
    "tenant_of",
]


@dataclass(frozen=True, slots=True)
class Identity:
    """The kind and the name of a document: `reading`, `reading/events`, `production/reading/recommender`."""

    kind: Kind
    name: str

    def name_of(self, kind: Kind) -> str | None:
        """Return the name of the document of a kind that this one's path names, itself included; None without one."""
        steps = dict(zip(self.kind.entry.placeholders, self.name.split("/"), strict=False))
        names = [steps.get(placeholder) for placeholder in kind.entry.placeholders]
        is_named = kind is self.kind or kind.entry.placeholders[-1:] == (kind.value,)
        return "/".join(map(str, names)) if names and None not in names and is_named else None

    @property
    def tenant(self) -> str | None:
        """The tenant whose document this is, or None for what the platform team owns."""
        return self.name_of(Kind.TENANT)

    @property
    def environment(self) -> str | None:
        """The environment whose document this is, or None."""
        return self.name_of(Kind.ENVIRONMENT)

    @property
    def model(self) -> str | None:
        """The `tenant/model` that this document is about, or None."""
        return self.name_of(Kind.MODEL)

    def parents(self) -> Iterator[tuple[Kind, str]]:
        """Yield the documents that its path refers to: of a deployment its environment, its tenant and its model."""
        for kind in Kind:
            if kind is not self.kind and (name := self.name_of(kind)):
                yield kind, name


@dataclass(frozen=True, slots=True)
class ErrorScope:
    """A folder of documents: what an error in it stops, and whose it is (None where the path does not say it)."""

    stops: Stops
    tenant: str | None
    environment: str | None


DOCUMENT_ROOTS = tuple(dict.fromkeys(kind.entry.root for kind in Kind))
TENANT_ROOTS = tuple(dict.fromkeys(kind.entry.root for kind in Kind if kind.entry.is_of_tenant))
_BY_DEPTH = sorted(Kind, key=lambda kind: -len(kind.entry.placeholders))


def parent_kinds(kind: Kind) -> tuple[Kind, ...]:
    """Return the kinds of the documents that the paths of a kind refer to."""
    names = "/".join("name" for _ in kind.entry.placeholders)
    return tuple(parent for parent, _ in Identity(kind, names).parents())


def kinds_referred_to() -> tuple[Kind, ...]:
    """Return the kinds that documents refer to, by their path or by a key."""
    by_path = {parent for kind in Kind for parent in parent_kinds(kind)}
    by_key = {reference.kind for kind in Kind for reference in kind.entry.refers_to}
    return tuple(kind for kind in Kind if kind in by_path or kind.value in by_key)


def parse_path(path: str) -> Identity | None:
    """Return the kind and name that a repository path stands for, or None where no document lives."""
    for kind in _BY_DEPTH:
        if match := kind.entry.pattern.fullmatch(path):
            return Identity(kind, "/".join(match.groups()) or kind.value)
    return None


def path_of(kind: Kind, name: str) -> str:
    """Return the repository path of a document; the inverse of `parse_path`."""
    placeholders = kind.entry.placeholders
    names = [*name.split("/", len(placeholders) - 1), *[""] * len(placeholders)]
    return kind.entry.path.format(**dict(zip(placeholders, names, strict=False)))


def error_scope_of(path: str) -> ErrorScope | None:
    """Return the innermost folder of documents that a path lies in, be it a document or not; None elsewhere."""
    if identity := parse_path(path):
        return ErrorScope(identity.kind.entry.stops, identity.tenant, identity.environment)
    steps = path.split("/")
    matches = [kind for kind in Kind if _lies_in(steps, kind.entry.folder)]
    if not matches:
        return None
    entry = max(matches, key=lambda kind: len(kind.entry.folder)).entry
    names = {part: step for part, step in zip(entry.folder, steps, strict=False) if part.startswith("{")}
    return ErrorScope(entry.stops, names.get("{tenant}"), names.get("{environment}"))


def _lies_in(steps: list[str], folder: tuple[str, ...]) -> bool:
    """True when a path lies in a folder, or is one that has no name in it."""
    has_name = any(part.startswith("{") for part in folder)
    if not folder or len(steps) < len(folder) + has_name:
        return False
    return all(part.startswith("{") or part == step for part, step in zip(folder, steps, strict=False))


def _tenant_folder(folder: tuple[str, ...]) -> str:
    """Return a pattern for all that lies in the tenant's part of a folder; the tenant is a group."""
    steps = folder[: folder.index("{tenant}")]
    return "".join("[^/]+/" if step.startswith("{") else f"{re.escape(step)}/" for step in steps) + "([^/]+)/"


_TENANT_FOLDERS = re.compile(
    "|".join(sorted({_tenant_folder(kind.entry.folder) for kind in Kind if "{tenant}" in kind.entry.folder}))
)


_DOCUMENTATION = re.compile(
    r"docs/.+\.(?:md|png|svg|jpe?g|gif)|(?:examples/)?README\.md|CONTRIBUTING\.md|CHANGELOG\.md"
)


def is_documentation(path: str) -> bool:
    """True for a file that only people read, and that no program obeys."""
    return _DOCUMENTATION.fullmatch(path) is not None


def tenant_of(path: str) -> str:
    """Return the tenant that a path belongs to by its place, or nothing."""
    if match := _TENANT_FOLDERS.match(path):
        return str(match[match.lastindex or 0])
    match path.split("/"):
        case ["examples", "data", tenant, _, *_] | ["notebooks", tenant, _, *_]:
            return tenant
        case ["examples", "training", file] if "_" in file:
            return file.split("_")[0]
        case ["examples", "training", folder, _, *_]:
            return folder
    identity = parse_path(path)
    return (identity.tenant or "") if identity else ""
