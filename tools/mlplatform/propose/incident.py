"""Writes incidents: opens one, and brings it up to date."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from mlplatform.core.errors import Refusal
from mlplatform.core.naming import Kind
from mlplatform.propose.base_commit import BaseCommit, document_path
from mlplatform.propose.edit import schema_hint
from mlplatform.propose.message import message_of
from mlplatform.propose.proposal import Proposal
from mlplatform.propose.yaml_edit import block, extend, put, read_mapping
from mlplatform.providers.git import Git

_KEYS = (
    "schema",
    "severity",
    "title",
    "detected",
    "declared",
    "mitigated",
    "resolved",
    "cause",
    "commander",
    "tenants",
    "models",
    "environments",
    "changes",
    "actions",
)
_ACTIONS = "actions: [] # - {what: …, owner: …, due: 2026-12-07}, and `done:` with the day once it is\n"
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class IncidentEdit:
    """What to write: texts by key (`severity`, `title`, times, `cause`, `commander`), and what to add to lists."""

    texts: Mapping[str, str]
    more: Mapping[str, Sequence[str]] = field(default_factory=dict)


def rfc3339(moment: datetime) -> str:
    """Write a time as documents do: in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def incident_name(title: str, day: datetime) -> str:
    """Return the name of an incident that began on a day: 2026-11-30-wrong-scores."""
    words = re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")
    name = re.sub(r"^[^a-z]+", "", words)[:_LONGEST_NAME].rstrip("-")
    if len(name) < 3:
        raise Refusal(
            "the title gives no name of a file", fix="name it with --name, as in --name wrong-scores"
        )
    return f"{day.astimezone(UTC).date().isoformat()}-{name}"


def open_incident(git: Git, base: str, name: str, edit: IncidentEdit, reason: str = "") -> Proposal:
    """Propose a new incident on top of a commit; Refusal when there is one of that name."""
    path = document_path(Kind.INCIDENT, name)
    if BaseCommit(git, base).text(path) is not None:
        fix = f"bring it up to date: platform incident update {name}, or choose another --name"
        raise Refusal(f"the incident {name} is there already", where=path, fix=fix)
    values = {"schema": f"{Kind.INCIDENT.value}/v1", **edit.texts} | {
        key: list(edit.more.get(key, ())) for key in ("tenants", "models", "environments", "changes")
    }
    lines = [line for key in _KEYS if key in values for line in block(key, values[key])]
    text = "\n".join([schema_hint(path, Kind.INCIDENT.value), *lines]) + "\n" + _ACTIONS
    title = f"incident: {name} ({edit.texts['severity']}, new)"
    return _proposal(f"incident/{name}", title, base, path, text, edit, reason)


def update_incident(git: Git, base: str, name: str, edit: IncidentEdit, reason: str = "") -> Proposal:
    """Propose to bring an incident up to date; everything else in it stays, byte for byte."""
    path = document_path(Kind.INCIDENT, name)
    before = BaseCommit(git, base).text(path)
    if before is None:
        fix = "`platform incident list` lists them; one that is not merged yet is on --base incident/NAME"
        raise Refusal(f"there is no incident {name} at commit {base[:12]}", fix=fix)
    text = before
    for key, value in edit.texts.items():
        text = put(text, (key,), value, before=_KEYS[: _KEYS.index(key)], where=path)
    for key, values in edit.more.items():
        text = extend(text, key, values, before=_KEYS[: _KEYS.index(key)], where=path)
    read_mapping(text, path)
    if text == before:
        raise Refusal(f"the incident {name} says this already", where=path, fix="name what has changed")
    keys = [key for key in _KEYS if key in (*edit.texts, *edit.more)]
    title = f"incident: {name} ({', '.join(keys)})"
    return _proposal(f"incident/{name}.{'-'.join(keys)}", title, base, path, text, edit, reason)


def _proposal(
    branch: str, title: str, base: str, path: str, text: str, edit: IncidentEdit, reason: str
) -> Proposal:
    times = [(key, edit.texts[key]) for key in _KEYS if key in edit.texts and key in _TIMES]
    message = message_of(title, [("document", path), *times], reason)
    return Proposal(branch, title, message, {path: text.encode()}, base)


_TIMES = ("detected", "declared", "mitigated", "resolved")
