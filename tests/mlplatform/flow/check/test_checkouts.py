"""Clones as people and CI have them are checked as a whole one is: partial, sparse, shallow, a worktree."""

from pathlib import Path

import pytest

from mlplatform.core.change_base import FileChange
from mlplatform.core.errors import Refusal
from mlplatform.core.finding import Finding
from mlplatform.flow.check.changeset import changeset
from mlplatform.flow.check.run_check import CheckOptions, check_commit, check_working_tree
from mlplatform.providers.git import Git
from mlplatform.providers.git.compare import merge_base
from tests.support.scratch import Scratch

OPTIONS = CheckOptions(scanner=False)
MORE = "tenants/ant/datasets/more.yaml"
PINNED = "environments/dev/ant/guess.yaml"


def findings(git: Git) -> tuple[Finding, ...]:
    return check_commit(git, "HEAD", OPTIONS).findings


@pytest.fixture(params=["blob:none", "tree:0"])
def partial(zoo: Scratch, tmp_path: Path, request: pytest.FixtureRequest) -> Scratch:
    """A clone without the contents of any file, or without the folders either, of a repository with some history."""
    for number in range(12):
        zoo.commit({PINNED: f"{zoo.read(PINNED)}# again {number}\n"})
    zoo.run("config", "uploadpack.allowFilter", "true")
    address = zoo.root.as_uri()
    zoo.run(
        "clone", "--quiet", f"--filter={request.param}", "--no-checkout", address, str(tmp_path / "partial")
    )
    return Scratch(tmp_path / "partial")


def packs(clone: Scratch) -> int:
    return len(list((clone.root / ".git/objects/pack").glob("*.pack")))


def test_a_partial_clone_fetches_what_is_read_at_once(zoo: Scratch, partial: Scratch) -> None:
    before = packs(partial)
    assert findings(partial.git) == findings(zoo.git)
    assert packs(partial) - before <= 4


def test_a_change_in_a_partial_clone_fetches_a_few_times(zoo: Scratch, partial: Scratch) -> None:
    before = packs(partial)
    change = changeset(partial.git, "origin/HEAD~3", "HEAD")
    assert change.base.files == (FileChange(PINNED, "changed"),)
    assert change.head.findings == changeset(zoo.git, "HEAD~3", "HEAD").head.findings
    assert packs(partial) - before <= 8


def test_a_partial_clone_whose_remote_is_gone_is_an_error(zoo: Scratch, partial: Scratch) -> None:
    zoo.root.rename(zoo.root.with_name("gone"))
    with pytest.raises(Refusal):
        findings(partial.git)


@pytest.fixture
def sparse(zoo: Scratch, tmp_path: Path) -> Scratch:
    """A clone in which one tenant's documents are checked out."""
    zoo.run("clone", "--quiet", "--sparse", zoo.root.as_uri(), str(tmp_path / "sparse"))
    clone = Scratch(tmp_path / "sparse")
    clone.run("sparse-checkout", "set", "tenants/ant", "models/ant")
    assert not (clone.root / "tenants/bee").exists()
    return clone


def test_what_a_sparse_checkout_leaves_out_is_not_removed(zoo: Scratch, sparse: Scratch) -> None:
    assert changeset(sparse.git, "origin/HEAD", None).base.files == ()
    assert check_working_tree(sparse.git, OPTIONS).findings == check_working_tree(zoo.git, OPTIONS).findings


def test_a_change_in_a_sparse_checkout_is_that_change(sparse: Scratch) -> None:
    sparse.write(MORE, "text\n")
    assert changeset(sparse.git, "origin/HEAD", None).base.files == (FileChange(MORE, "added"),)


def test_what_is_staged_and_not_checked_out_is_a_change(sparse: Scratch) -> None:
    path = "tenants/bee/tenant.yaml"
    blob = sparse.run("hash-object", "-w", "platform.yaml").strip()
    sparse.run("update-index", "--cacheinfo", f"100644,{blob},{path}")
    sparse.run("update-index", "--skip-worktree", path)
    change = changeset(sparse.git, "origin/HEAD", None)
    assert change.base.files == (FileChange(path, "changed"),)
    assert any(finding.path == path for finding in change.head.findings)


def test_a_worktree_is_checked_as_its_clone(zoo: Scratch, tmp_path: Path) -> None:
    zoo.run("worktree", "add", "--quiet", "--detach", str(tmp_path / "tree"))
    assert check_working_tree(Git(tmp_path / "tree"), OPTIONS).findings == findings(zoo.git)


def test_a_shallow_clone_is_told_how_to_get_the_rest(zoo: Scratch, tmp_path: Path) -> None:
    first = zoo.head()
    zoo.commit({"README.md": "more\n"})
    zoo.run("clone", "--quiet", "--depth=1", zoo.root.as_uri(), str(tmp_path / "shallow"))
    git = Git(tmp_path / "shallow")
    with pytest.raises(Refusal) as refused:
        git.resolve(first)
    assert "git fetch --unshallow" in refused.value.fix
    zoo.run("checkout", "--quiet", "--orphan", "other")
    zoo.commit({"README.md": "other\n"})
    Scratch(tmp_path / "shallow").run("fetch", "--quiet", "--depth=1", "origin", "other")
    with pytest.raises(Refusal) as refused:
        merge_base(git, "HEAD", "FETCH_HEAD")
    assert "git fetch --unshallow" in refused.value.fix
