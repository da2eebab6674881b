"""Facts of change: what a pull request makes of its base, and what environments pinned before. Rego judges them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlplatform.core.base import Base
from mlplatform.core.document import Raw
from mlplatform.core.loaded import Loaded
from mlplatform.core.naming import Identity, Kind, path_of

Pinned = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """One document that differs from the base: `before` is None when it is new, `after` when it is gone."""

    identity: Identity
    path: str
    before: Raw | None
    after: Raw | None

    @property
    def action(self) -> str:
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"


def document_changes(head: Loaded, base: Base) -> Iterator[DocumentChange]:
    """The documents whose data differs; one that cannot be read at head is neither changed nor gone."""
    before, after = base.loaded.raws, head.raws
    unreadable = {finding.path for finding in head.findings}
    for path, raw in after.items():
        old = before.get(path)
        if old is None or old.data != raw.data:
            yield DocumentChange(raw.identity, path, old, raw)
    for path, raw in before.items():
        if path not in after and path not in unreadable:
            yield DocumentChange(raw.identity, path, raw, None)


def facts(change: DocumentChange, head: Loaded, base: Base) -> dict[str, Any]:
    """What Rego sees as `input.change`: the action and the data before, and for a deployment what was pinned where.

    `base` is what the environment pins at the base; `relation` how the version compares with it (up, down, same,
    new). `sourcePins` is what the environment that promotes to this one pins or pinned, `ownPins` what this one
    did, and `isRollback` whether this pin is among them and not the present one: these three are left out where
    the history is not complete, so that a rule that needs them denies.
    """
    said: dict[str, Any] = {"action": change.action, "before": change.before.data if change.before else None}
    if change.identity.kind is not Kind.DEPLOYMENT:
        return said
    environment, model = str(change.identity.environment), str(change.identity.model)
    source = _promotes_from(environment, head, base)
    current = _pin(change.before.data) if change.before else None
    wanted = _pin(change.after.data) if change.after else None
    said |= {"promotesFrom": source, "historyComplete": base.history.complete, "base": current}
    if relation := _relation(wanted, current):
        said["relation"] = relation
    if base.history.complete:
        own = _pins(base, environment, model)
        said["ownPins"] = own
        said["sourcePins"] = _pins(base, source, model) if source else []
        said["isRollback"] = wanted is not None and wanted in own and wanted != current
    return said


def _promotes_from(environment: str, head: Loaded, base: Base) -> str | None:
    """As the base says, so that a change cannot choose its own way; a new environment is taken at its word."""
    path = path_of(Kind.ENVIRONMENT, environment)
    raw = base.loaded.raws.get(path) or head.raws.get(path)
    said = raw.data.get("promotesFrom") if raw else None
    return said if isinstance(said, str) else None


def _pins(base: Base, environment: str, model: str) -> list[Pinned]:
    """What an environment pins at the base and pinned before, each once."""
    raw = base.loaded.raws.get(path_of(Kind.DEPLOYMENT, f"{environment}/{model}"))
    now = _pin(raw.data) if raw else None
    before = ({"version": pin.version, "digest": pin.digest} for pin in base.history.of(environment, model))
    return _once([*([now] if now else []), *before])


def _once(pins: Iterable[Pinned]) -> list[Pinned]:
    return list({(pin["version"], pin["digest"]): pin for pin in pins}.values())


def _pin(data: Mapping[str, Any]) -> Pinned | None:
    version, digest = data.get("version"), data.get("digest")
    if isinstance(version, str) and isinstance(digest, str):
        return {"version": version, "digest": digest}
    return None


def _relation(wanted: Pinned | None, current: Pinned | None) -> str | None:
    """How a version compares with the present one; None where one of them is no semantic version."""
    from semver import Version

    if wanted is None or current is None:
        return "new" if wanted else None
    try:
        order = Version.parse(wanted["version"]).compare(Version.parse(current["version"]))
    except ValueError:
        return None
    return ("same", "up", "down")[order]
