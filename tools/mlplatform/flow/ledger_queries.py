"""Reads the ledgers of a repository."""

from mlplatform.core.kinds import Environment
from mlplatform.core.statement import Statement
from mlplatform.flow.workspace import Workspace


def statements(workspace: Workspace, settings: Environment | None = None) -> tuple[Statement, ...]:
    """Return every statement on the ledgers that this clone has, oldest first.

    An environment may have moved from a local to a shared ledger, or back: with its `settings`, the ledger that it uses
    now comes last.
    """
    ledgers = workspace.ledgers() if settings is None or settings.is_shared else workspace.ledgers()[::-1]
    newest_first = (record.statement for ledger in ledgers for record in ledger.newest_first())
    return tuple(newest_first)[::-1]
