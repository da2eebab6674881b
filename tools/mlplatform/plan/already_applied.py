"""Tells by the actual state which changes an interrupted apply had made."""

from mlplatform.core.plan import Action, Change
from mlplatform.plan.actual import Actual


def is_done(change: Change, actual: Actual) -> bool:
    """True when the result of a change can be observed. Never true of a probe or a repair: they leave no trace."""
    model, after, before = change.resource, change.after, change.before
    match change.action:
        case Action.COPY if after:
            registered = actual.registry.find(model, after["version"])
            return registered is not None and registered.ref.digest == after["digest"]
        case Action.LOAD if after:
            served = actual.serving.find(model, after["digest"])
            return served is not None and served.ready and served.instances == after["instances"]
        case Action.ROUTE:
            return dict(actual.serving.weights.get(model, {})) == (after["weights"] if after else {})
        case Action.CHAMPION:
            aliases = actual.registry.aliases.get(model, {})
            expected = after or {}
            return all(aliases.get(alias) == expected.get(alias) for alias in ("champion", "previous"))
        case Action.RETIRE if before:
            return actual.serving.find(model, before["digest"]) is None
    return False
