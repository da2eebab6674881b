"""What an apply that was interrupted had done all the same, told from what is there now."""

from mlplatform.core.plan import Action, Change
from mlplatform.plan.actual import Actual


def is_done(change: Change, actual: Actual) -> bool:
    """Whether what a change was to bring about is there. A probe and a repair leave nothing to tell it by."""
    model, after, before = change.resource, change.after, change.before
    match change.action:
        case Action.COPY if after:
            held = actual.registry.find(model, after["version"])
            return held is not None and held.ref.digest == after["digest"]
        case Action.LOAD if after:
            served = actual.serving.find(model, after["digest"])
            return served is not None and served.ready and served.instances == after["instances"]
        case Action.ROUTE:
            return dict(actual.serving.weights.get(model, {})) == (after["weights"] if after else {})
        case Action.CHAMPION:
            found = actual.registry.aliases.get(model, {})
            wanted = after or {}
            return all(found.get(alias) == wanted.get(alias) for alias in ("champion", "previous"))
        case Action.RETIRE if before:
            return actual.serving.find(model, before["digest"]) is None
    return False
