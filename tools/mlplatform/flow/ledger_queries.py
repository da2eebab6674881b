"""Reads the ledgers of a repository."""

from mlplatform.core.errors import Refusal
from mlplatform.core.kinds import Environment
from mlplatform.core.records.statement import Statement
from mlplatform.flow.workspace import REMOTE, Workspace
from mlplatform.local.identity import read_target_id
from mlplatform.record.ledger import Ledger, copies_of_shared, shared_ledger
from mlplatform.record.recorder import local_recorder

_LOCAL = "refs/platform/"


def statements(workspace: Workspace, settings: Environment | None = None) -> tuple[Statement, ...]:
    """Return every statement on the ledgers that this clone has, oldest first.

    An environment may have moved from a local to a shared ledger, or back: with its `settings`, the ledger that it uses
    now comes last.
    """
    newest_first = (
        record.statement
        for ledger in newest_ledger_first(workspace, settings)
        for record in ledger.newest_first()
    )
    return tuple(newest_first)[::-1]


def copied_statements(
    workspace: Workspace, settings: Environment, target: str | None = None
) -> tuple[Statement, ...]:
    """Return the ledger of an environment as this clone has it, oldest first; nobody is asked for what is newer.

    `target` names a local target (12 hex digits). Refusal when this clone has no ledger of a local target, or several.
    """
    if settings.is_shared:
        ledgers = copies_of_shared(workspace.git, REMOTE)
    else:
        ledgers = (Ledger(workspace.git, _local_ref(workspace, target), local_recorder(workspace.git)),)
    copies = [tuple(record.statement for record in ledger.newest_first()) for ledger in ledgers]
    return max(copies, key=len)[::-1]


def newest_ledger_first(workspace: Workspace, settings: Environment | None) -> tuple[Ledger, ...]:
    """Return the ledgers that this clone has, with the one that an environment uses now first."""
    return workspace.ledgers() if settings is None or settings.is_shared else workspace.ledgers()[::-1]


def _local_ref(workspace: Workspace, target: str | None) -> str:
    target_id = target or read_target_id(workspace.target)
    refs = workspace.git.run("for-each-ref", "--format=%(refname)", _LOCAL).decode().split()
    shared = shared_ledger(workspace.git, REMOTE).ref
    ledgers = [ref for ref in refs if ref != shared and "/" not in ref.removeprefix(_LOCAL)]
    if target_id:
        ledgers = [ref for ref in ledgers if ref == f"{_LOCAL}{target_id}"]
    if len(ledgers) == 1:
        return ledgers[0]
    if not ledgers:
        raise Refusal(
            f"the ledger of {'target ' + target_id if target_id else 'the local target'} is not in this clone",
            fix="fetch it: git fetch REMOTE 'refs/platform/*:refs/platform/*'",
        )
    ids = ", ".join(ref.removeprefix(_LOCAL) for ref in ledgers)
    raise Refusal(f"there are ledgers of several local targets here: {ids}", fix="say which one: --target ID")
