"""What became of a pull request on main."""

import pytest

from mlplatform.providers.forge.interface import ForgeError
from tests.support.reviewers import approvers

from .conftest import World


def test_a_merge_commit_has_its_pull_request_merger_and_review_as_it_was(world: World) -> None:
    world.state.review(world.pull, world.person("ada"))
    base = world.state.git("rev-parse", "main")
    merge = world.state.commit([base, world.first], "mary", "Merge", committer="noreply@github.com")
    world.state.merge(world.pull, merge, world.person("mary"))
    world.state.review(world.pull, world.person("mary"), "CHANGES_REQUESTED")
    world.state.log("acme/ml", "change", world.first, world.person("ada"), "push")
    change = world.forge().merged_change(merge)
    assert change is not None
    assert (change.name, change.commit, change.method, change.merger) == ("#11", merge, "merge", "mary")
    assert [given.user for given in change.review.reviews] == ["ada"]
    assert change.review.head == world.first
    assert change.review.pushers == ["grace"]
    assert approvers(change.review) == ("ada",)


def test_a_squash_is_one(world: World) -> None:
    base = world.state.git("rev-parse", "main")
    squash = world.state.commit([base], "grace", "A change (#11)")
    world.state.merge(world.pull, squash, world.person("mary"))
    change = world.forge().merged_change(squash)
    assert change is not None
    assert change.method == "squash"


@pytest.mark.parametrize("commits", [1, 2])
def test_a_rebase_is_a_squash_where_it_is_one_commit_and_nobody_s_where_it_is_several(
    world: World, commits: int
) -> None:
    if commits == 2:
        second = world.state.commit([world.first], "grace", "and another")
        world.state.push("change", second, world.person("grace"))
    base = world.state.git("rev-parse", "main")
    other = world.state.commit([base], "ada", "meanwhile")
    world.state.push("main", other, world.person("ada"))
    name, email, when = world.state.git("show", "-s", "--format=%an%n%ae%n%at +0000", world.first).split("\n")
    author = {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": email, "GIT_AUTHOR_DATE": when}
    committer = {"GIT_COMMITTER_NAME": "GitHub", "GIT_COMMITTER_EMAIL": "noreply@github.com"}
    rebased = world.state.git(
        *("commit-tree", world.state.git("mktree"), "-p", other, "-F", "-"),
        env=author | committer,
        stdin=b"a change",
    )
    world.state.merge(world.pull, rebased, world.person("mary"))
    assert world.forge().merged_change(other) is None
    if commits == 2:
        with pytest.raises(ForgeError, match="rebased onto main as 2 commits"):
            world.forge().merged_change(rebased)
    else:
        change = world.forge().merged_change(rebased)
        assert change is not None
        assert (change.method, change.name) == ("squash", "#11")


def test_a_commit_without_a_pull_request_and_one_of_an_open_one_have_none(world: World) -> None:
    direct = world.state.commit([world.state.git("rev-parse", "main")], "ada", "straight to main")
    world.state.push("main", direct, world.person("ada"))
    assert world.forge().merged_change(direct) is None
    assert world.forge().merged_change(world.first) is None


def test_one_that_was_merged_into_another_branch_is_none(world: World) -> None:
    world.state.merge(world.pull, world.first, world.person("mary"))
    world.pull.base = "release"
    assert world.forge().merged_change(world.first) is None


def test_of_two_with_one_commit_it_is_the_one_whose_head_was_merged(world: World) -> None:
    second = world.state.commit([world.first], "grace", "on top")
    world.state.push("top", second, world.person("grace"))
    top = world.state.open("top", world.person("grace"))
    base = world.state.git("rev-parse", "main")
    merge = world.state.commit([base, second], "mary", "Merge")
    world.state.merge(world.pull, merge, world.person("mary"))
    world.state.merge(top, merge, world.person("mary"))
    change = world.forge().merged_change(merge)
    assert change is not None
    assert change.name == f"#{top.number}"


def test_of_two_of_which_neither_is_more_it_there_is_an_error(world: World) -> None:
    other = world.state.open("change", world.person("ada"))
    base = world.state.git("rev-parse", "main")
    squash = world.state.commit([base], "grace", "Both")
    for pull in (world.pull, other):
        world.state.merge(pull, squash, world.person("mary"))
    with pytest.raises(ForgeError, match="is that of #11 and #12"):
        world.forge().merged_change(squash)


def of_files(world: World, parents: list[str], text: str, message: str = "a change") -> str:
    """Make a commit with one file."""
    state = world.state
    blob = state.git("hash-object", "-w", "--stdin", stdin=text.encode())
    tree = state.git("mktree", stdin=f"100644 blob {blob}\tpinned.yaml\n".encode())
    words = [word for parent in parents for word in ("-p", parent)]
    who = {f"GIT_{role}_{what}": "ada" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return state.git("commit-tree", tree, *words, "-m", message, env=who)


@pytest.mark.parametrize("is_squash", [False, True])
@pytest.mark.parametrize(
    ("merged", "why"), [("9\n2\n3\n4\n8\n", "both changed this file"), ("0\n", "something else")]
)
def test_a_merge_that_made_a_file_that_nobody_has_seen_is_nobodys(
    world: World, merged: str, why: str, *, is_squash: bool
) -> None:
    """Two pull requests were green, and main moved between the verdict on the second one and its merge."""
    first = of_files(world, [world.state.git("rev-parse", "main")], "1\n2\n3\n4\n5\n")
    world.state.push("change", of_files(world, [first], "9\n2\n3\n4\n5\n"), world.person("grace"))
    other = of_files(world, [first], "1\n2\n3\n4\n8\n")
    world.state.review(world.pull, world.person("ada"))
    commit = of_files(world, [other] if is_squash else [other, world.pull.head], merged, "(#11)")
    world.state.merge(world.pull, commit, world.person("mary"))
    with pytest.raises(ForgeError, match=why):
        world.forge().merged_change(commit)


def test_of_two_with_the_same_head_it_is_the_first_with_the_reviews_of_both(world: World) -> None:
    """Whoever can read a branch can open another pull request of its head, and may not stop its merge thereby."""
    copy = world.state.open_from_fork(world.person("mary"), "copy", world.first)
    world.state.review(world.pull, world.person("ada"))
    world.state.review(copy, world.person("mary"))
    merge = world.state.commit([world.state.git("rev-parse", "main"), world.first], "mary", "Merge")
    for pull in (copy, world.pull):
        world.state.merge(pull, merge, world.person("mary"))
    change = world.forge().merged_change(merge)
    assert change is not None
    assert (change.name, change.review.requester) == ("#11", "grace")
    assert change.review.pushers == ["grace", "mary"]
    assert approvers(change.review) == ("ada",)
