"""A local merge moves the base branch and the files that go with it together, or not at all."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.propose import merge
from mlplatform.propose.branch import commit_proposal
from mlplatform.propose.deploy import deploy
from mlplatform.propose.merge import merge_locally, require_mergeable
from mlplatform.propose.pinned import Pinned
from mlplatform.propose.promote import promote
from mlplatform.propose.proposal import Proposal
from mlplatform.providers.git.refs import held_refs
from tests.support.scratch import FILES, MODEL, Scratch
from tests.support.waiting import wait_until

PRODUCTION = "environments/production/clinic/tumour.yaml"
NEW = "environments/development/clinic/progression.yaml"
PROMOTED = "promote/production/clinic.tumour-1.1.0"
DEPLOYED = "deploy/development/clinic.progression-1.0.0"
FIRST = Pinned("1.0.0", "sha256:" + "a" * 64)


@pytest.fixture
def promoted(repo: Scratch) -> Scratch:
    """With a proposal that changes one file, and another that makes one."""
    base = repo.head()
    commit_proposal(repo.git, promote(repo.git, base, environment="production", model=MODEL))
    first = deploy(repo.git, base, environment="development", model="clinic/progression", version=FIRST)
    commit_proposal(repo.git, first)
    return repo


def refuse(repo: Scratch, branch: str = PROMOTED, base: str = "main") -> Refusal:
    """The refusal of a merge that must not change anything."""
    before = repo.everything()
    with pytest.raises(Refusal) as refused:
        merge_locally(repo.git, branch, base)
    assert repo.everything() == before
    assert refused.value.fix
    return refused.value


def test_a_merge_is_a_commit_of_both_parents_with_the_branchs_tree(promoted: Scratch) -> None:
    old = promoted.head()
    merged = merge_locally(promoted.git, PROMOTED)
    assert promoted.run("rev-parse", "main", "main^1", "main^2").split() == [
        merged,
        old,
        promoted.branches()[PROMOTED],
    ]
    assert promoted.run("diff", merged, PROMOTED) == ""
    assert promoted.run("log", "-1", "--format=%B", merged) == (
        f"Merge branch '{PROMOTED}'\n\nproduction: clinic/tumour 1.0.0 → 1.1.0 (promotion from integration)\n"
    )
    assert promoted.run("fsck", "--no-dangling", "--no-progress") == ""


@pytest.mark.parametrize(("branch", "path"), [(PROMOTED, PRODUCTION), (DEPLOYED, NEW)])
def test_the_checked_out_base_comes_along(promoted: Scratch, branch: str, path: str) -> None:
    merge_locally(promoted.git, branch)
    assert promoted.read(path) == promoted.at(branch, path)
    assert promoted.status() == ""


def test_changes_elsewhere_stay_as_they_are(promoted: Scratch) -> None:
    promoted.write("README.md", "edited\n")
    promoted.write("models/clinic/tumour.yaml", "staged\n")
    promoted.run("add", "models/clinic/tumour.yaml")
    promoted.write("notes.txt", "untracked\n")
    (promoted.root / "tenants/clinic/tenant.yaml").unlink()
    before = promoted.status()
    merge_locally(promoted.git, PROMOTED)
    assert promoted.status() == before
    assert (promoted.read("README.md"), promoted.read("notes.txt")) == ("edited\n", "untracked\n")


def test_a_file_whose_time_only_has_changed_is_no_obstacle(promoted: Scratch) -> None:
    os.utime(promoted.root / PRODUCTION, (1, 1))
    merge_locally(promoted.git, PROMOTED)
    assert promoted.status() == ""


@pytest.mark.parametrize("elsewhere", [["--detach"], ["-b", "work"]])
def test_a_base_that_is_not_checked_out_moves_alone(promoted: Scratch, elsewhere: list[str]) -> None:
    promoted.run("checkout", "--quiet", *elsewhere)
    promoted.write(PRODUCTION, "edited: by hand\n")
    before = promoted.everything()
    merge_locally(promoted.git, PROMOTED)
    after = promoted.everything()
    assert {path for path in after if after[path] != before.get(path)} == {
        ".git/refs/heads/main",
        ".git/logs/refs/heads/main",
    }


def _edited(repo: Scratch) -> None:
    repo.write(PRODUCTION, FILES[PRODUCTION] + "# mine\n")


def _staged(repo: Scratch) -> None:
    _edited(repo)
    repo.run("add", PRODUCTION)


def _staged_and_put_back(repo: Scratch) -> None:
    _staged(repo)
    repo.write(PRODUCTION, FILES[PRODUCTION])


def _deleted(repo: Scratch) -> None:
    (repo.root / PRODUCTION).unlink()


def _assumed_unchanged(repo: Scratch) -> None:
    repo.run("update-index", "--assume-unchanged", PRODUCTION)
    _edited(repo)


@pytest.mark.parametrize("change", [_edited, _staged, _staged_and_put_back, _deleted, _assumed_unchanged])
def test_a_change_that_would_be_overwritten_is_refused_before_anything_is_written(
    promoted: Scratch, change: Callable[[Scratch], None]
) -> None:
    change(promoted)
    assert PRODUCTION in refuse(promoted).message


def _untracked(repo: Scratch) -> None:
    repo.write(NEW, "mine: x\n")


def _ignored(repo: Scratch) -> None:
    _untracked(repo)
    (repo.root / ".git/info/exclude").write_text("progression.yaml\n")


def _link(repo: Scratch) -> None:
    (repo.root / NEW).symlink_to("tumour.yaml")


def _directory(repo: Scratch) -> None:
    repo.write(f"{NEW}/inner.txt", "mine\n")


@pytest.mark.parametrize("change", [_untracked, _ignored, _link, _directory])
def test_an_untracked_file_in_the_place_of_a_new_one_is_refused(
    promoted: Scratch, change: Callable[[Scratch], None]
) -> None:
    change(promoted)
    assert "progression.yaml" in refuse(promoted, DEPLOYED).message


def test_a_link_in_the_place_of_a_folder_is_not_written_through(promoted: Scratch, tmp_path: Path) -> None:
    folder = promoted.root / "environments/development/clinic"
    folder.rename(tmp_path / "outside")
    folder.symlink_to(tmp_path / "outside")
    refuse(promoted, DEPLOYED)
    assert [path.name for path in (tmp_path / "outside").iterdir()] == ["tumour.yaml"]


def test_a_base_that_has_moved_is_refused(promoted: Scratch) -> None:
    promoted.commit({"README.md": "more\n"})
    refused = refuse(promoted)
    assert "main has moved" in refused.message
    assert f"git branch -D {PROMOTED}" in refused.fix


def test_what_is_merged_already_is_refused(promoted: Scratch) -> None:
    merge_locally(promoted.git, PROMOTED)
    assert "contains" in refuse(promoted).message


@pytest.mark.parametrize(("branch", "base"), [("nowhere", "main"), (PROMOTED, "nowhere"), ("a..b", "main")])
def test_a_branch_that_is_not_there_is_refused(promoted: Scratch, branch: str, base: str) -> None:
    assert ("nowhere" in refuse(promoted, branch, base).message) or branch == "a..b"


def test_a_base_checked_out_in_another_working_tree_is_refused_with_its_place(promoted: Scratch) -> None:
    promoted.run("checkout", "--quiet", "-b", "work")
    promoted.run("worktree", "add", "--quiet", "../other", "main")
    assert str(promoted.root.parent / "other") in refuse(promoted).message


def test_a_linked_working_tree_on_the_base_comes_along(promoted: Scratch) -> None:
    promoted.run("checkout", "--quiet", "-b", "work")
    promoted.run("worktree", "add", "--quiet", "../other", "main")
    other = Scratch(promoted.root.parent / "other")
    merge_locally(other.git, PROMOTED)
    assert other.read(PRODUCTION) == other.at(PROMOTED, PRODUCTION)
    assert (other.status(), promoted.status()) == ("", "")


def test_a_locked_index_is_refused_with_the_file(promoted: Scratch) -> None:
    (promoted.root / ".git/index.lock").touch()
    assert "delete .git/index.lock" in refuse(promoted).fix


def test_a_locked_branch_is_refused(promoted: Scratch) -> None:
    (promoted.root / ".git/refs/heads/main.lock").touch()
    assert "main could not be written" in refuse(promoted).message


def test_a_merge_that_is_not_finished_is_refused(promoted: Scratch) -> None:
    promoted.run("merge", "--no-commit", "--no-ff", DEPLOYED)
    assert "not finished" in refuse(promoted).message


def test_a_base_that_only_stands_for_another_branch_is_refused(promoted: Scratch) -> None:
    promoted.run("symbolic-ref", "refs/heads/trunk", "refs/heads/main")
    assert "trunk only stands for main" in refuse(promoted, base="trunk").message


def test_a_missing_identity_is_refused_before_anything_is_written(promoted: Scratch) -> None:
    promoted.run("config", "--unset", "user.email")
    objects = promoted.objects()
    assert "who you are" in refuse(promoted).message
    assert promoted.objects() == objects


def test_no_hook_runs(promoted: Scratch, tmp_path: Path) -> None:
    for hook in (
        "post-merge",
        "post-checkout",
        "post-index-change",
        "reference-transaction",
        "pre-merge-commit",
    ):
        file = promoted.root / ".git/hooks" / hook
        file.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran-{hook}\n")
        file.chmod(0o755)
    merge_locally(promoted.git, PROMOTED)
    assert not list(tmp_path.glob("ran-*"))


def test_of_two_merges_at_once_one_wins_and_the_other_is_refused(promoted: Scratch) -> None:
    old = promoted.head()

    def attempt(branch: str) -> str:
        try:
            return merge_locally(promoted.git, branch)
        except Refusal:
            return ""

    with ThreadPoolExecutor(2) as pool:
        merged = [commit for commit in pool.map(attempt, [PROMOTED, DEPLOYED]) if commit]
    assert merged == [promoted.head()]
    assert promoted.run("rev-parse", "main^1") == old
    assert promoted.status() == ""


KILLED = """
import os, signal, sys
from pathlib import Path
from typing import Any
from mlplatform.propose import merge
from mlplatform.providers.git import Git
signal.signal(signal.SIGINT, signal.default_int_handler)  # what starts the tests may have it ignored
real = merge.replace_files
def before(*args): os.kill(os.getpid(), signal.{signal}); real(*args)
def after(*args): real(*args); os.kill(os.getpid(), signal.{signal})
merge.replace_files = {when}
merge.merge_locally(Git(Path(sys.argv[1])), sys.argv[2])
"""


def die(repo: Scratch, when: str, how: str, branch: str = PROMOTED) -> int:
    program = KILLED.format(when=when, signal=how)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", program, str(repo.root), branch]
    return subprocess.run(command, env=environment, capture_output=True, check=False).returncode


def test_killed_before_the_files_are_written_nothing_has_changed(promoted: Scratch) -> None:
    before = promoted.everything()
    assert die(promoted, "before", "SIGKILL") == -signal.SIGKILL
    wait_until_unlocked(promoted)
    assert promoted.everything() == before


@pytest.mark.parametrize(("branch", "staged"), [(PROMOTED, f"M  {PRODUCTION}"), (DEPLOYED, f"A  {NEW}")])
def test_killed_before_the_branch_moves_the_proposal_is_staged_and_running_again_finishes(
    promoted: Scratch, branch: str, staged: str
) -> None:
    old = promoted.head()
    assert die(promoted, "after", "SIGKILL", branch) == -signal.SIGKILL
    wait_until_unlocked(promoted)
    assert promoted.head() == old
    assert promoted.status() == staged
    merged = merge_locally(promoted.git, branch)
    assert (promoted.head(), promoted.status()) == (merged, "")


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("how", ["SIGINT", "SIGTERM"])
def test_an_interrupt_waits_until_the_merge_is_whole(promoted: Scratch, when: str, how: str) -> None:
    assert die(promoted, when, how) != 0
    assert promoted.run("log", "-1", "--format=%s") == f"Merge branch '{PROMOTED}'"
    assert promoted.status() == ""


def wait_until_unlocked(repo: Scratch) -> None:
    """git lets go of the ref once it notices that who asked is dead."""
    lock = repo.root / ".git/refs/heads/main.lock"
    wait_until(lambda: not lock.exists(), "the end of the lock on main")


def test_a_file_edited_at_the_last_moment_is_not_lost(
    promoted: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*args: Any) -> Any:
        _edited(promoted)
        return held_refs(*args)

    monkeypatch.setattr(merge, "held_refs", late)
    old = promoted.head()
    with pytest.raises(Refusal, match="not uptodate"):
        merge_locally(promoted.git, PROMOTED)
    assert promoted.head() == old
    assert promoted.read(PRODUCTION).endswith("# mine\n")
    assert promoted.status() == f" M {PRODUCTION}"


def promotion(repo: Scratch) -> Proposal:
    return promote(repo.git, repo.head(), environment="production", model=MODEL)


@pytest.mark.parametrize("change", [_edited, _staged, _deleted, _assumed_unchanged])
def test_whether_a_proposal_could_be_merged_is_known_before_there_is_a_branch(
    repo: Scratch, change: Callable[[Scratch], None]
) -> None:
    proposal = promotion(repo)
    change(repo)
    before = repo.everything()
    with pytest.raises(Refusal, match=PRODUCTION):
        require_mergeable(repo.git, proposal)
    assert repo.everything() == before


def test_a_proposal_on_an_older_base_is_not_mergeable(repo: Scratch) -> None:
    proposal = promotion(repo)
    repo.commit({"README.md": "more\n"})
    with pytest.raises(Refusal, match="main has moved"):
        require_mergeable(repo.git, proposal)


def test_a_proposal_that_can_be_merged_is_mergeable_and_nothing_is_touched(repo: Scratch) -> None:
    proposal, before = promotion(repo), repo.everything()
    require_mergeable(repo.git, proposal)
    assert repo.everything() == before


def test_a_branch_that_is_left_at_the_last_moment_does_not_get_the_files(
    promoted: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*args: Any) -> Any:
        promoted.run("checkout", "--quiet", "--detach")
        return held_refs(*args)

    monkeypatch.setattr(merge, "held_refs", late)
    old = promoted.head()
    with pytest.raises(Refusal, match="another branch was checked out"):
        merge_locally(promoted.git, PROMOTED)
    assert (promoted.branches()["main"], promoted.status()) == (old, "")


@pytest.mark.parametrize(
    "setting",
    [
        ["config", "core.autocrlf", "true"],
        ["config", "core.splitIndex", "true"],
        ["config", "index.version", "4"],
        ["config", "merge.ff", "only"],
        ["sparse-checkout", "set", "models"],
        ["sparse-checkout", "set", "environments/production"],
    ],
    ids=" ".join,
)
def test_the_users_settings_are_no_obstacle(promoted: Scratch, setting: list[str]) -> None:
    promoted.run(*setting)
    promoted.run("checkout", "--quiet", "main")
    merge_locally(promoted.git, PROMOTED)
    assert promoted.status() == ""
    assert promoted.run("rev-parse", "main^{tree}") == promoted.run("rev-parse", f"{PROMOTED}^{{tree}}")
