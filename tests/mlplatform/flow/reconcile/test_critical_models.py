"""Critical models are not taken away by a change that takes away the word with them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from mlplatform.core.records.statement import Statement
from mlplatform.flow.reconcile.critical_models import critical_among
from mlplatform.providers.git import Git
from tests.support.laboratory import run_git
from tests.support.records import apply_record
from tests.support.values import deployment, model, repository

TUMOUR = "clinic/tumour"
MODEL, PINNED = f"models/{TUMOUR}.yaml", f"environments/production/{TUMOUR}.yaml"
CRITICAL, HARMLESS = {**model(), "critical": True}, model()


@pytest.fixture
def git(tmp_path: Path) -> Git:
    run_git(tmp_path, "init", "-q", "-b", "main")
    run_git(tmp_path, "config", "user.name", "Ada")
    run_git(tmp_path, "config", "user.email", "ada@example.com")
    return Git(tmp_path)


def commit(git: Git, files: Mapping[str, Mapping[str, Any] | None]) -> str:
    for path, said in files.items():
        file = git.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if said is None:
            file.unlink()
        else:
            file.write_text(json.dumps(said))
    run_git(git.root, "add", "-A")
    run_git(git.root, "commit", "-q", "--allow-empty", "-m", "a change")
    return git.resolve("HEAD")


def applied(*commits: str) -> list[Statement]:
    return [apply_record(commit=commit) for commit in commits]


def critical(git: Git, *commits: str) -> frozenset[str]:
    return critical_among(git, repository({}), "production", [TUMOUR], applied(*commits))


def test_a_model_is_critical_as_the_newest_applied_commit_that_declared_it_there_says(git: Git) -> None:
    declared = commit(git, {MODEL: CRITICAL, PINNED: deployment("1.0.0")})
    gone = commit(git, {MODEL: HARMLESS, PINNED: None})
    assert critical(git, declared) == {TUMOUR}
    assert critical(git, declared, gone) == {TUMOUR}, "however often the commit that takes both was applied"
    assert critical(git, declared, gone, *(commit(git, {}) for _ in range(60))) == {TUMOUR}


def test_a_model_that_lost_the_word_in_a_change_of_its_own_may_go(git: Git) -> None:
    declared = commit(git, {MODEL: CRITICAL, PINNED: deployment("1.0.0")})
    harmless = commit(git, {MODEL: HARMLESS})
    gone = commit(git, {PINNED: None})
    assert critical(git, declared, harmless, gone) == frozenset()


def test_where_nobody_can_tell_a_model_is_critical(git: Git) -> None:
    assert critical(git) == {TUMOUR}
    assert critical(git, commit(git, {})) == {TUMOUR}
