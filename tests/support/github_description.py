"""GitHub's own description of its API, to hold our requests and the stand-in's answers to.

It comes from npm into a cache folder (`python -m tests.support.github_description` says where); it is not kept here.
"""

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator
from jsonschema.validators import extend
from referencing import Registry
from referencing.jsonschema import DRAFT4

VERSION = "23.0.2"
PACKAGE = f"@octokit/openapi@{VERSION}"
_FILE = "package/generated/api.github.com.json"
_ROOT = "urn:github"
_SECONDS = 300


class NoDescription(Exception):
    """The description is not there and cannot be had; the message says why."""


@dataclass(frozen=True, slots=True)
class Operation:
    """What may be asked at a path by a method."""

    template: str
    data: Mapping[str, Any]


class Description:
    """The description, as questions to it."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self._registry: Any = Registry().with_resource(_ROOT, DRAFT4.create_resource(document))
        self._paths = [(_pattern(template), template) for template in document["paths"]]

    def operation(self, method: str, path: str) -> Operation | None:
        """Return what a request asks for; None when there is no such thing."""
        fitting = [template for pattern, template in self._paths if pattern.fullmatch(path)]
        for template in sorted(fitting, key=lambda template: template.count("{")):
            if data := self.document["paths"][template].get(method.lower()):
                return Operation(template, data)
        return None

    def request_errors(self, operation: Operation, query: Mapping[str, str], body: object) -> list[str]:
        """Return what is wrong with a request: unknown or missing parts, or parts of another type."""
        parameters = [self._resolved(parameter) for parameter in operation.data.get("parameters", ())]
        known = {parameter["name"]: parameter for parameter in parameters if parameter["in"] == "query"}
        wrong = [f"no parameter {name}" for name in query if name not in known]
        wrong += [
            f"{name} is missing"
            for name, known_one in known.items()
            if known_one.get("required") and name not in query
        ]
        for name, value in query.items():
            schema = known[name]["schema"] if name in known else {}
            typed: object = int(value) if schema.get("type") == "integer" and value.isdigit() else value
            wrong += [f"{name}: {error}" for error in self.schema_errors(schema, typed)]
        content = self._resolved(operation.data.get("requestBody", {})).get("content", {})
        if body is None:
            return wrong
        if (media := content.get("application/json")) is None:
            return [*wrong, "a body where none may be"]
        wrong += self.schema_errors(media["schema"], body)
        properties = self._merged(media["schema"]).get("properties", {})
        return wrong + [f"no property {name}" for name in body if properties and name not in properties]  # type: ignore[attr-defined]

    def response_schema(self, operation: Operation, status: int) -> Mapping[str, Any] | None:
        """Return the schema of an answer's body; None where it has none."""
        response = self._resolved(operation.data["responses"].get(str(status), {}))
        schema: Mapping[str, Any] | None = (
            response.get("content", {}).get("application/json", {}).get("schema")
        )
        return schema

    def has_status(self, operation: Operation, status: int) -> bool:
        """True when the description says that an answer may have a status."""
        return str(status) in operation.data["responses"]

    def schema_errors(self, schema: Mapping[str, Any], value: object) -> list[str]:
        """Return what a schema says against a value."""
        absolute = {"allOf": [json.loads(json.dumps(schema).replace('"#/', f'"{_ROOT}#/'))]}
        validator = _Validator(absolute, registry=self._registry)
        return [
            f"{'.'.join(map(str, error.absolute_path))}: {error.message}"[:300]
            for error in validator.iter_errors(value)
        ]

    def filled(self, schema: Mapping[str, Any], values: object) -> Any:
        """Return the values, and for every required field beside them the least that the schema takes."""
        whole = self._merged(schema)
        if isinstance(values, list):
            return [self.filled(whole.get("items", {}), value) for value in values]
        if not isinstance(values, dict) or "properties" not in whole:
            return values
        properties = whole["properties"]
        needed = {
            name: self._least(properties[name]) for name in whole.get("required", ()) if name not in values
        }
        return needed | {name: self.filled(properties.get(name, {}), value) for name, value in values.items()}

    def _least(self, schema: Mapping[str, Any]) -> Any:
        whole = self._merged(schema)
        if whole.get("nullable"):
            return None
        if "enum" in whole:
            return whole["enum"][0]
        match whole.get("type"):
            case "string":
                return {"uri": "https://example.com", "date-time": "2026-01-01T00:00:00Z"}.get(
                    whole.get("format", ""), "x"
                )
            case "integer" | "number":
                return whole.get("minimum", 0)
            case "boolean":
                return False
            case "array":
                return []
            case _:
                return self.filled(whole, {})

    def _merged(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a schema with what it refers to, and of several to choose from the first."""
        schema = self._resolved(schema)
        for key in ("oneOf", "anyOf"):
            if key in schema and "properties" not in schema:
                return {
                    **self._merged(schema[key][0]),
                    **({"nullable": True} if schema.get("nullable") else {}),
                }
        merged = dict(schema)
        for every in schema.get("allOf", ()):
            extra = self._merged(every)
            merged = {
                **extra,
                **merged,
                "properties": {**extra.get("properties", {}), **merged.get("properties", {})},
                "required": [*extra.get("required", ()), *merged.get("required", ())],
            }
        return merged

    def _resolved(self, part: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in part:
            steps = part["$ref"].removeprefix("#/").split("/")
            found: Any = self.document
            for step in steps:
                found = found[step.replace("~1", "/").replace("~0", "~")]
            part = found
        return part


@cache
def description() -> Description:
    """Return the description; where it cannot be had the test is skipped with the reason (in CI that is a failure)."""
    import pytest

    try:
        return Description(json.loads(find_description().read_bytes()))
    except NoDescription as error:
        pytest.skip(str(error))


def find_description() -> Path:
    """Return the cached file, fetched by npm when it is not there yet."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    file = Path(root) / "mlplatform" / f"octokit-openapi-{VERSION}" / "api.github.com.json"
    with _lock(file.parent):
        if not file.exists():
            _fetch(file)
    return file


def _fetch(target: Path) -> None:
    if (npm := shutil.which("npm")) is None:
        raise NoDescription(f"there is no npm on PATH to fetch GitHub's description with ({PACKAGE})")
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        command = [npm, "pack", PACKAGE, "--silent", "--ignore-scripts", "--pack-destination", folder]
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
        archives = list(Path(folder).glob("*.tgz"))
        if done.returncode or not archives:
            raise NoDescription(f"npm pack {PACKAGE} fails: {done.stderr.strip()[-500:]}")
        subprocess.run(["tar", "-xzf", archives[0], "-C", folder, _FILE], check=True)
        Path(folder, _FILE).rename(target)


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Two workers of pytest fetch it once."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _pattern(template: str) -> "re.Pattern[str]":
    return re.compile(re.sub(r"\\\{[^/]+?\\\}", "[^/]+", re.escape(template)))


def _unless_null(check: Callable[..., Any]) -> Callable[..., Any]:
    """OpenAPI 3.0 says `nullable` beside a type, where JSON Schema would say null among the types."""

    def checked(validator: Any, value: Any, instance: Any, schema: Any) -> Any:
        return (
            () if instance is None and schema.get("nullable") else check(validator, value, instance, schema)
        )

    return checked


_Validator: Any = extend(
    Draft4Validator,
    {name: _unless_null(check) for name, check in Draft4Validator.VALIDATORS.items() if name != "$ref"},
)


if __name__ == "__main__":
    try:
        print(find_description())
    except NoDescription as error:
        sys.exit(str(error))
