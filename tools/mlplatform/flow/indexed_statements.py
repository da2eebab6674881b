"""Reads a few statements of the ledgers by their index: for commands that only show something."""

from collections.abc import Collection
from datetime import datetime

from mlplatform.core.kinds import Environment
from mlplatform.core.records.statement import Statement
from mlplatform.core.topics import Topic
from mlplatform.flow.ledger_queries import newest_ledger_first
from mlplatform.flow.workspace import Workspace
from mlplatform.record.ledger_index import newest_on


def statements_on(
    workspace: Workspace,
    topics: Collection[Topic],
    settings: Environment | None = None,
    at: datetime | None = None,
) -> tuple[Statement, ...]:
    """Return of what `ledger_queries.statements` returns the newest on each topic, oldest first.

    With `at`, of those that were recorded by then.
    """
    oldest_first = newest_ledger_first(workspace, settings)[::-1]
    return tuple(statement for ledger in oldest_first for statement in newest_on(ledger, topics, at))
