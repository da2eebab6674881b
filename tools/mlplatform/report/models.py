"""Prints versions of models and where each runs: `platform models`."""

from collections.abc import Mapping, Sequence
from typing import Any

from semver import Version

from mlplatform.core.payload import short_digest
from mlplatform.observe.models import UNKNOWN_VERSION, EnvironmentVersion
from mlplatform.report.plain import one_line
from mlplatform.report.table import table

_HEAD = ("model", "version", "digest", "environment", "state", "metrics")


def models_text(
    versions: Sequence[EnvironmentVersion], unreadable: Mapping[str, str], width: int | None = None
) -> str:
    """A row for each version in each environment, newest version first; then what could not be read."""
    newest_first = sorted(versions, key=_precedence, reverse=True)
    rows = [_row(version) for version in sorted(newest_first, key=lambda version: version.model)]
    lines = [table(_HEAD, rows, width)] if rows else ["no version of any model"]
    return "\n".join(
        [*lines, *(one_line(f"{name} cannot be read: {why}") for name, why in unreadable.items())]
    )


def models_json(versions: Sequence[EnvironmentVersion], unreadable: Mapping[str, str]) -> dict[str, Any]:
    """The versions by environment, earliest first, and why what is missing could not be read."""
    return {"versions": [version.as_json() for version in versions], "unreadable": dict(unreadable)}


def _row(version: EnvironmentVersion) -> tuple[str, ...]:
    metrics = ", ".join(f"{name} {value:g}" for name, value in version.lineage.metrics.items())
    digest = short_digest(version.digest)
    return version.model, version.version, digest, version.environment, _state(version), metrics or "-"


def _state(version: EnvironmentVersion) -> str:
    """`champion, pinned, answers 100 %`, or `registered` where nothing else is to be said."""
    facts = [*version.aliases, *(["pinned"] if version.is_pinned else [])]
    if version.percent:
        facts.append(f"answers {version.percent} %")
    if not version.is_registered:
        facts.append("not registered")
    return ", ".join(facts) or "registered"


def _precedence(version: EnvironmentVersion) -> Version:
    return Version.parse("0.0.0" if version.version == UNKNOWN_VERSION else version.version)
