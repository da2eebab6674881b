"""load → check, for the working tree or a commit."""

from dataclasses import replace

from mlplatform.check.check import check
from mlplatform.core.base import Base
from mlplatform.core.checked import Checked
from mlplatform.core.loaded import Loaded
from mlplatform.core.repository import Repository
from mlplatform.load.history import history
from mlplatform.load.load import load
from mlplatform.load.source import Commit, WorkingTree
from mlplatform.providers.git import Git
from mlplatform.providers.policy import connect_engine


def judge_working_tree(git: Git) -> Checked:
    """Rules of state over what lies in the working tree."""
    return _check(load(WorkingTree(git.root)))


def judge_commit(git: Git, rev: str) -> Checked:
    """Rules of state over a commit."""
    return _check(load(Commit(git, git.resolve(rev))))


def judge_change(git: Git, base: str, head: str | None) -> Checked:
    """Rules of state and of change over what `head` (None: the working tree) makes of the commit `base`.

    The policies and schemas of the base bind, so that no change weakens what it is judged by; its own are asked too.
    """
    commit = git.resolve(base)
    changed = load(WorkingTree(git.root) if head is None else Commit(git, git.resolve(head)))
    starting = Base(load(Commit(git, commit)), history(git, commit))
    held_to = replace(changed, policies=starting.loaded.policies, schemas=starting.loaded.schemas)
    binding = check(held_to, connect_engine(starting.loaded.policies), base=starting)
    if (changed.policies, changed.schemas) == (starting.loaded.policies, starting.loaded.schemas):
        return binding
    return _both(binding, check(changed, connect_engine(changed.policies), base=starting))


def repository_at(git: Git, rev: str) -> Repository:
    """The judged repository of a commit; what its findings stop is blocked in it."""
    return judge_commit(git, rev).repository


def _check(loaded: Loaded) -> Checked:
    return check(loaded, connect_engine(loaded.policies))


def _both(binding: Checked, proposed: Checked) -> Checked:
    """What either set of policies finds; what either blocks is blocked."""
    mine, other = binding.repository, proposed.repository
    repository = replace(
        mine,
        blocked_tenants={**other.blocked_tenants, **mine.blocked_tenants},
        blocked_environments={**other.blocked_environments, **mine.blocked_environments},
    )
    return replace(
        binding,
        repository=repository,
        findings=tuple(sorted({*binding.findings, *proposed.findings})),
        rules=tuple(dict.fromkeys((*binding.rules, *proposed.rules))),
    )
