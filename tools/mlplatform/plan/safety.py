"""How much one plan may change."""

from collections.abc import Sequence

from mlplatform.core.document import Document
from mlplatform.core.errors import Refusal
from mlplatform.core.kinds import Environment
from mlplatform.core.plan import Action, Change
from mlplatform.plan.actual import Actual


def assert_within_blast_radius(
    environment: Document[Environment], changes: Sequence[Change], actual: Actual
) -> None:
    """Refuse a plan that changes or removes too large a share of what runs; what is new does not count."""
    limits = environment.body.blastRadius
    running = {model for model, aliases in actual.registry.aliases.items() if "champion" in aliases}
    running |= set(actual.serving.weights)
    changed = {c.resource for c in changes if c.action in (Action.ROUTE, Action.CHAMPION) and c.before}
    percent = 100 * len(changed) / len(running) if running else 0.0
    if len(changed) > limits.minResources and percent > limits.maxChangedPercent:
        line, column = environment.place(("blastRadius",))
        raise Refusal(
            f"the plan changes {len(changed)} of {len(running)} models in {environment.name}, {percent:.0f} % "
            f"of them, and {limits.maxChangedPercent:g} % is the limit",
            fix="split the change, or raise blastRadius in a reviewed change",
            where=f"{environment.path}:{line}:{column}",
        )
