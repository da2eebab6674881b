"""Where documents live: the path says the kind and the name, and a document never repeats them."""

import re
from dataclasses import dataclass
from enum import StrEnum

NAME = r"[a-z][a-z0-9-]{1,38}[a-z0-9]"
NAME_WORDS = "3 to 40 of a-z, 0-9 and -, starting with a letter, not ending in -"


class Kind(StrEnum):
    """The kinds of document, as the first key `schema: <kind>/v1` names them."""

    PLATFORM = "platform"
    TENANT = "tenant"
    DATASET = "dataset"
    MODEL = "model"
    ENVIRONMENT = "environment"
    DEPLOYMENT = "deployment"
    WAIVER = "waiver"


@dataclass(frozen=True, slots=True)
class Identity:
    """What a path says: `name` is `reading`, `reading/events`, `production` or `production/reading/recommender`."""

    kind: Kind
    name: str

    @property
    def tenant(self) -> str | None:
        """The tenant whose document this is, or None for what the platform team owns."""
        match self.kind:
            case Kind.TENANT | Kind.DATASET | Kind.MODEL:
                return self.name.split("/")[0]
            case Kind.DEPLOYMENT:
                return self.name.split("/")[1]
            case _:
                return None

    @property
    def environment(self) -> str | None:
        """The environment whose document this is, or None."""
        return self.name.split("/")[0] if self.kind in (Kind.ENVIRONMENT, Kind.DEPLOYMENT) else None

    @property
    def model(self) -> str | None:
        """The `tenant/model` that this document is about, or None."""
        match self.kind:
            case Kind.MODEL:
                return self.name
            case Kind.DEPLOYMENT:
                return self.name.split("/", 1)[1]
            case _:
                return None


DOCUMENT_ROOTS = ("platform.yaml", "tenants/", "models/", "environments/", "policies/waivers/")

_PATHS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (Kind.DEPLOYMENT, re.compile(rf"environments/({NAME})/({NAME})/({NAME})\.yaml")),
    (Kind.MODEL, re.compile(rf"models/({NAME})/({NAME})\.yaml")),
    (Kind.DATASET, re.compile(rf"tenants/({NAME})/datasets/({NAME})\.yaml")),
    (Kind.TENANT, re.compile(rf"tenants/({NAME})/tenant\.yaml")),
    (Kind.ENVIRONMENT, re.compile(rf"environments/({NAME})/environment\.yaml")),
    (Kind.WAIVER, re.compile(rf"policies/waivers/({NAME})\.yaml")),
    (Kind.PLATFORM, re.compile(r"platform\.yaml")),
)


def parse_path(path: str) -> Identity | None:
    """The kind and name that a repository path stands for, or None where no document lives."""
    for kind, pattern in _PATHS:
        if found := pattern.fullmatch(path):
            return Identity(kind, "/".join(found.groups()) or "platform")
    return None


def path_of(kind: Kind, name: str) -> str:
    """The repository path of a document; the inverse of `identify`."""
    match kind:
        case Kind.PLATFORM:
            return "platform.yaml"
        case Kind.TENANT:
            return f"tenants/{name}/tenant.yaml"
        case Kind.DATASET:
            tenant, dataset = name.split("/")
            return f"tenants/{tenant}/datasets/{dataset}.yaml"
        case Kind.MODEL:
            return f"models/{name}.yaml"
        case Kind.ENVIRONMENT:
            return f"environments/{name}/environment.yaml"
        case Kind.DEPLOYMENT:
            return f"environments/{name}.yaml"
        case Kind.WAIVER:
            return f"policies/waivers/{name}.yaml"


def tenant_of(path: str) -> str:
    """The tenant that a path belongs to by its place, or nothing."""
    match path.split("/"):
        case ["tenants" | "models", tenant, _, *_] | ["environments", _, tenant, _, *_]:
            return tenant
        case ["examples", "data", tenant, _, *_]:
            return tenant
        case ["examples", "training", file] if "_" in file:
            return file.split("_")[0]
        case ["examples", "training", folder, _, *_]:
            return folder
    return ""


def printable(path: str) -> str:
    """A path that can be printed: what is not UTF-8, or cannot be seen, is escaped."""
    text = path.encode(errors="surrogateescape").decode(errors="backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
