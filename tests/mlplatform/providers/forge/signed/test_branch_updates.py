"""Merging main into a branch keeps what was said of the branch, where its own change is as it was."""

import pytest

from tests.support.reviewed import BRANCH, LEXICON, TENANT, Reviewed

ELSEWHERE = {"README.md": "a platform, described anew\n"}


def update(
    platform: Reviewed, by: str = "ada", *, also: str = "", main: str = "main", swapped: bool = False
) -> str:
    """Merge main into the branch as somebody does by hand, `also` with a line of their own, and return the new head."""
    who = ("-c", f"user.name={by}", "-c", f"user.email={by}@example.com")
    start, merged = (main, BRANCH) if swapped else (BRANCH, main)
    platform.repo.run("switch", "--quiet", "--detach", start)
    platform.repo.run(*who, "merge", "--quiet", "--no-ff", "--no-commit", merged)
    if also:
        platform.repo.write(LEXICON, platform.repo.read(LEXICON) + also)
        platform.repo.run("add", "--all")
    platform.repo.run(*who, "commit", "--quiet", "--message", "Merge branch 'main'")
    platform.repo.run("branch", "--quiet", "--force", BRANCH, "HEAD")
    platform.push(BRANCH)
    platform.repo.run("switch", "--quiet", "main")
    return platform.repo.run("rev-parse", BRANCH)


@pytest.fixture
def approved(shared: Reviewed) -> Reviewed:
    """A change by linus that ada and mary have approved, when main has moved on."""
    shared.change()
    shared.approve()
    shared.land(ELSEWHERE)
    return shared


def test_an_update_keeps_request_and_approvals_whoever_made_it(approved: Reviewed) -> None:
    for number in range(2):
        head = update(approved, "ada")
        review = approved.forge.review(approved.pull())
        assert (review.head, review.requester, review.contributors) == (head, "linus", ["linus"])
        assert approved.approvers() == ("ada", "mary")
        approved.land({"README.md": f"and anew: {number}\n"})


def test_an_update_keeps_a_request_for_changes(approved: Reviewed) -> None:
    approved.say("reject", "ada")
    update(approved)
    assert approved.approvers() == ("mary",)


def test_a_merge_with_a_line_of_its_own_makes_approvals_stale(approved: Reviewed) -> None:
    update(approved, "linus", also="# more\n")
    approved.say("request", "linus")
    assert approved.approvers() == ()


def test_a_merge_of_another_branch_makes_approvals_stale(approved: Reviewed) -> None:
    approved.change("other", {LEXICON: approved.repo.read(LEXICON) + "# more\n"})
    update(approved, "linus", main="other")
    approved.say("request", "linus")
    assert approved.approvers() == ()


def test_a_merge_the_other_way_round_makes_approvals_stale(approved: Reviewed) -> None:
    update(approved, swapped=True)
    approved.say("request", "linus")
    assert approved.approvers() == ()


def test_a_merge_of_one_file_that_both_changed_makes_approvals_stale(shared: Reviewed) -> None:
    """git merges the lines, and nobody has seen the file that it makes."""
    lines = "".join(f"line {number}\n" for number in range(20))
    shared.land({"README.md": lines})
    shared.change(files={"README.md": lines.replace("line 1\n", "line one\n")})
    shared.approve()
    shared.land({"README.md": lines.replace("line 18\n", "line eighteen\n")})
    update(shared)
    shared.say("request", "linus")
    assert shared.approvers() == ()


def test_a_commit_on_top_of_an_update_makes_approvals_stale(approved: Reviewed) -> None:
    update(approved)
    approved.change(message="more")
    approved.say("request", "linus")
    assert approved.approvers() == ()


def test_what_was_approved_before_an_update_is_found_once_it_is_merged(approved: Reviewed) -> None:
    update(approved)
    merge = approved.merge_by_hand()
    merged = approved.forge.merged_change(merge)
    assert merged is not None
    assert (merged.review.requester, merged.review.contributors) == ("linus", ["linus"])
    assert {review.user for review in merged.review.reviews if review.head == merged.review.head} == {
        "ada",
        "mary",
    }
    assert TENANT in approved.repo.run("diff", "--name-only", f"{merge}^1", merge)
