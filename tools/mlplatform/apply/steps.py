"""How each action is done: a literal table with one idempotent function per action."""

import time
from collections.abc import Callable
from dataclasses import replace

from mlplatform.apply.context import ApplyContext
from mlplatform.core.errors import Refusal
from mlplatform.core.kinds.model import Signature
from mlplatform.core.payload import ArtifactRef, digest_of, short_digest
from mlplatform.core.plan import Action, Change, Values
from mlplatform.providers.artifacts import store_for
from mlplatform.providers.registry.interface import Lineage, RegisteredVersion
from mlplatform.providers.serving.interface import Candidate, Pending, Ready, ServingError

DEADLINE_SECONDS = 120.0
POLL_SECONDS = 0.02

Step = Callable[[Change, ApplyContext], None]


def copy(change: Change, context: ApplyContext) -> None:
    """Copy the artifact into the environment's own registry, and verify it."""
    after = _after(change)
    lineage = Lineage(after["run"], after["commit"], after["data"], after["metrics"])
    source = ArtifactRef(after["source"], after["digest"])
    context.registry.add(
        change.resource,
        after["version"],
        source,
        lineage,
        change=context.commit,
        approved_by=context.approved_by.get(change.resource, ()),
    )


def repair(change: Change, context: ApplyContext) -> None:
    """Register a version again as it was registered before."""
    after = _after(change)
    lineage = Lineage(after["run"], after["commit"], after["data"], after["metrics"])
    context.registry.repair(
        RegisteredVersion(
            change.resource,
            after["version"],
            ArtifactRef(after["source"] or "", after["digest"]),
            lineage,
            after["change"],
            tuple(after["approvedBy"]),
        )
    )


def load(change: Change, context: ApplyContext) -> None:
    """Load the version beside what is served."""
    candidate = _candidate(change, context)
    wait(f"{change.resource} {candidate.version} to load", lambda: context.serving.ensure(candidate))


def probe(change: Change, context: ApplyContext) -> None:
    """Send a test request to the version before traffic goes to it."""
    candidate = _candidate(change, context)
    requests = context.probe_requests(change.resource, candidate.signature)
    context.serving.probe(replace(candidate, requests=requests))


def route(change: Change, context: ApplyContext) -> None:
    """Send requests to the version, or to nothing when the deployment is removed."""
    weights = change.after["weights"] if change.after else {}
    wait(
        f"the routes of {change.resource} to be in force",
        lambda: context.serving.route(change.resource, weights),
    )


def champion(change: Change, context: ApplyContext) -> None:
    """Name the version champion in the registry, and the one before it previous.

    An artifact that no earlier step has read is hashed first.
    """
    after = change.after or {"champion": None, "previous": None}
    if source := after.get("source"):
        require_unchanged(ArtifactRef(source, after["digest"]))
    context.registry.set_aliases(change.resource, after["champion"], after["previous"])


def retire(change: Change, context: ApplyContext) -> None:
    """Unload a version once its last request is answered."""
    before = change.before
    if before is None:
        raise Refusal(f"a retirement of {change.resource} that does not say what to retire")
    wait(
        f"{change.resource} {before['version']} to drain",
        lambda: context.serving.retire(change.resource, before["digest"]),
    )


STEPS: dict[Action, Step] = {
    Action.REPAIR: repair,
    Action.COPY: copy,
    Action.LOAD: load,
    Action.PROBE: probe,
    Action.ROUTE: route,
    Action.CHAMPION: champion,
    Action.RETIRE: retire,
}


def _after(change: Change) -> Values:
    if change.after is None:
        raise Refusal(f"a {change.action} of {change.resource} that does not say what to do")
    return change.after


def _candidate(change: Change, context: ApplyContext) -> Candidate:
    """Return what to serve; the artifact is where the plan says, or where the copy step put it."""
    after = _after(change)
    uri = after["source"] or _copied_uri(change.resource, after, context)
    return Candidate(
        change.resource,
        after["version"],
        ArtifactRef(uri, after["digest"]),
        after["format"],
        Signature.model_validate(after["signature"]),
        after["instances"],
    )


def require_unchanged(ref: ArtifactRef) -> None:
    """Refusal when the bytes of an artifact are not those of its digest."""
    digest = digest_of(store_for(ref.uri).entries(ref.uri))
    if digest != ref.digest:
        raise Refusal(
            f"the artifact in {ref.uri} was changed: it is {short_digest(digest)} and was {short_digest(ref.digest)}",
            fix="run `platform drift --revert`, which replaces them by verified ones",
        )


def _copied_uri(resource: str, after: Values, context: ApplyContext) -> str:
    version = context.registry.read().find(resource, after["version"])
    if version is None or version.ref.digest != after["digest"]:
        raise Refusal(f"{resource} {after['version']} is not in the registry after its copy")
    return version.ref.uri


def wait(awaited: str, ask: Callable[[], Ready | Pending]) -> None:
    """Call `ask` until it returns Ready; ServingError after DEADLINE_SECONDS."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while isinstance(answer := ask(), Pending):
        if time.monotonic() > deadline:
            raise ServingError(f"gave up waiting for {awaited} after {DEADLINE_SECONDS:g} s: {answer.reason}")
        time.sleep(POLL_SECONDS)
