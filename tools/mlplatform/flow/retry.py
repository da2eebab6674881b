"""Lifts a hold: the version is tried again by the next apply."""

from mlplatform.core.errors import Refusal
from mlplatform.core.hold import Hold
from mlplatform.core.kinds import Environment
from mlplatform.core.statement import retry_statement
from mlplatform.flow.past import holds_in
from mlplatform.flow.place import Place
from mlplatform.flow.who import who


def lift(
    place: Place, settings: Environment, environment: str, model: str, version: str | None, reason: str
) -> Hold:
    """Say on the ledger that what failed may be tried again; Refusal when nothing of the model is on hold there."""
    place.ledger(settings).sync()
    held = [hold for hold in holds_in(place, environment).values() if hold.model == model]
    chosen = [hold for hold in held if version in (None, hold.version)]
    if not chosen:
        there = f" (there is: {', '.join(hold.version for hold in held)})" if held else ""
        raise Refusal(
            f"{model}{' ' + version if version else ''} is not on hold in {environment}{there}",
            fix="`platform status` says what is",
        )
    if len(chosen) > 1:
        raise Refusal(
            f"several versions of {model} are on hold in {environment}: {', '.join(h.version for h in chosen)}",
            fix="say which one: --version",
        )
    hold = chosen[0]
    said = {**who(), "reason": reason}
    place.ledger(settings).append(retry_statement(environment, model, hold.version, hold.digest, said))
    return hold
