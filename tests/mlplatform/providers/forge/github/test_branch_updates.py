""" "Update branch": GitHub merges main into the branch, and the approvals of the change are of the change still."""

import pytest

from mlplatform.core.review import Review
from tests.support.reviewers import approvers

from .conftest import World

HOST = "noreply@github.com"
LINES = "".join(f"line {number}\n" for number in range(20))


def review_of(world: World) -> Review:
    forge = world.forge()
    return forge.review(forge.pull_request("11"))


def approved(world: World) -> str:
    """Have grace's change of a.txt approved by ada, and main move on in b.txt; return the tip of main."""
    base = world.state.commit([], "mary", files={"a.txt": LINES, "b.txt": "1\n"})
    world.state.push("main", base, world.person("mary"))
    change = world.state.commit([base], "grace", files={"a.txt": LINES + "more\n", "b.txt": "1\n"})
    world.state.push("change", change, world.person("grace"), "force_push")
    world.state.review(world.pull, world.person("ada"))
    return moved_on(world, {"a.txt": LINES, "b.txt": "2\n"})


def moved_on(world: World, files: dict[str, str]) -> str:
    main = world.state.commit([world.state.git("rev-parse", "main")], "mary", files=files)
    world.state.push("main", main, world.person("mary"))
    return main


def updated(
    world: World, main: str, by: str = "ada", files: dict[str, str] | None = None, **odd: object
) -> str:
    """Have a branch updated by somebody, as GitHub does it unless something is odd."""
    files = files or {"a.txt": LINES + "more\n", "b.txt": "2\n"}
    parents = [world.state.git("rev-parse", "change"), main]
    committer = str(odd.get("committer", HOST))
    merge = world.state.commit(parents, by, "Merge branch 'main' into change", committer, files)
    if odd.get("verified", True):
        world.state.verified.add(merge)
    world.state.push("change", merge, world.person(by))
    return merge


def test_an_update_by_github_keeps_an_approval_also_of_who_asked_for_it(world: World) -> None:
    merge = updated(world, approved(world))
    review = review_of(world)
    assert review.head == merge
    assert approvers(review) == ("ada",)
    assert (review.contributors, review.pushers) == (["grace"], ["grace"])


def test_one_update_after_the_other_keeps_it(world: World) -> None:
    updated(world, approved(world))
    world.state.review(world.pull, world.person("mary"))
    files = {"a.txt": LINES + "more\n", "b.txt": "3\n"}
    updated(world, moved_on(world, {"a.txt": LINES, "b.txt": "3\n"}), files=files)
    assert approvers(review_of(world)) == ("ada", "mary")


def test_a_commit_after_an_update_makes_the_approval_stale(world: World) -> None:
    merge = updated(world, approved(world))
    world.state.push(
        "change", world.state.commit([merge], "grace", files={"a.txt": "evil\n"}), world.person("grace")
    )
    assert approvers(review_of(world)) == ()


def test_an_update_after_a_commit_that_nobody_approved_keeps_nothing(world: World) -> None:
    main = approved(world)
    head = world.state.git("rev-parse", "change")
    files = {"a.txt": LINES + "evil\n", "b.txt": "1\n"}
    world.state.push("change", world.state.commit([head], "grace", files=files), world.person("grace"))
    updated(world, main, files={**files, "b.txt": "2\n"})
    assert approvers(review_of(world)) == ()


@pytest.mark.parametrize("odd", [{"verified": False}, {"committer": "ada"}])
def test_a_merge_that_github_did_not_make_is_a_change(world: World, odd: dict[str, object]) -> None:
    updated(world, approved(world), by="grace", **odd)
    assert approvers(review_of(world)) == ()


@pytest.mark.parametrize(
    "files",
    [
        {"a.txt": LINES + "evil\n", "b.txt": "2\n"},
        {"a.txt": LINES + "more\n", "b.txt": "2\n", "c.txt": "evil\n"},
        {"a.txt": LINES + "more\n", "b.txt": "1\n"},
    ],
)
def test_a_merge_that_holds_something_else_than_git_makes_of_it_is_a_change(
    world: World, files: dict[str, str]
) -> None:
    """Conflicts are resolved on GitHub's pages as well, and it signs what comes of that."""
    updated(world, approved(world), files=files)
    assert approvers(review_of(world)) == ()


def test_a_merge_of_what_main_never_was_is_a_change(world: World) -> None:
    approved(world)
    files = {"a.txt": LINES, "b.txt": "evil\n"}
    elsewhere = world.state.commit([world.state.git("rev-parse", "main")], "grace", files=files)
    updated(world, elsewhere, files={"a.txt": LINES + "more\n", "b.txt": "evil\n"})
    assert approvers(review_of(world)) == ()


def test_an_update_that_merges_a_file_of_both_sides_is_a_change(world: World) -> None:
    approved(world)
    main = moved_on(world, {"a.txt": "first\n" + LINES, "b.txt": "2\n"})
    updated(world, main, files={"a.txt": "first\n" + LINES + "more\n", "b.txt": "2\n"})
    assert approvers(review_of(world)) == ()


def test_who_pushed_an_update_that_github_made_elsewhere_is_a_pusher(world: World) -> None:
    """With it came the commits below."""
    main = approved(world)
    files = {"a.txt": LINES + "evil\n", "b.txt": "1\n"}
    evil = world.state.commit([world.state.git("rev-parse", "change")], "grace", files=files)
    merge = world.state.commit([evil, main], "mary", committer=HOST, files={**files, "b.txt": "2\n"})
    world.state.verified.add(merge)
    world.state.push("change", merge, world.person("mary"))
    world.state.review(world.pull, world.person("mary"))
    review = review_of(world)
    assert "mary" in review.pushers
    assert approvers(review) == ()


def test_a_dismissed_approval_stays_dismissed(world: World) -> None:
    main = approved(world)
    world.state.reviews[world.pull.number][0]["state"] = "DISMISSED"
    updated(world, main)
    assert approvers(review_of(world)) == ()


def test_what_was_merged_after_an_update_has_its_approvals(world: World) -> None:
    main = approved(world)
    head = updated(world, main)
    files = {"a.txt": LINES + "more\n", "b.txt": "2\n"}
    merge = world.state.commit([main, head], "mary", "Merge", HOST, files)
    world.state.merge(world.pull, merge, world.person("mary"))
    change = world.forge().merged_change(merge)
    assert change is not None
    assert approvers(change.review) == ("ada",)
