"""Plans a deployment whose pinned version is on hold: it is not tried, and what ran before is restored."""

from mlplatform.core.document import Document
from mlplatform.core.hold import Hold
from mlplatform.core.kinds import Deployment
from mlplatform.core.plan import Action, Change, Refused
from mlplatform.core.repository import Repository
from mlplatform.core.served_signature import signature_of
from mlplatform.plan.actual import Actual
from mlplatform.plan.deployment import candidate_values, serve_changes
from mlplatform.plan.removal import removal_changes
from mlplatform.plan.retire import previous_version, retire_change
from mlplatform.providers.registry.interface import RegisteredVersion


def hold_refusal(document: Document[Deployment], hold: Hold) -> Refused:
    """Return why a version on hold is not tried, and what to do."""
    line, column = document.position(("version",))
    return Refused(
        hold.model,
        f"{hold.version} is on hold since {hold.since}: {hold.reason}",
        f"pin another version (platform rollback {hold.model} --env {hold.environment}), or repair the cause and run: "
        f"platform retry {hold.model} --env {hold.environment}",
        f"{document.path}:{line}:{column}",
        is_on_hold=True,
    )


def restore_changes(
    repository: Repository, document: Document[Deployment], hold: Hold, actual: Actual
) -> tuple[Change, ...]:
    """Return the changes that restore traffic and aliases to the version before, and unload the one on hold.

    Nothing where that is done already. A version on hold that was `previous` stays loaded.
    """
    if not hold.aliases:
        return ()  # what failed was a change of how the champion runs: it goes on as it did
    name, settings = hold.model, repository.environments[hold.environment].body
    restored = _version_to_restore(hold, actual)
    if restored is None:
        is_needed = _other_digests(hold, actual) or hold.aliases.get("champion")
        return () if is_needed else removal_changes(settings, name, actual)
    changes: list[Change] = []
    model = repository.models[name].body
    if model.type != "batch":
        signature = signature_of(name, model, restored.ref.digest, actual.signatures)
        values = candidate_values(
            signature,
            restored.version,
            restored.ref.digest,
            restored.ref.uri,
            document.body.serving.instances,
        )
        changes += serve_changes(settings.serving.provider, name, values, actual)
    changes += _alias_changes(settings.registry.provider, hold, restored, actual)
    served = actual.serving.find(name, hold.digest)
    if served is not None and hold.version != hold.aliases.get(
        "previous"
    ):  # that stays loaded for a rollback
        changes.append(retire_change(settings.serving.provider, served))
    return tuple(changes)


def _version_to_restore(hold: Hold, actual: Actual) -> RegisteredVersion | None:
    """Return the champion; if that is on hold or lost, what answers, or the champion before it."""
    champion = actual.registry.aliases.get(hold.model, {}).get("champion")
    if champion not in (None, hold.version):
        return actual.registry.find(hold.model, champion)
    if others := _other_digests(hold, actual):
        return actual.registry.by_digest(hold.model, others[0])
    former = hold.aliases.get("champion")
    return actual.registry.find(hold.model, former) if former else None


def _other_digests(hold: Hold, actual: Actual) -> list[str]:
    """Return the digests that requests go to, without the one on hold."""
    return [digest for digest in actual.serving.weights.get(hold.model, {}) if digest != hold.digest]


def _alias_changes(provider: str, hold: Hold, restored: RegisteredVersion, actual: Actual) -> list[Change]:
    aliases = actual.registry.aliases.get(hold.model, {})
    champion, previous = aliases.get("champion"), aliases.get("previous")
    recorded = actual.recorded_aliases.get(hold.model, {})
    is_recorded = recorded.get("champion") == restored.version
    expected = previous_version(hold.model, restored.version, actual) if is_recorded else None
    half_done = champion in (None, hold.version) or previous == champion
    if not half_done and (not is_recorded or (champion, previous) == (restored.version, expected)):
        return []
    before = {"champion": champion, "previous": previous}
    after = {
        "champion": restored.version,
        "previous": expected if is_recorded else hold.aliases.get("previous"),
        "digest": restored.ref.digest,
    }
    return [Change(Action.CHAMPION, provider, hold.model, before, after)]
