"""Reviews of open pull requests: whose approval counts for which commit."""

import pytest

from mlplatform.core.kinds.git_host import GitHubPerson
from mlplatform.core.review import Review
from mlplatform.providers.forge.interface import ForgeError
from tests.support.reviewers import approvers

from .conftest import World


def review_of(world: World, **people: GitHubPerson) -> Review:
    forge = world.forge(**people)
    return forge.review(forge.pull_request("11"))


def listed(login: str, number: int | None = None) -> GitHubPerson:
    return GitHubPerson(login=login, id=number)


def test_who_requested_wrote_pushed_and_reviewed_is_read(world: World) -> None:
    world.state.review(world.pull, world.person("ada"))
    review = review_of(world)
    assert (review.requester, review.contributors, review.pushers) == ("grace", ["grace"], ["grace"])
    assert review.head == world.first
    assert [(given.user, given.state, given.head) for given in review.reviews] == [
        ("ada", "approved", world.first)
    ]
    assert approvers(review) == ("ada",)


@pytest.mark.parametrize("kind", ["base_ref_changed", "automatic_base_change_succeeded"])
def test_an_approval_of_the_change_to_another_branch_is_of_no_commit(world: World, kind: str) -> None:
    """Against that branch the same head shows less, and what it hides nobody has seen."""
    world.pull.base = "stage"
    world.state.review(world.pull, world.person("ada"))
    world.state.change_base(world.pull, "main", kind)
    world.state.review(world.pull, world.person("mary"))
    review = review_of(world)
    assert [(given.user, given.head) for given in review.reviews] == [
        ("ada", "0" * 40),
        ("mary", world.first),
    ]
    assert approvers(review) == ("mary",)


@pytest.mark.parametrize("kind", ["push", "force_push"])
def test_an_approval_of_an_older_head_is_of_that_head(world: World, kind: str) -> None:
    world.state.review(world.pull, world.person("ada"))
    parent = world.first if kind == "push" else f"{world.first}^"
    world.state.push("change", world.state.commit([parent], "grace", "more"), world.person("grace"), kind)
    review = review_of(world)
    assert review.reviews[0].head == world.first != review.head
    assert approvers(review) == ()


def test_whoever_pushed_is_a_pusher_though_the_commit_says_another(world: World) -> None:
    world.state.push("change", world.state.commit([world.first], "grace"), world.person("mary"), "force_push")
    world.state.push("change", world.state.commit([world.first], "grace"), world.person("grace"))
    world.state.review(world.pull, world.person("mary"))
    review = review_of(world)
    assert review.pushers == ["grace", "mary"]
    assert approvers(review) == ()


def test_a_branch_of_the_same_name_long_ago_makes_nobody_a_pusher(world: World) -> None:
    branch = f"{world.state.repository} refs/heads/change"
    old = {
        **world.state.activity[branch][0],
        "actor": world.person("ada"),
        "timestamp": "2025-01-01T00:00:00Z",
    }
    world.state.activity[branch].append(old)
    assert review_of(world).pushers == ["grace"]


@pytest.mark.parametrize("status", [403, 404])
def test_where_activity_is_not_shown_committer_and_requester_stand_for_the_pushers(
    world: World, status: int
) -> None:
    world.state.hidden_activity = status
    world.state.push("change", world.state.commit([world.first], "grace", committer="mary"), None)
    world.state.review(world.pull, world.person("mary"))
    review = review_of(world)
    assert review.pushers == ["grace", "mary"]
    assert approvers(review) == ()


def test_the_owner_of_a_fork_is_a_pusher(world: World) -> None:
    mallory = world.state.account("mallory")
    commit = world.state.commit([world.first], "grace")
    fork = world.state.open_from_fork(mallory, "patch", commit, world.person("grace"))
    world.state.log("mallory/ml", "patch", commit, world.person("grace"), "push")
    world.state.log("acme/ml", "patch", commit, world.person("ada"), "push")
    forge = world.forge()
    review = forge.review(forge.pull_request(str(fork.number)))
    assert (review.requester, review.pushers) == ("grace", ["grace", "mallory"])


def test_activity_is_read_on_every_page(world: World) -> None:
    world.server.page_size = 2
    world.state.push("change", world.state.commit([world.first], "grace"), world.person("mary"))
    for _ in range(5):
        world.state.push("change", world.state.commit([world.first], "grace"), world.person("grace"))
    assert review_of(world).pushers == ["grace", "mary"]


def test_reviews_are_read_on_every_page_in_their_order(world: World) -> None:
    world.server.page_size = 3
    for _ in range(7):
        world.state.review(world.pull, world.person("ada"), "COMMENTED")
    world.state.review(world.pull, world.person("ada"))
    states = [given.state for given in review_of(world).reviews]
    assert states == ["commented"] * 7 + ["approved"]


def test_the_author_through_a_renamed_account_of_the_same_id_approves_nothing(world: World) -> None:
    grace = world.person("grace")
    world.state.review(world.pull, grace)
    grace.login = "Grace-Hopper"
    review = review_of(world, grace=listed("grace-hopper", grace.id))
    assert {review.requester, review.reviews[0].user} == {"grace"}
    assert approvers(review) == ()


def test_a_person_is_found_by_the_id_though_the_login_was_renamed(world: World) -> None:
    ada = world.person("ada")
    ada.login = "countess"
    world.state.review(world.pull, ada)
    assert review_of(world, ada=listed("ada", ada.id)).reviews[0].user == "ada"


def test_a_stranger_who_registered_the_old_login_is_not_the_person(world: World) -> None:
    ada = world.person("ada")
    stranger = world.state.account("Ada-Lovelace")
    world.state.review(world.pull, stranger)
    review = review_of(world, ada=listed("ada-lovelace", ada.id))
    assert review.reviews[0].user == "ada-lovelace@github"


def test_who_has_a_persons_name_as_login_but_another_account_is_not_the_person(world: World) -> None:
    world.person("ada").login = "ADA"
    world.state.review(world.pull, world.person("ada"))
    review = review_of(world, ada=listed("ada-lovelace"))
    assert review.reviews[0].user == "ada@github"


def test_a_login_counts_however_it_is_written(world: World) -> None:
    world.person("ada").login = "Ada-Lovelace"
    world.state.review(world.pull, world.person("ada"))
    assert review_of(world, ada=listed("ada-LOVELACE")).reviews[0].user == "ada"
    assert review_of(world).reviews[0].user == "ada-lovelace"


@pytest.mark.parametrize("type", ["Bot", "User"])
def test_the_review_of_an_app_has_the_name_of_a_bot(world: World, type: str) -> None:
    bot = world.state.app("reviewer", 7)
    bot.type = type
    world.state.review(world.pull, bot)
    assert review_of(world, ada=listed("ada", bot.id)).reviews[0].user == "reviewer[bot]"


def test_an_account_of_type_bot_is_no_person_whatever_its_login(world: World) -> None:
    world.person("ada").type = "Bot"
    world.state.review(world.pull, world.person("ada"))
    assert review_of(world).reviews[0].user == "ada[bot]"


def test_a_dismissed_approval_and_a_pending_one_count_for_nothing(world: World) -> None:
    world.state.review(world.pull, world.person("ada"))["state"] = "DISMISSED"
    world.state.review(world.pull, world.person("mary"), "PENDING")
    review = review_of(world)
    assert [(given.user, given.state) for given in review.reviews] == [("ada", "dismissed")]
    assert approvers(review) == ()


def test_changes_requested_and_then_approved_is_an_approval_and_the_reverse_is_not(world: World) -> None:
    for login, states in {
        "ada": ("CHANGES_REQUESTED", "APPROVED"),
        "mary": ("APPROVED", "CHANGES_REQUESTED"),
    }.items():
        for state in states:
            world.state.review(world.pull, world.person(login), state)
    review = review_of(world)
    assert [given.state for given in review.reviews if given.user == "ada"] == [
        "changes-requested",
        "approved",
    ]
    assert approvers(review) == ("ada",)


def test_a_state_that_is_not_known_is_an_error(world: World) -> None:
    world.state.review(world.pull, world.person("ada"), "RUBBER_STAMPED")
    with pytest.raises(ForgeError, match="a state that is not known"):
        review_of(world)


def test_the_review_of_a_deleted_account_is_nobodys(world: World) -> None:
    world.state.review(world.pull, None)
    assert review_of(world).reviews[0].user == "ghost@github"


@pytest.mark.parametrize("request_", ["pulls/11$", "/commits", "/reviews", "/activity"])
def test_a_head_that_moves_while_the_review_is_read_is_an_error(world: World, request_: str) -> None:
    forge = world.forge()
    pull = forge.pull_request("11")
    world.state.review(world.pull, world.person("ada"))
    new = world.state.commit([world.first], "grace")
    world.server.meanwhile[request_] = lambda: world.state.push("change", new, world.person("grace"))
    with pytest.raises(ForgeError, match=r"has moved|lists 2 of the 1 commits"):
        forge.review(pull)
    with pytest.raises(ForgeError, match="the head of #11 has moved"):
        forge.review(pull)


def test_of_251_commits_github_lists_250_and_that_is_an_error(world: World) -> None:
    world.state.push("change", long_branch(world, 251), world.person("grace"))
    with pytest.raises(ForgeError, match=r"has 251 commits, of which GitHub lists 250.*split it"):
        review_of(world)


def test_250_commits_are_read_whole(world: World) -> None:
    world.state.push("change", long_branch(world, 250), world.person("grace"))
    assert review_of(world).contributors == ["ada", "grace"]


@pytest.mark.parametrize("count", [2, 0])
def test_a_list_of_commits_of_another_length_than_the_pull_request_says_is_an_error(
    world: World, count: int
) -> None:
    world.state.commit_counts[11] = count
    with pytest.raises(ForgeError, match=f"lists 1 of the {count} commits of #11"):
        review_of(world)


def long_branch(world: World, commits: int) -> str:
    """Return the last of so many commits on top of main: ada's first, the others grace's."""
    lines = []
    for number in range(commits):
        who = "ada" if number == 0 else "grace"
        parent = f"from {world.first}^\n" if number == 0 else ""
        lines.append(
            f"commit refs/heads/long\ncommitter {who} <{who}@example.com> {1_800_000_000 + number} +0000\n"
            f"data 1\nx\n{parent}\n"
        )
    world.state.git("fast-import", "--quiet", stdin="".join(lines).encode())
    return world.state.git("rev-parse", "long")
