"""Lifts a hold: the version is tried again by the next apply."""

from mlplatform.core.errors import Refusal
from mlplatform.core.hold import Hold, holds
from mlplatform.core.repository import Repository
from mlplatform.core.statement import retry_statement
from mlplatform.flow.actor import actor
from mlplatform.flow.ledger_queries import require_newer, statements
from mlplatform.flow.workspace import Workspace, environment_of


def lift(
    workspace: Workspace,
    repository: Repository,
    environment: str,
    model: str,
    version: str | None,
    reason: str,
) -> Hold:
    """Say on the ledger that what failed may be tried again: the `version`, else the one that is pinned.

    Refusal when nothing of the model is on hold there, or the commit could not be applied: then the hold stays.
    """
    settings = environment_of(repository, environment)
    workspace.ledger(settings).sync()
    known = statements(workspace, settings)
    require_newer(workspace.git, str(repository.commit), environment, known, again=True)
    held = [hold for hold in holds(known, environment).values() if hold.model == model]
    chosen = [hold for hold in held if version in (None, hold.version)]
    document = repository.deployments.get(environment, {}).get(model)
    if version is None and document:
        chosen = [hold for hold in held if hold.digest == document.body.digest] or chosen
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
    said = {**actor(), "reason": reason}
    workspace.ledger(settings).append(retry_statement(environment, model, hold.version, hold.digest, said))
    return hold
