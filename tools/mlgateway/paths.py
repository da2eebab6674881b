"""Which endpoint a request target means; whatever is not listed here never reaches the upstream."""

import re
from dataclasses import dataclass
from enum import Enum

from mlgateway.routes import is_name


class Fixed(Enum):
    """Endpoints without a model, by path."""

    SERVER = "/v2"
    LIVE = "/v2/health/live"
    READY = "/v2/health/ready"
    STATE = "/gateway/state"


class Verb(Enum):
    """The operations on a model, by the last part of the path."""

    INFER = "infer"
    READY = "ready"
    METADATA = ""


@dataclass(frozen=True, slots=True)
class ModelPath:
    """An endpoint of one model; version is the semver that the client insists on, if it does."""

    model: str
    version: str | None
    verb: Verb


class PathRefused(Exception):
    """Why a target means no endpoint, with the status to answer."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


_FIXED = {endpoint.value: endpoint for endpoint in Fixed}
_MODEL = re.compile(r"/v2/models/([^/]+)(?:/versions/([^/]+))?(?:/(infer|ready))?")
_PLAIN = re.compile(r"/[A-Za-z0-9._+/-]*")


def parse_target(target: bytes) -> Fixed | ModelPath:
    """Read a request target, a query being ignored; raises PathRefused."""
    path = target.partition(b"?")[0].decode("latin-1")
    if endpoint := _FIXED.get(path):
        return endpoint
    if not _PLAIN.fullmatch(path) or "//" in path or "/." in path:
        raise PathRefused(400, "a path holds only letters, digits and . _ + - between single slashes")
    matched = _MODEL.fullmatch(path)
    if not matched:
        raise PathRefused(404, f"{path[:200]} is not an endpoint of this gateway")
    model, version, verb = matched.groups()
    if not is_name(model):
        raise PathRefused(400, f"{model[:200]} cannot be the name of a model")
    return ModelPath(model, version, Verb(verb or ""))
