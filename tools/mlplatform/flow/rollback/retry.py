"""Lifts a hold, so that the next apply tries the version again."""

from mlplatform.core.errors import Refusal
from mlplatform.core.hold import Hold, holds
from mlplatform.core.records.base import as_unicode
from mlplatform.core.records.retry import RetryPredicate
from mlplatform.core.records.statement import Statement
from mlplatform.core.repository import Repository
from mlplatform.flow.actor import actor
from mlplatform.flow.ledger_queries import statements
from mlplatform.flow.reconcile.commit_order import require_newer
from mlplatform.flow.workspace import Workspace, environment_of


def lift_hold(
    workspace: Workspace,
    repository: Repository,
    environment: str,
    model: str,
    version: str | None,
    reason: str,
) -> Hold:
    """Record that a version may be tried again: `version`, or the one that is pinned; return the hold it had.

    Refusal when no such hold exists, or the commit could not be applied: then the hold stays.
    """
    settings = environment_of(repository, environment)
    workspace.ledger(settings).sync()
    ledger = statements(workspace, settings)
    require_newer(workspace.git, str(repository.commit), environment, ledger, again=True)
    model_holds = [hold for hold in holds(ledger, environment).values() if hold.model == model]
    matching = [hold for hold in model_holds if version in (None, hold.version)]
    document = repository.deployments.get(environment, {}).get(model)
    if version is None and document:
        matching = [hold for hold in model_holds if hold.digest == document.body.digest] or matching
    if not matching:
        others = f" (on hold are: {', '.join(hold.version for hold in model_holds)})" if model_holds else ""
        raise Refusal(
            f"{model}{' ' + version if version else ''} is not on hold in {environment}{others}",
            fix="`platform status` lists the holds",
        )
    if len(matching) > 1:
        raise Refusal(
            f"several versions of {model} are on hold in {environment}: {', '.join(h.version for h in matching)}",
            fix="say which one: --version",
        )
    hold = matching[0]
    retry = RetryPredicate(
        environment=environment,
        model=model,
        version=hold.version,
        digest=hold.digest,
        identity=actor(),
        reason=as_unicode(reason),
    )
    workspace.ledger(settings).append(Statement.of(retry))
    return hold
