"""Plans the removal of a model that an environment no longer declares."""

from collections.abc import Mapping

from mlplatform.core.kinds import Environment
from mlplatform.core.plan import Action, Change
from mlplatform.plan.actual import Actual
from mlplatform.plan.retire import retire_change


def removal_changes(environment: Environment, name: str, actual: Actual) -> tuple[Change, ...]:
    """Return the changes that end its route, take its aliases and unload it; registered versions stay."""
    changes = []
    if weights := actual.serving.weights.get(name):
        before = {"weights": dict(weights), "version": _version(name, weights, actual)}
        changes.append(Change(Action.ROUTE, environment.serving.provider, name, before, None))
    aliases = actual.registry.aliases.get(name, {})
    if "champion" in aliases:
        before_aliases = {"champion": aliases["champion"], "previous": aliases.get("previous")}
        changes.append(Change(Action.CHAMPION, environment.registry.provider, name, before_aliases, None))
    changes += [
        retire_change(environment.serving.provider, served) for served in actual.serving.versions_of(name)
    ]
    return tuple(changes)


def _version(name: str, weights: Mapping[str, int], actual: Actual) -> str | None:
    served = actual.serving.find(name, max(weights, key=lambda digest: weights[digest]))
    return served.version if served else None
