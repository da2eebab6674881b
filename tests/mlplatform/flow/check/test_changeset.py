"""What is loaded for a change, and what the change is."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from mlplatform.core.change_base import FileChange
from mlplatform.core.errors import Refusal
from mlplatform.flow.check.changeset import ChangeSet, changeset
from mlplatform.providers.git import Git, GitError
from tests.support.scratch import Scratch
from tests.support.zoo import dataset, deployment, environment, model, tenant, waiver

ALWAYS = {"platform.yaml", "environments/dev/environment.yaml", "environments/prod/environment.yaml"}
ANT, BEE, COW = (f"tenants/{name}/tenant.yaml" for name in ("ant", "bee", "cow"))
EVENTS, GUESS, PINNED = (
    "tenants/ant/datasets/events.yaml",
    "models/ant/guess.yaml",
    "environments/dev/ant/guess.yaml",
)
DIGEST = "sha256:" + "c" * 64
SCRIPT = "examples/training/ant_train.py"
CSV = "examples/data/ant/some.csv"


def changed(zoo: Scratch, files: dict[str, str] | None = None, *, gone: tuple[str, ...] = ()) -> ChangeSet:
    """What these edits of the working tree make of HEAD."""
    for path, text in (files or {}).items():
        zoo.write(path, text)
    for path in gone:
        (zoo.root / path).unlink()
    return changeset(zoo.git, "HEAD", None)


def loaded(change: ChangeSet) -> set[str]:
    """What was loaded besides what always is, on either side."""
    return {*change.head.raws, *change.base.loaded.raws} - ALWAYS


def edited(zoo: Scratch, path: str) -> dict[str, str]:
    return {path: zoo.read(path) + "# said in other words\n"}


def test_a_deployment_brings_its_model_data_and_tenant_and_what_else_the_tenant_deploys(zoo: Scratch) -> None:
    other = "environments/prod/ant/other.yaml"
    zoo.commit({other: deployment("1.0.0", "environment: dev, ", ["ant/events"])})
    change = changed(zoo, edited(zoo, PINNED))
    assert loaded(change) == {PINNED, GUESS, EVENTS, ANT, other}
    assert change.head.partial == {EVENTS}


def test_a_model_brings_its_deployments_its_data_and_its_tenant(zoo: Scratch) -> None:
    change = changed(zoo, edited(zoo, GUESS))
    assert loaded(change) == {PINNED, GUESS, EVENTS, ANT}
    assert change.head.partial == {EVENTS, ANT}


@pytest.mark.parametrize("name", ["ant/events", '"ant\\x2fevents"', '"ant\\\n  /events"', "'ant/events'"])
def test_a_data_set_brings_the_models_that_read_it_however_they_write_its_name(
    zoo: Scratch, name: str
) -> None:
    foreign, pinned = "models/bee/guess.yaml", "environments/dev/bee/guess.yaml"
    zoo.commit({foreign: model("ada", [name], SCRIPT)})
    assert loaded(changed(zoo, edited(zoo, EVENTS))) == {EVENTS, ANT, GUESS, PINNED, foreign, pinned, BEE}


def test_a_name_that_only_begins_alike_is_no_reference(zoo: Scratch) -> None:
    zoo.commit({"models/bee/guess.yaml": model("ada", ["ant/events-2"], SCRIPT)})
    assert loaded(changed(zoo, edited(zoo, EVENTS))) == {EVENTS, ANT, GUESS, PINNED}


@pytest.mark.parametrize(
    ("location", "digest"), [("s3://other/x/", DIGEST), ("s3://ant-data/x/", "sha256:" + "d" * 64)]
)
def test_a_data_set_brings_those_with_the_same_bytes_or_place(
    zoo: Scratch, location: str, digest: str
) -> None:
    twin = "tenants/bee/datasets/twin.yaml"
    zoo.commit(
        {EVENTS: dataset("ada", "s3://ant-data/x/", DIGEST, []), twin: dataset("ada", location, digest, [])}
    )
    change = changed(zoo, edited(zoo, EVENTS))
    assert loaded(change) == {EVENTS, ANT, GUESS, PINNED, twin, BEE}
    assert twin not in change.head.partial


def test_what_a_data_set_was_the_same_as_before_the_change_counts_too(zoo: Scratch) -> None:
    twin = "tenants/bee/datasets/twin.yaml"
    one = dataset("ada", "s3://ant-data/x/", DIGEST, [])
    zoo.commit({EVENTS: one, twin: one})
    assert twin in loaded(changed(zoo, {EVENTS: dataset("ada", "s3://else/", "sha256:" + "e" * 64, [])}))


def test_a_tenant_brings_all_that_is_its_own_and_what_is_shared_with_it(zoo: Scratch) -> None:
    shared = "tenants/bee/datasets/events.yaml"
    zoo.commit({shared: dataset("ada", "s3://bee-data/x/", DIGEST, ["ant"])})
    assert loaded(changed(zoo, gone=(ANT,))) == {EVENTS, ANT, GUESS, PINNED, shared, BEE, COW}


def test_a_data_file_brings_the_data_sets_that_name_it(zoo: Scratch) -> None:
    zoo.commit({EVENTS: dataset("ada", CSV, DIGEST, []), CSV: "word\napple\n"})
    change = changed(zoo, {CSV: "word\npear\n"})
    assert loaded(change) == {EVENTS, ANT}
    assert change.head.digests[CSV] != change.base.loaded.digests[CSV]


def test_a_data_file_that_nothing_changed_is_there_for_what_names_it(zoo: Scratch) -> None:
    zoo.commit({EVENTS: dataset("ada", CSV, DIGEST, []), CSV: "word\napple\n"})
    assert CSV in changed(zoo, edited(zoo, PINNED)).head.tables


def test_a_training_script_that_goes_brings_the_models_that_name_it(zoo: Scratch) -> None:
    assert loaded(changed(zoo, gone=(SCRIPT,))) == {GUESS, PINNED, EVENTS, ANT}


def test_what_a_waiver_names_is_loaded_with_all_that_it_takes_to_judge_it(zoo: Scratch) -> None:
    path = "policies/waivers/one.yaml"
    zoo.commit({path: waiver(BEE, "quota-covers")})
    change = changed(zoo, {"LICENSE": "unrelated\n"})
    assert loaded(change) == {path, BEE, "environments/dev/bee/guess.yaml"}
    assert change.head.partial == set()


def test_a_file_of_a_tenants_that_is_no_document_brings_the_tenant(zoo: Scratch) -> None:
    assert loaded(changed(zoo, {"examples/data/bee/notes.csv": "a\n"})) == {BEE}


@pytest.mark.parametrize("path", ["platform.yaml", "environments/prod/environment.yaml"])
def test_what_everything_refers_to_brings_everything(zoo: Scratch, path: str) -> None:
    change = changed(zoo, edited(zoo, path))
    assert change.base.everything
    assert change.head.others == frozenset()
    assert len(loaded(change)) == 12


def test_names_that_were_left_out_are_known(zoo: Scratch) -> None:
    change = changed(zoo, edited(zoo, PINNED))
    assert BEE in change.head.others
    assert PINNED not in change.head.others


def test_policies_of_its_own_are_told(zoo: Scratch) -> None:
    assert not changed(zoo, edited(zoo, PINNED)).policies_changed
    assert changed(zoo, {"policies/rego/mine.rego": "package platform.mine\n"}).policies_changed


def test_a_path_that_clashes_with_one_that_did_not_change_is_found(zoo: Scratch) -> None:
    found = {finding.rule for finding in changed(zoo, {"Models/ant/guess.yaml": "text\n"}).head.findings}
    assert "path-case-clash" in found


def test_odd_paths_are_told_as_they_are(zoo: Scratch) -> None:
    odd = [
        "tenants/ant/a\nb.yaml",
        'tenants/ant/"q".yaml',
        "tenants/ant/t\tb.yaml",
        "tenants/ant/\udcff.yaml",
        " x",
    ]
    change = changed(zoo, dict.fromkeys(odd, "text\n"))
    assert {file.path for file in change.base.files} == set(odd)
    assert len([finding for finding in change.head.findings if finding.rule == "path-unknown"]) == 4


@pytest.mark.parametrize("is_committed", [True, False])
def test_links_modules_and_renames_are_told_as_what_is_there_and_what_is_gone(
    zoo: Scratch, is_committed: bool
) -> None:
    renamed = "tenants/ant/datasets/renamed.yaml"
    (zoo.root / EVENTS).rename(zoo.root / renamed)
    (zoo.root / GUESS).unlink()
    (zoo.root / GUESS).symlink_to("../bee/guess.yaml")
    (zoo.root / BEE).chmod(0o755)
    if is_committed:
        zoo.run("update-index", "--add", "--cacheinfo", f"160000,{zoo.head()},tenants/module")
        base = zoo.head()
        zoo.run("add", "--all", "--", ".", ":!tenants/module")
        zoo.run("commit", "--quiet", "--message", "odd")
        change = changeset(zoo.git, base, "HEAD")
        more = [FileChange(BEE, "changed"), FileChange("tenants/module", "added")]
    else:
        change, more = changeset(zoo.git, "HEAD", None), []
    files = [FileChange(GUESS, "changed"), FileChange(EVENTS, "removed"), FileChange(renamed, "added"), *more]
    assert change.base.files == tuple(sorted(files))
    rules = {(finding.path, finding.rule) for finding in change.head.findings}
    assert (GUESS, "path-symlink") in rules
    assert ("tenants/module", "path-special") in rules or not is_committed


def test_a_folder_that_became_a_link_hides_what_was_in_it(zoo: Scratch) -> None:
    (zoo.root / "tenants/ant").rename(zoo.root / "elsewhere")
    (zoo.root / "tenants/ant").symlink_to("../elsewhere")
    rules = {(finding.path, finding.rule) for finding in changed(zoo).head.findings}
    assert rules == {(path, "path-symlink") for path in ("tenants/ant", ANT, EVENTS)}


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_a_file_that_git_was_told_not_to_look_at_is_looked_at(zoo: Scratch, flag: str) -> None:
    zoo.run("update-index", flag, EVENTS, GUESS)
    change = changed(zoo, edited(zoo, EVENTS))
    assert change.base.files == (FileChange(EVENTS, "changed"),)


def test_a_file_whose_times_alone_changed_did_not_change(zoo: Scratch) -> None:
    (zoo.root / EVENTS).touch()
    assert changed(zoo).base.files == ()


def test_what_git_ignores_is_no_change_and_what_it_would_add_is_one(zoo: Scratch) -> None:
    zoo.commit({".gitignore": "*.log\n"})
    change = changed(zoo, {"tenants/a.log": "text\n", "tenants/ant/datasets/more.yaml": "text\n"})
    assert change.base.files == (FileChange("tenants/ant/datasets/more.yaml", "added"),)


def test_a_staged_change_counts_as_it_lies_in_the_working_tree(zoo: Scratch) -> None:
    zoo.write(EVENTS, "staged\n")
    zoo.run("add", EVENTS)
    assert changed(zoo, {EVENTS: zoo.at("HEAD", EVENTS)}).base.files == ()


def test_a_base_that_has_moved_on_undoes_nothing_that_the_change_did_not_touch(zoo: Scratch) -> None:
    zoo.run("checkout", "--quiet", "-b", "topic")
    zoo.commit(edited(zoo, GUESS), "the change")
    zoo.run("checkout", "--quiet", "main")
    text = dataset("ada", "s3://moved/on/", DIGEST, [])
    zoo.commit({EVENTS: text, "models/ant/new.yaml": model("ada", ["ant/events"], SCRIPT)}, "main goes on")
    for head in ("topic", None):
        zoo.run("checkout", "--quiet", "topic")
        change = changeset(zoo.git, "main", head)
        assert change.base.files == (FileChange(GUESS, "changed"),)
        assert change.head.raws[EVENTS].data["location"] == "s3://moved/on/"
        assert change.head.commit == (zoo.git.resolve("topic") if head else None)


def test_a_document_that_both_sides_changed_is_refused(zoo: Scratch) -> None:
    zoo.run("checkout", "--quiet", "-b", "topic")
    zoo.commit(edited(zoo, GUESS))
    zoo.run("checkout", "--quiet", "main")
    zoo.commit({GUESS: zoo.read(GUESS) + "# otherwise\n"})
    with pytest.raises(Refusal, match=f"{GUESS} was changed on the base as well"):
        changeset(zoo.git, "main", "topic")
    zoo.run("checkout", "--quiet", "topic")
    with pytest.raises(Refusal, match=f"{GUESS} was changed on the base as well"):
        changeset(zoo.git, "main", None)


def test_what_both_sides_changed_in_other_lines_is_what_git_merges_of_it(zoo: Scratch) -> None:
    zoo.run("checkout", "--quiet", "-b", "topic")
    zoo.commit({GUESS: "# at the top\n" + zoo.read(GUESS)})
    zoo.run("checkout", "--quiet", "main")
    zoo.commit(edited(zoo, GUESS))
    zoo.run("checkout", "--quiet", "topic")
    for head in ("topic", None):
        change = changeset(zoo.git, "main", head)
        text = change.merged.read([GUESS])[GUESS].decode()
        assert text.startswith("# at the top\n")
        assert text.endswith("# said in other words\n")
        assert change.base.files == (FileChange(GUESS, "changed"),)


def test_a_document_that_the_base_edited_and_the_change_moved_is_merged_at_its_new_path(zoo: Scratch) -> None:
    moved = "models/ant/guessed.yaml"
    zoo.run("checkout", "--quiet", "-b", "topic")
    zoo.run("mv", GUESS, moved)
    zoo.commit({})
    zoo.run("checkout", "--quiet", "main")
    zoo.commit(edited(zoo, GUESS))
    change = changeset(zoo.git, "main", "topic")
    assert change.base.files == (FileChange(GUESS, "removed"), FileChange(moved, "added"))
    assert change.merged.read([moved])[moved].decode().endswith("# said in other words\n")


def test_an_edit_after_the_last_commit_of_what_the_base_changed_is_refused(zoo: Scratch) -> None:
    zoo.run("checkout", "--quiet", "-b", "topic")
    zoo.commit({"NOTES.txt": "x\n"})
    zoo.run("checkout", "--quiet", "main")
    zoo.commit(edited(zoo, GUESS))
    zoo.run("checkout", "--quiet", "topic")
    zoo.write(GUESS, "# at the top\n" + zoo.read(GUESS))
    with pytest.raises(Refusal, match=f"{GUESS} was changed on the base as well"):
        changeset(zoo.git, "main", None)


def test_prose_that_git_cannot_merge_stops_no_check(zoo: Scratch) -> None:
    zoo.run("checkout", "--quiet", "-b", "topic")
    zoo.commit({"CHANGELOG.md": "mine\n", GUESS: "# at the top\n" + zoo.read(GUESS)})
    zoo.run("checkout", "--quiet", "main")
    zoo.commit({"CHANGELOG.md": "theirs\n"})
    assert FileChange(GUESS, "changed") in changeset(zoo.git, "main", "topic").base.files


def test_what_both_sides_changed_alike_is_no_change(zoo: Scratch) -> None:
    zoo.run("checkout", "--quiet", "-b", "topic")
    zoo.commit(edited(zoo, GUESS), "here")
    zoo.run("checkout", "--quiet", "main")
    zoo.commit(edited(zoo, GUESS), "there")
    zoo.run("checkout", "--quiet", "topic")
    assert changeset(zoo.git, "main", "topic").base.files == ()
    assert changeset(zoo.git, "main", None).base.files == ()


def test_a_head_without_a_common_history_is_refused(zoo: Scratch) -> None:
    zoo.run("checkout", "--quiet", "--orphan", "alone")
    zoo.commit({})
    with pytest.raises(Refusal, match="no commit in common"):
        changeset(zoo.git, "main", "alone")


def test_a_working_tree_without_any_commit_is_compared_with_the_base_itself(zoo: Scratch) -> None:
    zoo.run("checkout", "--quiet", "--orphan", "alone")
    assert changeset(zoo.git, "main", None).base.files == ()


def test_a_head_with_two_entries_for_one_path_is_refused(zoo: Scratch) -> None:
    with pytest.raises(GitError, match="two entries for one path"):
        changeset(zoo.git, "HEAD", _with_two_entries(zoo))


def _with_two_entries(zoo: Scratch) -> str:
    """A commit whose tree has platform.yaml twice, with other bytes each time."""
    git = zoo.git
    blobs = [git.run("hash-object", "-w", "--stdin", stdin=text).decode().strip() for text in (b"a", b"b")]
    tree = b"".join(b"100644 platform.yaml\0" + bytes.fromhex(blob) for blob in blobs)
    made = git.run("hash-object", "-w", "-t", "tree", "--literally", "--stdin", stdin=tree).decode().strip()
    return git.run("commit-tree", made, "-p", "HEAD", "-m", "two").decode().strip()


def test_a_shallow_clone_has_a_history_that_is_not_complete(zoo: Scratch, tmp_path: Path) -> None:
    zoo.commit({PINNED: deployment("1.1.0", "", ["ant/events"])})
    zoo.run("clone", "--quiet", "--depth=1", zoo.root.as_uri(), str(tmp_path / "shallow"))
    assert not changeset(Git(tmp_path / "shallow"), "HEAD", None).base.history.complete


def test_history_is_that_of_the_models_whose_deployments_change(zoo: Scratch) -> None:
    zoo.commit(
        {"environments/prod/ant/guess.yaml": deployment("0.9.0", "environment: dev, ", ["ant/events"])}
    )
    past = changed(
        zoo, {"environments/prod/ant/guess.yaml": deployment("1.0.0", "", ["ant/events"])}
    ).base.history
    assert {key: [pin.version for pin in pins] for key, pins in past.pins.items()} == {
        ("dev", "ant/guess"): ["1.0.0"],
        ("prod", "ant/guess"): ["0.9.0"],
    }


def test_the_signature_is_that_of_the_commit_that_brought_the_present_version(zoo: Scratch) -> None:
    text = zoo.read(GUESS)
    zoo.commit({GUESS: text.replace("name: X", "name: Z")})
    signatures = changed(zoo, {PINNED: deployment("2.0.0", "", ["ant/events"])}).base.signatures
    assert signatures[("dev", "ant/guess")]["inputs"][0]["name"] == "X"


def test_deployments_are_counted_by_environment_though_few_are_loaded(zoo: Scratch) -> None:
    assert changed(zoo, edited(zoo, PINNED)).base.deployments == {"dev": 3}


def test_a_waiver_came_with_the_commit_that_last_changed_it_on_the_base(
    zoo: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "policies/waivers/one.yaml"
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-10-01T12:00:00Z")
    zoo.commit({path: waiver(BEE, "quota-covers")})
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-10-20T12:00:00Z")
    zoo.commit({"README.md": "later\n"})
    assert changed(zoo).base.merged == {path: datetime(2026, 10, 1, 12, tzinfo=UTC)}


def test_nothing_of_the_judged_tree_runs(zoo: Scratch, tmp_path: Path) -> None:
    spoor = tmp_path / "it-ran"
    program = tmp_path / "program.sh"
    program.write_text(f"#!/bin/sh\ntouch {spoor}\ncat\n")
    program.chmod(0o755)
    zoo.commit({".gitattributes": "*.yaml diff=mine\n"})
    for key in ("diff.external", "diff.mine.textconv", "diff.mine.command", "core.fsmonitor"):
        zoo.run("config", key, str(program))
    assert changed(zoo, edited(zoo, EVENTS)).base.files == (FileChange(EVENTS, "changed"),)
    assert not spoor.exists()


def test_with_a_codeowners_a_tenant_brings_all_tenants_whose_owners_it_names(zoo: Scratch) -> None:
    path = "tenants/dog/tenant.yaml"
    zoo.commit({".github/CODEOWNERS": "", path: tenant("ada", "public")})
    tenants = {*zoo.run("ls-files", "tenants/*/tenant.yaml").split()}
    assert len(tenants) == 4
    assert loaded(changed(zoo, edited(zoo, path))) == tenants
    zoo.run("checkout", "--quiet", ".")
    assert loaded(changed(zoo, {".github/CODEOWNERS": "* @ada\n"})) == tenants


def test_with_a_codeowners_a_deployment_brings_no_more_than_without(zoo: Scratch) -> None:
    without = loaded(changed(zoo, edited(zoo, PINNED)))
    zoo.run("checkout", "--quiet", ".")
    zoo.commit({".github/CODEOWNERS": ""})
    assert loaded(changed(zoo, edited(zoo, PINNED))) == without


def test_environments_of_the_head_are_judged_too(zoo: Scratch) -> None:
    new = "environments/new/environment.yaml"
    assert new in changed(zoo, {new: environment(3, "promotesFrom: prod\n")}).head.raws


def test_a_tenant_that_is_new_is_loaded_with_what_it_brings(zoo: Scratch) -> None:
    path = "tenants/dog/tenant.yaml"
    change = changed(zoo, {path: tenant("ada", "public")})
    assert loaded(change) == {path, ANT, BEE, COW}
    assert path not in change.base.loaded.raws
