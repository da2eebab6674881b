"""The route file: written by the control plane (atomically, by rename), obeyed by the gateway.

    {"schema": "routes/v1", "generation": 7, "upstream": "127.0.0.1:8123",
     "models": {"clinic.tumour": {"routes": [
        {"version": "1.4.0", "digest": "sha256:<64 hex>", "upstreamModel": "clinic.tumour.0123456789ab",
         "weight": 100}]}}}

- `generation` rises with every change of content; an older file never replaces a newer one.
- `upstream` is the host:port of the one Triton server behind the gateway.
- `models` maps the public name, which clients use, to what answers for it: `version` and `digest` are told to
  the client, `upstreamModel` is asked. Today a model has exactly one route, of weight 100.

Anything else in the file is refused whole: an unknown key, a duplicate key, a value that only looks right.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MAX_BYTES = 16 * 1024 * 1024

_NAME = re.compile(r"[a-z0-9]+(?:(?:\.|-+)[a-z0-9]+)*")
_IDENTIFIER = r"(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)"
_SEMVER = re.compile(
    r"(?:0|[1-9][0-9]*)\.(?:0|[1-9][0-9]*)\.(?:0|[1-9][0-9]*)"
    rf"(?:-{_IDENTIFIER}(?:\.{_IDENTIFIER})*)?(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?"
)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_HOST = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*", re.IGNORECASE)
_PORT = re.compile(r"0|[1-9][0-9]{0,4}")


class RoutesError(ValueError):
    """Why a route file was refused, as one sentence."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Route:
    """One version of a model: what clients are told (version, digest) and what is asked (upstream_model)."""

    version: str
    digest: str
    upstream_model: str
    weight: int


@dataclass(frozen=True, slots=True)
class RouteTable:
    """A whole route file that was accepted."""

    generation: int
    upstream: Address
    models: Mapping[str, tuple[Route, ...]]

    def pick(self, model: str) -> Route | None:
        """The route that the next request for this model takes; choosing among several would go here."""
        routes = self.models.get(model)
        return routes[0] if routes else None


def is_name(text: str) -> bool:
    """True when this could be the name of a model, public or upstream."""
    return len(text) <= 128 and _NAME.fullmatch(text) is not None


def parse_address(text: str, lowest_port: int = 1) -> Address:
    """Read host:port; raises RoutesError."""
    host, _, port = text.rpartition(":")
    if len(host) > 253 or not _HOST.fullmatch(host) or not _PORT.fullmatch(port):
        raise RoutesError(f"{_shown(text)} is not host:port")
    if not lowest_port <= int(port) <= 65535:
        raise RoutesError(f"{_shown(text)} names no port from {lowest_port} to 65535")
    return Address(host, int(port))


def parse(content: bytes) -> RouteTable:
    """Read a whole route file; raises RoutesError, and nothing else, for whatever is wrong with it."""
    root = _object(_load(content), "the route file", {"schema", "generation", "upstream", "models"})
    if root["schema"] != "routes/v1":
        raise RoutesError(f"schema is {_shown(root['schema'])}, not 'routes/v1'")
    generation = root["generation"]
    if type(generation) is not int or generation < 0:
        raise RoutesError(f"generation is {_shown(generation)}, not a whole number of 0 or more")
    if not isinstance(root["models"], dict):
        raise RoutesError("models is not an object")
    models = {name: _model(name, value) for name, value in root["models"].items()}
    return RouteTable(generation, parse_address(_text(root, "upstream", "the route file")), models)


def _load(content: bytes) -> Any:
    if len(content) > MAX_BYTES:
        raise RoutesError(f"it has more than {MAX_BYTES} bytes")
    try:
        return json.loads(content.decode("utf-8"), object_pairs_hook=_unique)
    except RoutesError:
        raise
    except UnicodeDecodeError as error:
        raise RoutesError(f"it is not UTF-8: {error.reason} at byte {error.start}") from None
    except (
        ValueError,
        RecursionError,
    ) as error:  # RecursionError: nested too deeply; ValueError: also huge numbers
        raise RoutesError(f"it is not JSON: {error}") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for key, value in pairs:
        if key in members:
            raise RoutesError(f"the key {_shown(key)} stands twice in one object")
        members[key] = value
    return members


def _model(name: str, value: Any) -> tuple[Route, ...]:
    if not is_name(name):
        raise RoutesError(f"{_shown(name)} is not the name of a model")
    routes = _object(value, name, {"routes"})["routes"]
    if not isinstance(routes, list) or len(routes) != 1:
        raise RoutesError(f"{name}: routes must be a list of exactly one route")
    return (_route(name, routes[0]),)


def _route(name: str, value: Any) -> Route:
    fields = _object(value, f"the route of {name}", {"version", "digest", "upstreamModel", "weight"})
    version = _matching(fields, "version", name, _SEMVER, "a semantic version")
    digest = _matching(fields, "digest", name, _DIGEST, "sha256: and 64 hexadecimal digits")
    upstream_model = _text(fields, "upstreamModel", name)
    if not is_name(upstream_model):
        raise RoutesError(f"{name}: upstreamModel {_shown(upstream_model)} is not the name of a model")
    if type(fields["weight"]) is not int or fields["weight"] != 100:
        raise RoutesError(f"{name}: weight is {_shown(fields['weight'])}; the only weight is 100")
    return Route(version, digest, upstream_model, 100)


def _object(value: Any, where: str, keys: set[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RoutesError(f"{where} is not an object")
    if missing := keys - value.keys():
        raise RoutesError(f"{where} lacks {', '.join(sorted(missing))}")
    if unknown := value.keys() - keys:
        raise RoutesError(f"{where} has the unknown key {_shown(min(unknown))}")
    return value


def _matching(fields: dict[str, Any], key: str, where: str, pattern: re.Pattern[str], what: str) -> str:
    text = _text(fields, key, where)
    if len(text) > 256 or not pattern.fullmatch(text):
        raise RoutesError(f"{where}: {key} {_shown(text)} is not {what}")
    return text


def _text(fields: dict[str, Any], key: str, where: str) -> str:
    value = fields[key]
    if not isinstance(value, str):
        raise RoutesError(f"{where}: {key} is {_shown(value)}, not a string")
    return value


def _shown(value: object) -> str:
    text = ascii(value)  # ASCII: a lone surrogate could not be logged or sent
    return text if len(text) <= 80 else text[:77] + "..."
