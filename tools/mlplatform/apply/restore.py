"""Restores a deployment after one of its changes failed: traffic first, then aliases, then what was loaded."""

from collections.abc import Callable, Sequence

from mlplatform.apply.context import ApplyContext
from mlplatform.apply.steps import wait
from mlplatform.core.plan import Action, Change

Undo = Callable[[Change, ApplyContext], None]


def restore(done: Sequence[Change], context: ApplyContext) -> tuple[tuple[Change, ...], str]:
    """Undo the changes of a deployment; return which were undone, and why the others were not (empty: all were).

    Copied artifacts stay: nothing refers to them. A failure to undo one change does not stop the others. What another
    run may have changed meanwhile is left alone.
    """
    undone: list[Change] = []
    failures: list[str] = []
    for action, undo in UNDO.items():
        for change in (change for change in reversed(done) if change.action is action):
            try:
                (context.lease if action is Action.CHAMPION else context.serving_lease).require()
                undo(change, context)
            except Exception as error:  # what cannot be put back now is put back by the next plan
                failures.append(f"restoring its {action} failed too: {error}")
            else:
                undone.append(change)
    return tuple(undone), "; ".join(failures)


def _route(change: Change, context: ApplyContext) -> None:
    weights = change.before["weights"] if change.before else {}
    wait(
        f"the routes of {change.resource} to be as they were",
        lambda: context.serving.route(change.resource, weights),
    )


def _champion(change: Change, context: ApplyContext) -> None:
    before = change.before or {"champion": None, "previous": None}
    context.registry.set_aliases(change.resource, before["champion"], before["previous"])


def _load(change: Change, context: ApplyContext) -> None:
    if change.after is None or change.before is not None:
        return  # it was there before
    digest = change.after["digest"]
    wait(f"{change.resource} to be unloaded", lambda: context.serving.retire(change.resource, digest))


UNDO: dict[Action, Undo] = {Action.ROUTE: _route, Action.CHAMPION: _champion, Action.LOAD: _load}
