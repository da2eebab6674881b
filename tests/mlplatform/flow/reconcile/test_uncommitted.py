"""Edits of the working tree that no commit has."""

from pathlib import Path

import pytest

from mlplatform.flow.reconcile.uncommitted import uncommitted_files
from tests.support.repository import good_repository
from tests.support.scratch import Scratch, isolate, scratch


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    isolate(monkeypatch, tmp_path / "home")
    return scratch(tmp_path / "repository", good_repository())


def test_a_clean_working_tree_has_none(repo: Scratch) -> None:
    assert uncommitted_files(repo.git) == ()


def test_changed_staged_deleted_and_untracked_documents_and_policies_are_found(repo: Scratch) -> None:
    repo.write("tenants/reading/tenant.yaml", "changed")
    repo.write("models/reading/recommender.yaml", "staged")
    repo.run("add", "models")
    repo.write("environments/production/reading/new file.yaml", "untracked")
    repo.write("policies/rego/new.rego", "untracked")
    (repo.root / "platform.yaml").unlink()
    assert uncommitted_files(repo.git) == (
        "environments/production/reading/new file.yaml",
        "models/reading/recommender.yaml",
        "platform.yaml",
        "policies/rego/new.rego",
        "tenants/reading/tenant.yaml",
    )


def test_what_the_platform_does_not_read_is_none(repo: Scratch) -> None:
    repo.write("notes.txt", "mine")
    assert uncommitted_files(repo.git) == ()
