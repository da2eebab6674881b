"""What puts a model back to how the last apply left it, after hands have changed it. Declared is what was applied."""

from collections.abc import Sequence
from dataclasses import asdict

from mlplatform.core.drift import Drift, DriftKind
from mlplatform.core.kinds import Environment
from mlplatform.core.plan import Action, Change, Refused, Values
from mlplatform.core.registration_record import RegistrationRecord
from mlplatform.core.repository import Repository
from mlplatform.core.served_signature import signature_of
from mlplatform.core.snapshot import ServedEntry
from mlplatform.plan.actual import Actual, DriftRevert
from mlplatform.plan.deployment import candidate, routed
from mlplatform.plan.retire import retire

_IN_REGISTRY = (DriftKind.TAGS, DriftKind.DELETED, DriftKind.CONFLICTING_VERSION, DriftKind.BYTES)
_TO_LOAD = (DriftKind.CONFIGURATION, DriftKind.SERVED_BYTES, DriftKind.UNLOADED)

Answers = list[tuple[Change, ...] | Refused]


def repair_answers(
    repository: Repository, environment: str, model: str, actual: Actual, undo: DriftRevert
) -> Answers:
    """The changes that undo the drift of one model, and what of it cannot be undone, by name."""
    settings, drifts = repository.environments[environment].body, undo.of(model)
    where = _where(repository, environment, model)
    repairs = _repairs(model, drifts, settings, actual, undo, where)
    mended = {one.after["version"] for one in repairs if isinstance(one, Change) and one.after}
    loads = _serving(repository, model, drifts, settings, actual, undo, mended, where)
    found = [*repairs, *loads, *_aliases(model, drifts, settings, actual, undo)]
    strays = [one for one in drifts if one.kind is DriftKind.LOADED]
    held = (actual.serving.find(model, stray.digest) for stray in strays)
    found += [retire(settings.serving.provider, served) for served in held if served]
    changes = tuple(one for one in found if isinstance(one, Change))
    return [*(one for one in found if isinstance(one, Refused)), changes]


def unmanaged_models(repository: Repository, environment: str, undo: DriftRevert) -> list[Refused]:
    """What is loaded beside ours is not ours to unload."""
    where = repository.environments[environment].path
    return [
        Refused(drift.about, drift.message, "unload it by hand, or ask who loaded it", where)
        for drift in undo.drifts
        if drift.kind is DriftKind.UNMANAGED
    ]


def _where(repository: Repository, environment: str, model: str) -> str:
    document = repository.deployments.get(environment, {}).get(model) or repository.environments[environment]
    return document.path


def _repairs(
    model: str, drifts: Sequence[Drift], settings: Environment, actual: Actual, undo: DriftRevert, where: str
) -> list[Change | Refused]:
    found: list[Change | Refused] = []
    wrong: dict[str, list[Drift]] = {}
    for drift in drifts:
        if drift.kind in _IN_REGISTRY:
            wrong.setdefault(drift.about, []).append(drift)
    for version, reasons in wrong.items():
        origin = _origin(model, version, actual, undo)
        source = _source(model, reasons[0].digest, actual)
        said = reasons[0].message
        if origin is None:
            fix = "register the version anew in the first environment, and deploy that"
            found.append(Refused(model, f"{said}; what its tags said is on no record", fix, where))
        elif source is None and any(reason.kind is DriftKind.BYTES for reason in reasons):
            fix = "train and register a new version"
            found.append(Refused(model, f"{said}; no earlier registry holds these bytes", fix, where))
        else:
            what = ", ".join(sorted({reason.kind.value for reason in reasons}))
            before = {"version": version, "digest": origin.digest, "wrong": what}
            after = _described(origin, source) | {"what": what}
            found.append(Change(Action.REPAIR, settings.registry.provider, model, before, after))
    return found


def _origin(model: str, version: str, actual: Actual, undo: DriftRevert) -> RegistrationRecord | None:
    """The one that the tags of the last snapshot were made from."""
    tags = undo.last.versions[model][version].tags
    here = actual.registry.find(model, version)
    if here and here.tags() == tags:
        made = here.lineage
        return RegistrationRecord(
            version,
            here.ref.digest,
            made.run,
            made.commit,
            made.data,
            made.metrics,
            here.change,
            here.approved_by,
        )
    return next((one for one in undo.origins.get((model, version), ()) if one.tags() == tags), None)


def _source(model: str, digest: str, actual: Actual) -> tuple[str, str] | None:
    """The nearest earlier environment whose registry holds these bytes, and where."""
    for environment, state in actual.earlier.items():
        if held := state.by_digest(model, digest):
            return environment, held.ref.uri
    return None


def _described(origin: RegistrationRecord, source: tuple[str, str] | None) -> dict[str, object]:
    environment, uri = source or (None, None)
    return {
        "version": origin.version,
        "digest": origin.digest,
        "from": environment,
        "source": uri,
        "run": origin.run,
        "commit": origin.commit,
        "data": dict(origin.data),
        "metrics": dict(origin.metrics),
        "change": origin.change,
        "approvedBy": list(origin.approved_by),
    }


def _serving(
    repository: Repository,
    model: str,
    drifts: Sequence[Drift],
    settings: Environment,
    actual: Actual,
    undo: DriftRevert,
    mended: set[str],
    where: str,
) -> list[Change | Refused]:
    """Load what is not loaded as it was, the routed version last, and send requests where they went."""
    weights = dict(undo.last.weights.get(model, {}))
    moved = any(drift.kind is DriftKind.ROUTE for drift in drifts)
    to_load = {drift.digest for drift in drifts if drift.kind in _TO_LOAD}
    ran = undo.last.served.get(model, {})
    provider, found = settings.serving.provider, list[Change | Refused]()
    if (to_load or (moved and weights)) and model not in repository.models:
        fix = "add its document again, or take its deployment out"
        return [Refused(model, "it was changed by hand and there is no document of it any more", fix, where)]
    for digest in sorted(ran, key=lambda digest: digest in weights):
        wanted = _candidate(repository, model, ran[digest], actual, mended)
        if digest in to_load:
            found.append(Change(Action.LOAD, provider, model, _held(model, digest, actual), wanted))
        if digest in weights and (digest in to_load or moved):
            found.append(Change(Action.PROBE, provider, model, None, wanted))
    if moved:
        version = next((ran[digest].version for digest in weights if digest in ran), None)
        after = {"weights": weights, "version": version} if weights else None
        now = dict(actual.serving.weights.get(model, {}))
        found.append(Change(Action.ROUTE, provider, model, routed(model, now, actual), after))
    return found


def _candidate(
    repository: Repository, model: str, ran: ServedEntry, actual: Actual, mended: set[str]
) -> Values:
    here = actual.registry.find(model, ran.version)
    source = here.ref.uri if here and ran.version not in mended else None
    signed = signature_of(model, repository.models[model].body, ran.digest, actual.signatures)
    return candidate(signed, ran.version, ran.digest, source, ran.instances)


def _held(model: str, digest: str, actual: Actual) -> Values | None:
    served = actual.serving.find(model, digest)
    if served is None:
        return None
    return {"version": served.version, "digest": digest, "ready": served.ready}


def _aliases(
    model: str, drifts: Sequence[Drift], settings: Environment, actual: Actual, undo: DriftRevert
) -> list[Change]:
    were, now = undo.last.aliases.get(model, {}), actual.registry.aliases.get(model, {})
    lost = {
        drift.about
        for drift in drifts
        if drift.kind in (DriftKind.TAGS, DriftKind.DELETED, DriftKind.CONFLICTING_VERSION)
    }
    if not (
        any(drift.kind in (DriftKind.ALIAS, DriftKind.STAGE) for drift in drifts) or lost & set(were.values())
    ):
        return []
    before: dict[str, object] = {alias: now.get(alias) for alias in ("champion", "previous")}
    if wrong := actual.registry.stage_mismatches.get(model):
        before["stage"] = asdict(wrong)
    champion = were.get("champion")
    after = None
    if champion:
        digest = undo.last.versions[model][champion].digest
        after = {"champion": champion, "previous": were.get("previous"), "digest": digest}
    return [Change(Action.CHAMPION, settings.registry.provider, model, before, after)]
