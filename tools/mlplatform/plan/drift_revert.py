"""Plans the revert of drift: undoes what was changed by hand, back to how the last apply left it."""

from collections.abc import Sequence

from mlplatform.core.drift import Drift, DriftKind
from mlplatform.core.kinds import Environment
from mlplatform.core.plan import Action, Change, Refused, Values
from mlplatform.core.registration_record import RegistrationRecord
from mlplatform.core.repository import Repository
from mlplatform.core.served_signature import signature_of
from mlplatform.core.snapshot import ServedEntry
from mlplatform.plan.actual import Actual, DriftRevert
from mlplatform.plan.deployment import candidate_values, route_values
from mlplatform.plan.retire import retire_change

_IN_REGISTRY = (DriftKind.TAGS, DriftKind.DELETED, DriftKind.CONFLICTING_VERSION, DriftKind.BYTES)
_TO_LOAD = (DriftKind.CONFIGURATION, DriftKind.SERVED_BYTES, DriftKind.UNLOADED)

Answers = list[tuple[Change, ...] | Refused]


def drift_revert_changes(
    repository: Repository, environment: str, model: str, actual: Actual, drift_revert: DriftRevert
) -> Answers:
    """Return the changes that undo the drift of one model, and a refusal for what cannot be undone."""
    settings, drifts = repository.environments[environment].body, drift_revert.of(model)
    where = _where(repository, environment, model)
    repairs = _repairs(model, drifts, settings, actual, drift_revert, where)
    repaired = {answer.after["version"] for answer in repairs if isinstance(answer, Change) and answer.after}
    loads = _serving_changes(repository, model, drifts, settings, actual, drift_revert, repaired, where)
    answers = [*repairs, *loads, *_alias_changes(model, drifts, settings, actual, drift_revert)]
    strays = [drift for drift in drifts if drift.kind is DriftKind.LOADED]
    loaded = (actual.serving.find(model, stray.digest) for stray in strays)
    answers += [retire_change(settings.serving.provider, served) for served in loaded if served]
    changes = tuple(answer for answer in answers if isinstance(answer, Change))
    return [*(answer for answer in answers if isinstance(answer, Refused)), changes]


def refuse_unmanaged(repository: Repository, environment: str, drift_revert: DriftRevert) -> list[Refused]:
    """Return a refusal for each model that is loaded and not ours: it is not ours to unload."""
    where = repository.environments[environment].path
    return [
        Refused(drift.about, drift.message, "unload it by hand, or ask who loaded it", where)
        for drift in drift_revert.drifts
        if drift.kind is DriftKind.UNMANAGED
    ]


def _where(repository: Repository, environment: str, model: str) -> str:
    document = repository.deployments.get(environment, {}).get(model) or repository.environments[environment]
    return document.path


def _repairs(
    model: str,
    drifts: Sequence[Drift],
    settings: Environment,
    actual: Actual,
    drift_revert: DriftRevert,
    where: str,
) -> list[Change | Refused]:
    answers: list[Change | Refused] = []
    by_version: dict[str, list[Drift]] = {}
    for drift in drifts:
        if drift.kind in _IN_REGISTRY:
            by_version.setdefault(drift.about, []).append(drift)
    for version, reasons in by_version.items():
        origin = _origin(model, version, actual, drift_revert)
        source = _source(model, reasons[0].digest, actual)
        message = reasons[0].message
        if origin is None:
            fix = "register the version anew in the first environment, and deploy that"
            answers.append(Refused(model, f"{message}; no record says what its tags were", fix, where))
        elif source is None and any(reason.kind is DriftKind.BYTES for reason in reasons):
            fix = "train and register a new version"
            answers.append(Refused(model, f"{message}; no earlier registry has this artifact", fix, where))
        else:
            kinds = ", ".join(sorted({reason.kind.value for reason in reasons}))
            before = {"version": version, "digest": origin.digest, "wrong": kinds}
            after = _described(origin, source) | {"what": kinds}
            answers.append(Change(Action.REPAIR, settings.registry.provider, model, before, after))
    return answers


def _origin(model: str, version: str, actual: Actual, drift_revert: DriftRevert) -> RegistrationRecord | None:
    """Return the registration that the tags in the last snapshot were made from; None when nobody recorded it."""
    tags = drift_revert.last.versions[model][version].tags
    registered = actual.registry.find(model, version)
    if registered and registered.tags() == tags:
        lineage = registered.lineage
        return RegistrationRecord(
            version,
            registered.ref.digest,
            lineage.run,
            lineage.commit,
            lineage.data,
            lineage.metrics,
            registered.change,
            registered.approved_by,
        )
    return next(
        (record for record in drift_revert.registrations.get((model, version), ()) if record.tags() == tags),
        None,
    )


def _source(model: str, digest: str, actual: Actual) -> tuple[str, str] | None:
    """Return the nearest earlier environment whose registry has this artifact, and its URI there."""
    for environment, state in actual.earlier.items():
        if registered := state.by_digest(model, digest):
            return environment, registered.ref.uri
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


def _serving_changes(
    repository: Repository,
    model: str,
    drifts: Sequence[Drift],
    settings: Environment,
    actual: Actual,
    drift_revert: DriftRevert,
    repaired: set[str],
    where: str,
) -> list[Change | Refused]:
    """Load what is not loaded as it was, the routed version last, and route as before."""
    weights = dict(drift_revert.last.weights.get(model, {}))
    route_changed = any(drift.kind is DriftKind.ROUTE for drift in drifts)
    to_load = {drift.digest for drift in drifts if drift.kind in _TO_LOAD}
    served_before = drift_revert.last.served.get(model, {})
    provider, answers = settings.serving.provider, list[Change | Refused]()
    if (to_load or (route_changed and weights)) and model not in repository.models:
        fix = "add its document again, or take its deployment out"
        return [Refused(model, "it was changed by hand and there is no document of it any more", fix, where)]
    for digest in sorted(served_before, key=lambda digest: digest in weights):
        values = _candidate(repository, model, served_before[digest], actual, repaired)
        if digest in to_load:
            answers.append(
                Change(Action.LOAD, provider, model, _loaded_values(model, digest, actual), values)
            )
        if digest in weights and (digest in to_load or route_changed):
            answers.append(Change(Action.PROBE, provider, model, None, values))
    if route_changed:
        version = next((served_before[digest].version for digest in weights if digest in served_before), None)
        after = {"weights": weights, "version": version} if weights else None
        current = dict(actual.serving.weights.get(model, {}))
        answers.append(Change(Action.ROUTE, provider, model, route_values(model, current, actual), after))
    return answers


def _candidate(
    repository: Repository, model: str, entry: ServedEntry, actual: Actual, repaired: set[str]
) -> Values:
    registered = actual.registry.find(model, entry.version)
    source = registered.ref.uri if registered and entry.version not in repaired else None
    signature = signature_of(model, repository.models[model].body, entry.digest, actual.signatures)
    return candidate_values(signature, entry.version, entry.digest, source, entry.instances)


def _loaded_values(model: str, digest: str, actual: Actual) -> Values | None:
    served = actual.serving.find(model, digest)
    if served is None:
        return None
    return {"version": served.version, "digest": digest, "ready": served.ready}


def _alias_changes(
    model: str, drifts: Sequence[Drift], settings: Environment, actual: Actual, drift_revert: DriftRevert
) -> list[Change]:
    applied, current = drift_revert.last.aliases.get(model, {}), actual.registry.aliases.get(model, {})
    lost = {
        drift.about
        for drift in drifts
        if drift.kind in (DriftKind.TAGS, DriftKind.DELETED, DriftKind.CONFLICTING_VERSION)
    }
    if not (
        any(drift.kind in (DriftKind.ALIAS, DriftKind.STAGE) for drift in drifts)
        or lost & set(applied.values())
    ):
        return []
    before: dict[str, object] = {alias: current.get(alias) for alias in ("champion", "previous")}
    if wrong_stage := actual.registry.stage_mismatches.get(model):
        before["stage"] = wrong_stage.as_json()
    champion = applied.get("champion")
    after = None
    if champion:
        digest = drift_revert.last.versions[model][champion].digest
        after = {"champion": champion, "previous": applied.get("previous"), "digest": digest}
    return [Change(Action.CHAMPION, settings.registry.provider, model, before, after)]
