"""What `platform incident` does: reads the incidents of a commit, and proposes to open one or to change it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pydantic import TypeAdapter, ValidationError

from mlplatform.check.schema import bodies
from mlplatform.core.errors import Refusal
from mlplatform.core.incident import RecordedIncident
from mlplatform.core.kinds.base import Moment
from mlplatform.core.kinds.incident import Incident
from mlplatform.core.naming import Kind
from mlplatform.flow.workspace import Workspace
from mlplatform.load.load import load
from mlplatform.load.subset_source import GitTreeSource
from mlplatform.propose.incident import (
    IncidentEdit,
    incident_name,
    open_incident,
    rfc3339,
    update_incident,
)
from mlplatform.propose.proposal import Proposal
from mlplatform.providers.git import Git
from mlplatform.providers.git.compare import PathEntry

_MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)
_TIMES = ("detected", "declared", "mitigated", "resolved")
NOW = "now"


@dataclass(frozen=True, slots=True)
class IncidentRequest:
    """What a person says of an incident: texts by key, of which times may be `now`, and what to add to its lists."""

    base: str
    reason: str
    texts: Mapping[str, str]
    more: Mapping[str, Sequence[str]] = field(default_factory=dict)


def read_incidents(git: Git, rev: str) -> tuple[RecordedIncident, ...]:
    """Return the incidents of a revision, newest first; Refusal that names the first that cannot be read."""
    commit = git.resolve(rev)
    tree = git.tree(commit, [Kind.INCIDENT.entry.root])
    entries = {path: PathEntry(entry.mode, entry.oid) for path, entry in tree.items()}
    loaded = load(GitTreeSource(git, commit, entries))
    valid, refused = bodies(loaded.raws)
    for finding in sorted((*loaded.findings, *refused)):
        raise Refusal(f"an incident cannot be read: {finding.message}", where=finding.where, fix=finding.fix)
    incidents = (
        RecordedIncident(loaded.raws[path].identity.name, path, body)
        for path, body in valid.items()
        if isinstance(body, Incident)
    )
    return tuple(
        sorted(incidents, key=lambda incident: (incident.body.detected, incident.name), reverse=True)
    )


def find_incident(git: Git, rev: str, name: str) -> RecordedIncident:
    """Return one incident of a revision; Refusal when there is none of that name."""
    for incident in read_incidents(git, rev):
        if incident.name == name:
            return incident
    raise Refusal(
        f"there is no incident {name} at {rev}", fix="`platform incident list` lists them, by day and name"
    )


def propose_opening(workspace: Workspace, request: IncidentRequest, name: str = "") -> Proposal:
    """Propose a new incident, declared now; `name` is what follows the day in its name (empty: from its title)."""
    now = rfc3339(datetime.now(UTC))
    texts = _with_times({"detected": NOW, **request.texts, "declared": NOW}, now)
    day = datetime.fromisoformat(texts["detected"])
    tenants = [
        *request.more.get("tenants", ()),
        *(model.split("/")[0] for model in request.more.get("models", ())),
    ]
    more = {**_with_commits(workspace.git, request.more), "tenants": list(dict.fromkeys(tenants))}
    return open_incident(
        workspace.git,
        workspace.git.resolve(request.base),
        incident_name(name or texts["title"], day),
        IncidentEdit(texts, more),
        request.reason,
    )


def propose_update(workspace: Workspace, request: IncidentRequest, name: str) -> Proposal:
    """Propose what has changed of an incident."""
    more = {key: values for key, values in _with_commits(workspace.git, request.more).items() if values}
    texts = _with_times(request.texts, rfc3339(datetime.now(UTC)))
    if not texts and not more:
        raise Refusal("nothing to change is named", fix="as in --mitigated now, or --cause TEXT")
    base = workspace.git.resolve(request.base)
    return update_incident(workspace.git, base, name, IncidentEdit(texts, more), request.reason)


def _with_times(texts: Mapping[str, str], now: str) -> dict[str, str]:
    return {key: _time(key, value, now) if key in _TIMES else value for key, value in texts.items()}


def _time(key: str, value: str, now: str) -> str:
    if value == NOW:
        return now
    try:
        return rfc3339(_MOMENT.validate_python(value))
    except ValidationError:
        fix = f"write it as {now}, with its zone, or as `now`"
        raise Refusal(f"--{key} {value} is no time", fix=fix) from None


def _with_commits(git: Git, more: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """Return the same lists, with whole commits for what names changes."""
    return {**more, "changes": [git.resolve(rev) for rev in more.get("changes", ())]}
