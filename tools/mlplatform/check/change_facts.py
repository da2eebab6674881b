"""Facts of change: what a pull request makes of its base, and what environments pinned before. Rego judges them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mlplatform.check.freezes import freezes
from mlplatform.check.incident_facts import incident_facts
from mlplatform.check.revoked import revoked
from mlplatform.core.change_base import ChangeBase, SignOff
from mlplatform.core.document import RawDocument
from mlplatform.core.kinds.document_kind import ChangeFact
from mlplatform.core.loaded_source import LoadedSource
from mlplatform.core.naming import Identity, Kind, path_of

Pinned = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """One document that differs from the base: `before` is None when it is new, `after` when it is gone."""

    identity: Identity
    path: str
    before: RawDocument | None
    after: RawDocument | None

    @property
    def action(self) -> str:
        """`added`, `changed` or `removed`; `kept` for an environment in which only deployments change."""
        if self.before is None:
            return "added"
        if self.after is None:
            return "removed"
        return "kept" if self.before.data == self.after.data else "changed"


class ChangeFacts:
    """The documents that differ between a base and a head, and the facts about them that policies read."""

    def __init__(self, head: LoadedSource, base: ChangeBase, now: datetime) -> None:
        self.documents = tuple(_document_changes(head, base))
        self.now = now
        self._head, self._base = head, base
        self._of_kind: Mapping[ChangeFact, Callable[[DocumentChange], dict[str, Any]]] = {
            "pins": self._of_deployment,
            "past": self._past,
            "counts": self._counts,
            "pinned": self._pinned,
            "named": self._named,
            "signedOff": self._signed_off,
        }

    def facts(self, change: DocumentChange) -> dict[str, Any]:
        """Return `input.change` of a document (policies/README.md lists its keys)."""
        before = change.before.data if change.before else None
        after = change.after.data if change.after else {}
        keys = {*(before or {}), *after}
        facts: dict[str, Any] = {
            "action": change.action,
            "before": before,
            "changedKeys": sorted(key for key in keys if (before or {}).get(key) != after.get(key)),
            "now": nanoseconds(self.now),
        }
        for name in change.identity.kind.entry.change_facts:
            facts |= self._of_kind[name](change)
        return facts

    def is_rollback(self, change: DocumentChange) -> bool:
        """True when a deployment goes down to a version that ran in its environment before."""
        if not change.identity.kind.entry.pins or change.after is None:
            return False
        pinned = _pin(change.after.data)
        current = _pin(change.before.data) if change.before else None
        is_down = _relation(pinned, current).get("relation") == "down"
        return self._base.history.complete and is_down and pinned in self._own_ran(change.identity)

    def _of_deployment(self, change: DocumentChange) -> dict[str, Any]:
        """Return the facts about a deployment; a shallow clone lacks those from history, so that policies deny."""
        identity = change.identity
        environment, model = str(identity.environment), str(identity.model)
        source = _promotes_from(environment, self._head, self._base)
        current = _pin(change.before.data) if change.before else None
        pinned = _pin(change.after.data) if change.after else None
        signature = self._base.signatures.get((environment, model))
        facts: dict[str, Any] = {
            "model": model,
            "promotesFrom": source,
            "historyComplete": self._base.history.complete,
            "base": current,
            "hasSignatureBefore": signature is not None,
            "freezes": freezes(self._head, self._base, identity),
            "revoked": revoked(self._head, self._base, identity, change.after.data if change.after else {}),
            **_relation(pinned, current),
            **self._base.earlier.get((environment, model), {}),
        }
        if pinned and not current and (pins := self._base.history.of(environment, model)):
            last = {"version": pins[0].version, "digest": pins[0].digest}
            facts |= {key: step for key, step in _relation(pinned, last).items() if key == "step"}
        if signature is not None:
            facts["signatureBefore"] = signature
        if self._base.history.complete:
            facts["ownPins"] = self._own_pins(identity)
            same = self._base.same_artifact.get((environment, model), ())
            facts["sameArtifact"] = [use.as_json() for use in same]
            facts["ownRan"] = self._own_ran(identity)
            facts["sourcePins"] = _pins(self._base, source, model) if source else []
            facts["sourceRan"] = _ran(self._base, source, model) if source else []
            facts["sourceLeft"] = _abandoned_pins(self._base, source, model) if source else []
            facts["sourceOnHold"] = _on_hold(self._base, source, model) if source else []
            facts["isRollback"] = self.is_rollback(change)
            facts |= self._ran_until(identity, pinned)
        return facts

    def _ran_until(self, identity: Identity, pinned: Pinned | None) -> dict[str, int]:
        """Until when the environment had this version last, in nanoseconds; nothing where it never had."""
        pins = self._base.history.of(str(identity.environment), str(identity.model))
        for pin in pins:
            if pinned == {"version": pin.version, "digest": pin.digest}:
                now = nanoseconds(self.now)
                return {"ranUntil": now if pin.until is None else pin.until * 1_000_000_000}
        return {}

    def _own_pins(self, identity: Identity) -> list[Pinned]:
        return _pins(self._base, str(identity.environment), str(identity.model))

    def _own_ran(self, identity: Identity) -> list[Pinned]:
        return _ran(self._base, str(identity.environment), str(identity.model))

    def _past(self, change: DocumentChange) -> dict[str, Any]:
        """Return what documents of history last said of the same data; nothing where history is cut short."""
        past = self._base.past_data.get(change.path, ())
        return {"past": list(past)} if self._base.history.complete else {}

    def _pinned(self, change: DocumentChange) -> dict[str, Any]:
        """Return the environments that pin a model before and after the change, and the approvals they ask for."""
        model = change.identity.name
        pinning = (
            {str(raw.identity.environment) for raw in side.raws.values() if _is_pin_of(raw, model)}
            for side in (self._base.loaded, self._head)
        )
        pinned_in = sorted(set.intersection(*pinning))
        return {"pinnedIn": pinned_in, "approvalsIn": {name: self._approvals_in(name) for name in pinned_in}}

    def _named(self, change: DocumentChange) -> dict[str, Any]:
        return incident_facts(self._head, self._base, change.before, change.after)

    def _signed_off(self, change: DocumentChange) -> dict[str, Any]:
        """Return what the reviewed commit lists, whether main has it, and who signed the review."""
        sign_off = self._base.sign_offs.get(change.path, SignOff())
        commit = change.after.data.get("commit") if change.after else None
        return {
            "listing": sign_off.listing,
            "signedBy": sign_off.signed_by.lower(),
            "isOfMain": commit in self._base.landed,
        }

    def _approvals_in(self, environment: str) -> Any:
        raw = self._base.loaded.raws.get(path_of(Kind.ENVIRONMENT, environment))
        return raw.data.get("approvals") if raw else None

    def _counts(self, change: DocumentChange) -> dict[str, Any]:
        """Return how many deployments of an environment there are at the base, and what becomes of them."""
        environment = change.identity.name
        of_environment = [
            other
            for other in self.documents
            if other.identity.kind.entry.pins and other.identity.environment == environment
        ]
        counted = {
            "total": self._base.deployments.get(environment, 0),
            "added": 0,
            "changed": 0,
            "removed": 0,
        }
        for deployment in of_environment:
            counted[deployment.action] += 1
        return {"deployments": counted}


def _is_pin_of(raw: RawDocument, model: str) -> bool:
    return raw.identity.kind.entry.pins and raw.identity.model == model


def nanoseconds(moment: datetime) -> int:
    """A time as Rego counts it: whole nanoseconds since 1970, UTC."""
    return int(moment.timestamp()) * 1_000_000_000 + moment.microsecond * 1000


def _document_changes(head: LoadedSource, base: ChangeBase) -> Iterator[DocumentChange]:
    """The documents whose data differs; one that cannot be read at head is neither changed nor gone."""
    before, after = base.loaded.raws, head.raws
    unreadable = {finding.path for finding in head.findings}
    touched: set[str] = set()
    for path in sorted({*before, *after}):
        old, new = before.get(path), after.get(path)
        if old is not None and new is None and path in unreadable:
            continue
        if old is None or new is None or old.data != new.data:
            identity = (new or old).identity  # type: ignore[union-attr]
            touched.update({str(identity.environment)} if identity.kind.entry.pins else ())
            yield DocumentChange(identity, path, old, new)
    for environment in sorted(touched):
        path = path_of(Kind.ENVIRONMENT, environment)
        old, new = before.get(path), after.get(path)
        if old is not None and new is not None and old.data == new.data:
            yield DocumentChange(new.identity, path, old, new)


def _promotes_from(environment: str, head: LoadedSource, base: ChangeBase) -> str | None:
    """As the base says, so that a change cannot choose its own way; a new environment is taken at its word."""
    path = path_of(Kind.ENVIRONMENT, environment)
    raw = base.loaded.raws.get(path) or head.raws.get(path)
    source = raw.data.get("promotesFrom") if raw else None
    return source if isinstance(source, str) else None


def _abandoned_pins(base: ChangeBase, environment: str, model: str) -> list[Pinned]:
    """Return the versions that an environment went down from, or took out, and has not pinned again since."""
    history = base.history.of(environment, model)
    pins = [{"version": pin.version, "digest": pin.digest} for pin in history]
    return [
        pin
        for age, pin in enumerate(pins)  # newest first
        if pin not in pins[:age]
        and (history[age].removed or (age and _relation(pins[age - 1], pin).get("relation") == "down"))
    ]


def _ran(base: ChangeBase, environment: str, model: str) -> list[Pinned]:
    """Return the pins of an environment that ran there, as far as that is recorded; else all of them."""
    pins, record = _pins(base, environment, model), base.ran.get(environment)
    return pins if record is None else [pin for pin in pins if record.has(model, pin["digest"])]


def _on_hold(base: ChangeBase, environment: str, model: str) -> list[Pinned]:
    record = base.ran.get(environment)
    if record is None:
        return []
    return [pin for pin in _pins(base, environment, model) if record.is_on_hold(model, pin["digest"])]


def _pins(base: ChangeBase, environment: str, model: str) -> list[Pinned]:
    """Return the versions that an environment pins at the base and pinned before, each once."""
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


def _relation(pinned: Pinned | None, current: Pinned | None) -> dict[str, str]:
    """How a version compares with the present one, and how far a step up goes; nothing where that is unknown."""
    from semver import Version

    if pinned is None or current is None:
        return {"relation": "new"} if pinned else {}
    try:
        new, old = Version.parse(pinned["version"]), Version.parse(current["version"])
    except ValueError:
        return {}
    relation = ("same", "up", "down")[new.compare(old)]
    return {"relation": relation} | ({"step": _step(old, new)} if relation == "up" else {})


def _step(old: Any, new: Any) -> str:
    """The first part of the version that differs."""
    for part in ("major", "minor", "patch"):
        if getattr(old, part) != getattr(new, part):
            return part
    return "prerelease"
