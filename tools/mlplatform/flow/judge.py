"""load → check, for the working tree or a commit."""

from mlplatform.check.check import check
from mlplatform.core.base import Base
from mlplatform.core.checked import Checked
from mlplatform.core.errors import Refusal
from mlplatform.core.loaded import Loaded
from mlplatform.core.repository import Repository
from mlplatform.load.history import history
from mlplatform.load.load import load
from mlplatform.load.source import Commit, WorkingTree
from mlplatform.providers.git import Git
from mlplatform.providers.policy import connect_engine


def judge_working_tree(git: Git) -> Checked:
    """Rules of state over what lies in the working tree."""
    return _check(load(WorkingTree(git.root)), None)


def judge_commit(git: Git, rev: str) -> Checked:
    """Rules of state over a commit."""
    return _check(load(Commit(git, git.resolve(rev))), None)


def judge_change(git: Git, base: str, head: str | None) -> Checked:
    """Rules of state and of change over what `head` (None: the working tree) makes of the commit `base`."""
    commit = git.resolve(base)
    changed = load(WorkingTree(git.root) if head is None else Commit(git, git.resolve(head)))
    return _check(changed, Base(load(Commit(git, commit)), history(git, commit)))


def repository_at(git: Git, rev: str) -> Repository:
    """The judged repository of a commit; what its findings stop is blocked in it."""
    return judge_commit(git, rev).repository


def assert_clean(checked: Checked) -> None:
    """Refuse with the first error and the number of the others."""
    errors = [finding for finding in checked.findings if finding.is_error]
    if errors:
        more = f" (and {len(errors) - 1} more: run `platform check`)" if len(errors) > 1 else ""
        raise Refusal(f"{errors[0].message}{more}", fix=errors[0].fix, where=errors[0].where)


def _check(loaded: Loaded, base: Base | None) -> Checked:
    return check(loaded, connect_engine(loaded.policies), base=base)
