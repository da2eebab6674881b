"""What puts a deployment back to what ran before the version that is on hold: all that a dead apply left undone."""

from mlplatform.core.document import Document
from mlplatform.core.hold import Hold
from mlplatform.core.kinds import Deployment
from mlplatform.core.plan import Action, Change, Refused
from mlplatform.core.repository import Repository
from mlplatform.core.served_signature import signature_of
from mlplatform.plan.actual import Actual
from mlplatform.plan.deployment import candidate, serve
from mlplatform.plan.removal import removal_changes
from mlplatform.plan.retire import retire
from mlplatform.providers.registry.interface import RegisteredVersion


def refusal(document: Document[Deployment], hold: Hold) -> Refused:
    """Why a version on hold is not tried, and what to do."""
    line, column = document.position(("version",))
    return Refused(
        hold.model,
        f"{hold.version} is on hold since {hold.since}: {hold.reason}",
        f"pin another version (platform rollback {hold.model} --env {hold.environment}), or repair the cause and run: "
        f"platform retry {hold.model} --env {hold.environment}",
        f"{document.path}:{line}:{column}",
        is_held=True,
    )


def restore_changes(
    repository: Repository, document: Document[Deployment], hold: Hold, actual: Actual
) -> tuple[Change, ...]:
    """Traffic and aliases back to the version before, the one on hold unloaded unless it was `previous`.

    Nothing where that is so already.
    """
    if not hold.aliases:
        return ()  # what failed was a change of how the champion runs: it goes on as it did
    name, settings = hold.model, repository.environments[hold.environment].body
    good = _before(hold, actual)
    if good is None:
        is_needed = _others(hold, actual) or hold.aliases.get("champion")
        return () if is_needed else removal_changes(settings, name, actual)
    changes: list[Change] = []
    model = repository.models[name].body
    if model.type != "batch":
        signed = signature_of(name, model, good.ref.digest, actual.signatures)
        wanted = candidate(
            signed, good.version, good.ref.digest, good.ref.uri, document.body.serving.instances
        )
        changes += serve(settings.serving.provider, name, wanted, actual)
    changes += _aliases(settings.registry.provider, hold, good, actual)
    held = actual.serving.find(name, hold.digest)
    if held is not None and hold.version != hold.aliases.get("previous"):  # that stays loaded for a rollback
        changes.append(retire(settings.serving.provider, held))
    return tuple(changes)


def _before(hold: Hold, actual: Actual) -> RegisteredVersion | None:
    """The champion, unless that is the version on hold or lost: then what answers, or what was champion before it."""
    champion = actual.registry.aliases.get(hold.model, {}).get("champion")
    if champion not in (None, hold.version):
        return actual.registry.find(hold.model, champion)
    if others := _others(hold, actual):
        return actual.registry.by_digest(hold.model, others[0])
    was = hold.aliases.get("champion")
    return actual.registry.find(hold.model, was) if was else None


def _others(hold: Hold, actual: Actual) -> list[str]:
    """The digests that requests go to, but for the one on hold."""
    return [digest for digest in actual.serving.weights.get(hold.model, {}) if digest != hold.digest]


def _aliases(provider: str, hold: Hold, good: RegisteredVersion, actual: Actual) -> list[Change]:
    aliases = actual.registry.aliases.get(hold.model, {})
    champion, previous = aliases.get("champion"), aliases.get("previous")
    half_done = champion in (None, hold.version) or previous == champion
    if not half_done:
        return []
    before = {"champion": champion, "previous": previous}
    after = {
        "champion": good.version,
        "previous": hold.aliases.get("previous"),
        "digest": good.ref.digest,
    }
    return [Change(Action.CHAMPION, provider, hold.model, before, after)]
