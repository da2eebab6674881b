"""Puts a deployment back after one of its changes failed: traffic first, then aliases, then what was loaded."""

from collections.abc import Callable, Sequence

from mlplatform.apply.context import ApplyContext
from mlplatform.apply.steps import wait
from mlplatform.core.plan import Action, Change

Undo = Callable[[Change, ApplyContext], None]


def restore(done: Sequence[Change], context: ApplyContext) -> tuple[tuple[Change, ...], str]:
    """Undo what was done or begun of a deployment; what was undone, and why the rest could not be (nothing: it was).

    Copied bytes stay: nothing names them. Each undoing is tried, whatever became of the others; what another run may
    have changed meanwhile is not ours to put back.
    """
    undone: list[Change] = []
    troubles: list[str] = []
    for action, undo in UNDO.items():
        for change in (change for change in reversed(done) if change.action is action):
            try:
                (context.lease if action is Action.CHAMPION else context.serving_lease).require()
                undo(change, context)
            except Exception as trouble:  # what cannot be put back now is put back by the next plan
                troubles.append(f"putting back its {action} failed too: {trouble}")
            else:
                undone.append(change)
    return tuple(undone), "; ".join(troubles)


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
