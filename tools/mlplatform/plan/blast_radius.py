"""Limits how much one plan may change or remove, and keeps critical models unless somebody confirms them by name."""

from collections.abc import Iterable, Sequence, Set

from mlplatform.core.document import Document
from mlplatform.core.errors import Refusal
from mlplatform.core.kinds import Environment
from mlplatform.core.plan import Action, Change, Refused
from mlplatform.plan.actual import Actual

_MOVES = frozenset(
    {Action.LOAD, Action.ROUTE, Action.CHAMPION}
)  # a load with a before: what runs is loaded again
REMOVALS_PART = (
    2  # what is removed may be half of what may change: it is missed at once, by everybody who asks for it
)


def assert_within_blast_radius(
    environment: Document[Environment], changes: Sequence[Change], actual: Actual
) -> None:
    """Refuse a plan that changes or removes too much of what runs; new models do not count.

    The limits hold for the environment as a whole and for each tenant's models in it; removals are counted apart.
    """
    running = {model for model, aliases in actual.registry.aliases.items() if "champion" in aliases}
    running |= set(actual.serving.weights)
    moved = [c for c in changes if c.action in _MOVES and c.before]
    changed = {change.resource for change in moved}
    removed = {change.resource for change in moved if change.after is None}
    tenants = sorted({_tenant(model) for model in changed})
    for tenant in (None, *tenants):
        for verb, touched, divisor in (("changes", changed, 1), ("removes", removed, REMOVALS_PART)):
            _assert_within(
                environment, verb, _of_tenant(tenant, touched), _of_tenant(tenant, running), divisor, tenant
            )


def refuse_unconfirmed(name: str, environment: str, actual: Actual, confirmed: Set[str]) -> Refused | None:
    """Return why a critical model is not removed, when nobody confirmed it by name; None otherwise."""
    if name not in actual.critical or name in confirmed:
        return None
    return Refused(
        name,
        f"it is critical, or may be, and would be taken out of {environment}",
        f"pin it again, or confirm it: platform apply --env {environment} --confirm {name}",
        f"environments/{environment}/{name}.yaml:1:1",
    )


def _assert_within(
    environment: Document[Environment],
    verb: str,
    touched: Set[str],
    running: Set[str],
    divisor: int,
    tenant: str | None,
) -> None:
    limits = environment.body.blastRadius
    allowed = limits.maxChangedPercent / divisor
    percent = 100 * len(touched) / len(running) if running else 0.0
    too_many = limits.maxChanged is not None and len(touched) > limits.maxChanged
    too_large = len(touched) > limits.minResources and percent > allowed
    if not (too_many or too_large):
        return
    whose = f"{tenant}'s models" if tenant else "models"
    limit = f"{allowed:g} %" if too_large else f"{limits.maxChanged} at once"
    line, column = environment.position(("blastRadius",))
    raise Refusal(
        f"the plan {verb} {len(touched)} of {len(running)} {whose} in {environment.name}, {percent:.0f} % of them, "
        f"and {limit} is the limit",
        fix="split the change, or raise blastRadius in a reviewed change",
        where=f"{environment.path}:{line}:{column}",
    )


def _of_tenant(tenant: str | None, models: Iterable[str]) -> set[str]:
    return {model for model in models if tenant in (None, _tenant(model))}


def _tenant(model: str) -> str:
    return model.split("/", 1)[0]
