import os
import stat
import subprocess
from pathlib import Path

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.providers.git import Git, GitError, PathChange
from tests.support.scratch import Scratch, scratch

PIN = "environments/production/clinic/tumour.yaml"


def changes(repo: Scratch, *under: str) -> list[PathChange]:
    return list(repo.git.changes("HEAD", under or ("environments/",)))


def test_a_repository_is_found_from_a_folder_inside_it(repo: Scratch) -> None:
    assert Git.discover(repo.root / "environments/production") == Git(repo.root)


def test_a_folder_outside_any_repository_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=f"{tmp_path} is not in a git repository"):
        Git.discover(tmp_path)


def test_a_missing_git_program_is_said_plainly(repo: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repo.root))
    with pytest.raises(Refusal, match="the program git is not on PATH"):
        repo.git.run("version")


def test_a_command_that_takes_too_long_is_ended_and_an_error(repo: Scratch) -> None:
    with pytest.raises(GitError, match=r"^git version did not end in 1e-06 s$"):
        Git(repo.root, seconds=0.000001).run("version")


def test_a_failing_command_gives_gits_own_last_line(repo: Scratch) -> None:
    with pytest.raises(GitError, match=r"^Not a valid object name nowhere$"):
        repo.git.run("ls-tree", "nowhere")


def test_the_variables_that_a_hook_inherits_lead_nowhere_else(
    repo: Scratch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = scratch(tmp_path / "other", {"README.md": "another repository\n"})
    expected = repo.git.resolve("HEAD")
    monkeypatch.setenv("GIT_DIR", str(other.root / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.root))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.root / ".git/index"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(other.root / ".git/objects"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "not a number")
    assert repo.git.resolve("HEAD") == expected
    assert Git.discover(repo.root) == Git(repo.root)


def test_the_users_configuration_by_environment_variables_counts(
    repo: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {
        "COUNT": "2",
        "KEY_0": "user.name",
        "VALUE_0": "Grace",
        "KEY_1": "core.hooksPath",
        "VALUE_1": "/x",
    }
    for name, value in given.items():
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    assert repo.git.run("config", "user.name") == b"Grace\n"
    assert repo.git.run("config", "core.hooksPath") == b"/dev/null\n"
    monkeypatch.setenv("GIT_CONFIG_COUNT", "3")
    assert repo.git.run("config", "user.name") == b"Ada Lovelace\n"


@pytest.mark.parametrize("name", ["GIT_SSL_NO_VERIFY", "GIT_SSL_CAINFO", "GIT_PROXY_COMMAND", "https_proxy"])
def test_how_the_remote_is_reached_is_the_users_to_say(
    repo: Scratch, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "as the user says")
    assert repo.git.run("-c", f'alias.x=!printf %s "${name}"', "x") == b"as the user says"


def test_variables_that_are_given_reach_git(repo: Scratch) -> None:
    said = repo.git.run("var", "GIT_AUTHOR_IDENT", env={"GIT_AUTHOR_NAME": "Grace"})
    assert said.startswith(b"Grace <ada@example.com>")


@pytest.mark.parametrize("rev", ["HEAD", "main", "v1", "v2", "main~0"])
def test_a_revision_is_resolved_to_its_commit(repo: Scratch, rev: str) -> None:
    repo.run("tag", "v1")
    repo.run("tag", "--annotate", "--message", "two", "v2")
    assert repo.git.resolve(rev) == repo.head()


@pytest.mark.parametrize(
    "rev", ["nowhere", "", "--all", "-h", "main:README.md", "HEAD^{tree}", "a\0b", "main..main"]
)
def test_what_names_no_commit_is_refused(repo: Scratch, rev: str) -> None:
    with pytest.raises(Refusal, match="there is no commit"):
        repo.git.resolve(rev)


def test_a_tree_lists_every_file_below_the_paths_with_its_mode(repo: Scratch) -> None:
    (repo.root / "models/clinic/link.yaml").symlink_to("tumour.yaml")
    repo.write("models/clinic/run.sh", "true\n")
    (repo.root / "models/clinic/run.sh").chmod(0o755)
    repo.write("models-old/a b\n.yaml", "x")
    repo.run("add", "--all")
    repo.run("update-index", "--add", "--cacheinfo", f"160000,{repo.head()},models/clinic/module")
    repo.run("commit", "--quiet", "--message", "odd files")
    tree = repo.git.tree("HEAD", ["models/", "README.md"])
    assert {path: entry.mode for path, entry in tree.items()} == {
        "README.md": "100644",
        "models/clinic/link.yaml": "120000",
        "models/clinic/module": "160000",
        "models/clinic/progression.yaml": "100644",
        "models/clinic/run.sh": "100755",
        "models/clinic/tumour.yaml": "100644",
    }
    assert stat.S_ISLNK(tree["models/clinic/link.yaml"].bits)
    assert "models-old/a b\n.yaml" in repo.git.tree("HEAD", [])


def test_a_path_is_never_read_as_a_pattern(repo: Scratch) -> None:
    assert repo.git.tree("HEAD", ["*.md", ":(glob)**"]) == {}


def test_a_tree_with_two_entries_for_one_path_is_refused(repo: Scratch) -> None:
    blobs = [
        repo.git.run("hash-object", "-w", "--stdin", stdin=text).decode().strip() for text in (b"a", b"b")
    ]
    tree = b"".join(b"100644 platform.yaml\0" + bytes.fromhex(blob) for blob in blobs)
    made = (
        repo.git.run("hash-object", "-w", "-t", "tree", "--literally", "--stdin", stdin=tree).decode().strip()
    )
    commit = repo.git.run("commit-tree", made, "-m", "two").decode().strip()
    with pytest.raises(GitError, match="two entries for one path"):
        repo.git.tree(commit, [])


def test_blobs_come_back_byte_for_byte(repo: Scratch) -> None:
    contents = [b"", b"\n", b"a\0b\r\n\n", b"0" * 40 + b" blob 3\nabc\n", bytes(range(256)) * 1000]
    oids = [repo.git.run("hash-object", "-w", "--stdin", stdin=data).decode().strip() for data in contents]
    assert repo.git.blobs(oids) == dict(zip(oids, contents, strict=True))
    assert repo.git.blobs([]) == {}


def test_a_blob_that_is_not_there_is_an_error(repo: Scratch) -> None:
    with pytest.raises(GitError, match="is not a file in this clone: missing"):
        repo.git.blobs(["1" * 40])
    with pytest.raises(GitError, match="is not a file in this clone"):
        repo.git.blobs([repo.head()])


def committed(repo: Scratch, commit: str) -> int:
    return int(repo.run("log", "-1", "--format=%ct", commit))


def test_changes_follow_the_first_parents_newest_first(repo: Scratch) -> None:
    first = repo.head()
    repo.run("checkout", "--quiet", "-b", "side")
    repo.commit({PIN: "one\n"}, "on the side")
    repo.commit({PIN: "two\n"}, "on the side again")
    repo.run("checkout", "--quiet", "main")
    repo.commit({"README.md": "unrelated\n"})
    repo.run("merge", "--quiet", "--no-ff", "side", "--message", "promote")
    merged = repo.head()
    oid = repo.run("rev-parse", f"HEAD:{PIN}")
    (repo.root / PIN).unlink()
    removed = repo.commit({}, "remove")
    assert changes(repo, PIN) == [
        PathChange(removed, PIN, None, committed(repo, removed)),
        PathChange(merged, PIN, oid, committed(repo, merged)),
        PathChange(first, PIN, repo.run("rev-parse", f"{first}:{PIN}"), committed(repo, first)),
    ]


def test_a_symlink_in_place_of_a_file_has_no_content(repo: Scratch) -> None:
    (repo.root / PIN).unlink()
    (repo.root / PIN).symlink_to("../../README.md")
    commit = repo.commit({}, "link")
    assert changes(repo, PIN)[0] == PathChange(commit, PIN, None, committed(repo, commit))


def test_a_renamed_file_is_one_that_went_and_one_that_came(repo: Scratch) -> None:
    repo.run("mv", PIN, PIN.replace("tumour", "renamed"))
    commit = repo.commit({}, "rename")
    assert {(change.path, change.oid is None) for change in changes(repo) if change.commit == commit} == {
        (PIN, True),
        (PIN.replace("tumour", "renamed"), False),
    }


def test_the_users_configuration_changes_no_answer(repo: Scratch) -> None:
    repo.run("checkout", "--quiet", "-b", "side")
    repo.commit({PIN: "one\n"})
    repo.run("checkout", "--quiet", "main")
    repo.run("merge", "--quiet", "--no-ff", "side", "--message", "promote")
    before = changes(repo)
    for name, value in {
        "log.showSignature": "true",
        "log.follow": "true",
        "log.showRoot": "false",
        "log.diffMerges": "combined",
        "log.decorate": "full",
        "diff.renames": "copies",
        "diff.relative": "true",
        "diff.noprefix": "true",
        "color.ui": "always",
        "core.quotePath": "true",
        "core.abbrev": "7",
        "core.pager": "false",
        "pager.log": "false",
    }.items():
        repo.run("config", name, value)
    assert changes(repo) == before


def test_replaced_objects_and_grafts_do_not_change_what_is_read(repo: Scratch) -> None:
    first = repo.head()
    second = repo.commit({PIN: "two\n"})
    before = changes(repo)
    repo.run("replace", second, first)
    (repo.root / ".git/info").mkdir(exist_ok=True)
    (repo.root / ".git/info/grafts").write_text(f"{second}\n")
    assert changes(repo) == before
    assert PIN in repo.git.tree(second, [PIN])


def test_reading_runs_no_program_that_the_repository_names(repo: Scratch, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {ran}\n")
    program.chmod(0o755)
    for name in (
        "core.fsmonitor",
        "filter.bad.clean",
        "filter.bad.smudge",
        "diff.bad.textconv",
        "diff.external",
    ):
        repo.run("config", name, str(program))
    repo.write(".gitattributes", "* filter=bad diff=bad\n")
    hooks = repo.root / ".git/hooks"
    hooks.mkdir(exist_ok=True)
    for hook in ("reference-transaction", "post-index-change", "pre-commit"):
        os.link(program, hooks / hook)
    git = repo.git
    tree = git.tree("HEAD", [])
    git.blobs([tree[PIN].oid])
    list(git.changes("HEAD", ["environments"]))
    git.run("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    git.run("update-ref", "refs/heads/other", "HEAD")
    assert not ran.exists()
    subprocess.run(["git", "status"], cwd=repo.root, capture_output=True, check=False)
    assert ran.exists(), "the program would run under an ordinary git command"


def test_a_shallow_clone_says_that_it_is_one(repo: Scratch, tmp_path: Path) -> None:
    repo.commit({PIN: "two\n"})
    repo.run("clone", "--quiet", "--depth=1", repo.root.as_uri(), str(tmp_path / "shallow"))
    assert Git(tmp_path / "shallow").is_shallow()
    assert not repo.git.is_shallow()


@pytest.mark.parametrize("rev", ["main", "main~0", "main^{tree}", "main@{0}", "tags/main"])
def test_a_name_that_a_tag_and_a_branch_share_is_refused(repo: Scratch, rev: str) -> None:
    repo.git.run("branch", "tags/main")
    repo.git.run("tag", "main", "HEAD")
    with pytest.raises(Refusal) as refused:
        repo.git.resolve(rev)
    assert "refs/tags/main" in str(refused.value)
    assert "refs/heads/" in refused.value.fix


def test_a_tag_that_is_called_as_a_remotes_branch_is_refused(repo: Scratch) -> None:
    repo.git.run("update-ref", "refs/remotes/origin/main", "HEAD")
    assert repo.git.resolve("origin/main")
    repo.git.run("tag", "origin/main", "HEAD")
    with pytest.raises(Refusal, match="refs/remotes/origin/main or refs/tags/origin/main"):
        repo.git.resolve("origin/main")


def test_a_branch_that_is_called_as_a_commit_is_refused(repo: Scratch) -> None:
    commit = repo.git.resolve("HEAD")
    assert repo.git.resolve(commit[:8]) == commit
    repo.git.run("branch", commit[:8])
    with pytest.raises(Refusal, match="refs/heads/"):
        repo.git.resolve(commit[:8])
    assert repo.git.resolve(commit) == commit


def test_a_branch_whose_name_is_no_commits_may_look_like_one(repo: Scratch) -> None:
    repo.git.run("branch", "feedbeef")
    assert repo.git.resolve("feedbeef") == repo.git.resolve("refs/heads/feedbeef")


def test_a_name_in_full_means_one_thing(repo: Scratch) -> None:
    repo.git.run("tag", "main", "HEAD")
    assert repo.git.resolve("refs/heads/main") == repo.git.resolve("HEAD")
