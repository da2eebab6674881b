"""Where two commits parted."""

from pathlib import Path

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.providers.git.compare import merge_base
from tests.support.scratch import Scratch, scratch


@pytest.fixture
def repo(tmp_path: Path) -> Scratch:
    return scratch(tmp_path / "clone")


def commit(repo: Scratch, message: str, *parents: str) -> str:
    said = [word for parent in parents for word in ("-p", parent)]
    return repo.git.run("commit-tree", "HEAD^{tree}", "-m", message, *said).decode().strip()


def test_a_head_that_goes_on_from_its_base_parted_there(repo: Scratch) -> None:
    base = repo.git.resolve("HEAD")
    assert merge_base(repo.git, base, commit(repo, "head", base)) == base


def test_a_base_that_has_moved_on_parted_where_it_did(repo: Scratch) -> None:
    start = repo.git.resolve("HEAD")
    assert merge_base(repo.git, commit(repo, "base", start), commit(repo, "head", start)) == start


def test_commits_that_merged_each_other_are_refused_as_no_one_place_explains_a_merge(repo: Scratch) -> None:
    start = repo.git.resolve("HEAD")
    ours, theirs = commit(repo, "ours", start), commit(repo, "theirs", start)
    base, head = commit(repo, "base", ours, theirs), commit(repo, "head", theirs, ours)
    with pytest.raises(Refusal) as refused:
        merge_base(repo.git, base, head)
    assert ours[:12] in str(refused.value)
    assert theirs[:12] in str(refused.value)
    assert merge_base(repo.git, base, commit(repo, "merged", head, base)) == base


def test_commits_that_never_met_are_refused(repo: Scratch) -> None:
    with pytest.raises(Refusal, match="no commit in common"):
        merge_base(repo.git, "HEAD", commit(repo, "another root"))
