"""Commits by plumbing: nothing but the new branch changes, and a refusal changes nothing at all."""

import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.providers.git.refs import RefMoved, delete_ref, move_ref, tip_of
from mlplatform.providers.git.write import commit_files
from tests.support.scratch import FILES, Scratch

PRODUCTION = "environments/production/clinic/tumour.yaml"
NEW = "environments/production/clinic/progression.yaml"


def propose(repo: Scratch, content: str = "new: text\n", branch: str = "promote/x") -> str:
    return commit_files(repo.git, repo.head(), {PRODUCTION: content.encode()}, "a title\n\na body\n", branch)


def changed_files(repo: Scratch, before: dict[str, bytes]) -> set[str]:
    after = repo.everything()
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def test_a_commit_changes_its_files_and_nothing_else_of_the_base(repo: Scratch) -> None:
    files = {PRODUCTION: "naïve → text\n".encode(), NEW: b"brand: new\n", "README.md": None}
    commit = commit_files(repo.git, repo.head(), files, "a title\n\nwith → a body\n", "promote/x")
    assert repo.run("rev-parse", "promote/x", "promote/x~1").split() == [commit, repo.head()]
    assert repo.run("diff", "--name-status", "main", commit).splitlines() == [
        "D\tREADME.md",
        f"A\t{NEW}",
        f"M\t{PRODUCTION}",
    ]
    assert repo.at(commit, PRODUCTION) == "naïve → text\n"
    assert repo.run("log", "-1", "--format=%an <%ae>|%B", commit) == (
        "Ada Lovelace <ada@example.com>|a title\n\nwith → a body\n"
    )


def test_working_tree_index_and_head_stay_byte_for_byte_even_when_dirty(repo: Scratch) -> None:
    repo.write(PRODUCTION, "edited: by hand\n")
    repo.write("staged.txt", "staged\n")
    repo.run("add", "staged.txt")
    repo.write("untracked.txt", "mine\n")
    before = repo.everything()
    propose(repo)
    assert changed_files(repo, before) == {".git/refs/heads/promote/x", ".git/logs/refs/heads/promote/x"}


def test_it_works_in_a_detached_head_and_on_another_branch(repo: Scratch) -> None:
    repo.run("checkout", "--quiet", "--detach")
    assert propose(repo, branch="promote/x")
    repo.run("checkout", "--quiet", "-b", "work")
    assert propose(repo, branch="promote/y")


def test_no_hook_and_no_filter_runs(repo: Scratch, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    for hook in ("pre-commit", "commit-msg", "post-index-change", "reference-transaction", "post-commit"):
        file = repo.root / ".git/hooks" / hook
        file.write_text(f"#!/bin/sh\necho {hook} >> {ran}\n")
        file.chmod(0o755)
    repo.run("config", "filter.shout.clean", f"tee -a {ran}")
    base = repo.commit({".gitattributes": "*.yaml filter=shout\n"})
    ran.write_text("")
    commit = commit_files(repo.git, base, {PRODUCTION: b"as it is\r\n"}, "a title\n", "promote/x")
    assert ran.read_text() == ""
    assert repo.git.run("cat-file", "blob", f"{commit}:{PRODUCTION}") == b"as it is\r\n"


def test_an_executable_file_stays_executable(repo: Scratch) -> None:
    repo.run("update-index", "--chmod=+x", PRODUCTION)
    repo.run("commit", "--quiet", "--message", "executable")
    assert repo.run("ls-tree", propose(repo), PRODUCTION).startswith("100755")


@pytest.mark.parametrize("missing", ["user.name", "user.email"])
def test_a_missing_identity_is_refused_before_anything_is_written(repo: Scratch, missing: str) -> None:
    repo.run("config", "--unset", missing)
    before, objects = repo.everything(), repo.objects()
    with pytest.raises(Refusal, match="does not know who you are") as refused:
        propose(repo)
    assert "git config user.name" in refused.value.fix
    assert "git config user.email" in refused.value.fix
    assert (repo.everything(), repo.objects()) == (before, objects)


def test_an_identity_in_the_environment_counts(repo: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.run("config", "--remove-section", "user")
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Grace Hopper")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "grace@example.com")
    assert repo.run("log", "-1", "--format=%an %ce", propose(repo)) == "Grace Hopper grace@example.com"


def test_a_hook_that_called_us_does_not_redirect_the_write(
    repo: Scratch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "elsewhere.index"))
    base = repo.git.resolve("main")
    commit = commit_files(repo.git, base, {PRODUCTION: b"new\n"}, "a title\n", "promote/x")
    assert (repo.root / ".git/refs/heads/promote/x").read_text().strip() == commit
    assert not list(tmp_path.glob("elsewhere*"))


def test_a_branch_that_is_there_is_left_alone(repo: Scratch) -> None:
    first = propose(repo)
    before = repo.everything()
    with pytest.raises(RefMoved, match="promote/x was changed by somebody else"):
        propose(repo, "another: text\n")
    assert repo.everything() == before
    assert tip_of(repo.git, "refs/heads/promote/x") == first


def _a_directory_in_the_way(repo: Scratch) -> None:
    repo.commit({f"{NEW}/inner.yaml": "a: b\n"})


def _a_file_in_the_way(repo: Scratch) -> None:
    for path in FILES:
        if path.startswith("environments/production/clinic/"):
            (repo.root / path).unlink()
    (repo.root / "environments/production/clinic").rmdir()
    repo.commit({"environments/production/clinic": "a file\n"})


def _a_link_in_the_way(repo: Scratch) -> None:
    (repo.root / NEW).symlink_to("tumour.yaml")
    repo.commit({})


@pytest.mark.parametrize("in_the_way", [_a_directory_in_the_way, _a_file_in_the_way, _a_link_in_the_way])
def test_a_path_that_is_something_else_is_refused(
    repo: Scratch, in_the_way: Callable[[Scratch], None]
) -> None:
    in_the_way(repo)
    before = repo.everything()
    with pytest.raises(Refusal):
        commit_files(repo.git, repo.head(), {NEW: b"a: b\n"}, "a title\n", "promote/x")
    assert repo.everything() == before


@pytest.mark.parametrize("path", ["../outside.yaml", ".git/config", "a/../../b", "/etc/passwd"])
def test_a_path_outside_the_tree_is_refused(repo: Scratch, path: str) -> None:
    before = repo.everything()
    with pytest.raises(Refusal):
        commit_files(repo.git, repo.head(), {path: b"a: b\n"}, "a title\n", "promote/x")
    assert repo.everything() == before


@pytest.mark.parametrize("branch", ["a..b", "with space", "ends.lock", "", "-x/../y", "a:b"])
def test_a_name_that_no_branch_can_have_is_refused(repo: Scratch, branch: str) -> None:
    before = repo.everything()
    with pytest.raises(Refusal, match="cannot be the name of a branch"):
        propose(repo, branch=branch)
    assert repo.everything() == before


def test_a_branch_that_is_a_folder_of_branches_is_refused_with_gits_reason(repo: Scratch) -> None:
    propose(repo, branch="promote/x")
    with pytest.raises(Refusal, match=r"promote could not be written: .*promote/x"):
        propose(repo, branch="promote")


def test_a_change_of_nothing_is_refused(repo: Scratch) -> None:
    with pytest.raises(Refusal, match="nothing would change"):
        propose(repo, FILES[PRODUCTION])


def test_commits_are_signed_when_the_user_signs_all(repo: Scratch, tmp_path: Path) -> None:
    key = tmp_path / "key"
    if shutil.which("ssh-keygen") is None:
        pytest.skip("ssh-keygen is not on PATH")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    repo.run("config", "gpg.format", "ssh")
    repo.run("config", "user.signingKey", f"{key}.pub")
    repo.run("config", "commit.gpgSign", "true")
    assert "gpgsig -----BEGIN SSH SIGNATURE-----" in repo.run("cat-file", "commit", propose(repo))


def test_a_signature_that_fails_is_refused_and_leaves_no_branch(repo: Scratch) -> None:
    repo.run("config", "commit.gpgSign", "true")
    repo.run("config", "gpg.program", "/nowhere/gpg")
    before = repo.everything()
    with pytest.raises(Refusal, match="could not be signed"):
        propose(repo)
    assert repo.everything() == before


def test_of_many_writers_of_one_branch_one_wins(repo: Scratch) -> None:
    def attempt(number: int) -> str | None:
        try:
            return propose(repo, f"writer: {number}\n")
        except Refusal:
            return None

    with ThreadPoolExecutor(4) as pool:
        made = [commit for commit in pool.map(attempt, range(4)) if commit]
    assert made == [tip_of(repo.git, "refs/heads/promote/x")]
    assert repo.run("fsck", "--no-dangling", "--no-progress") == ""


def test_a_ref_moves_only_from_where_it_is_expected(repo: Scratch) -> None:
    first, second = propose(repo, "a: b\n", "one"), propose(repo, "c: d\n", "two")
    with pytest.raises(RefMoved):
        move_ref(repo.git, "refs/heads/one", second, second)
    with pytest.raises(RefMoved):
        delete_ref(repo.git, "refs/heads/one", second)
    assert tip_of(repo.git, "refs/heads/one") == first
    move_ref(repo.git, "refs/heads/one", second, first)
    delete_ref(repo.git, "refs/heads/one", second)
    assert tip_of(repo.git, "refs/heads/one") is None
