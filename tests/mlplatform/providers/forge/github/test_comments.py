"""The one comment of a key."""

import pytest

from mlplatform.providers.forge.github.own_texts import marked
from tests.support.github import BAD_GATEWAY, LOST

from .conftest import World


def bodies(world: World) -> list[str]:
    return [comment["body"] for comment in world.state.comments]


def test_a_comment_is_written_once_and_kept_up_to_date(world: World) -> None:
    world.forge().post_comment("#11", "plan", "first")
    world.forge().post_comment("change", "plan", "second")
    world.forge().post_comment("11", "plan", "second")
    world.forge().post_comment("11", "check", "other")
    assert bodies(world) == ["<!-- platform:plan -->\nsecond", "<!-- platform:check -->\nother"]
    assert world.server.asked("PATCH") == 1


@pytest.mark.parametrize("kind", [LOST, BAD_GATEWAY])
def test_a_lost_answer_does_not_write_it_twice(world: World, kind: str) -> None:
    world.server.fail(kind, "POST .*/comments")
    world.forge().post_comment("11", "plan", "text")
    assert bodies(world) == [marked("plan", "text")]


def test_somebody_elses_comment_with_our_marker_is_left_alone(world: World) -> None:
    theirs = {"number": 11, "id": 9, "user": world.person("mary"), "body": marked("plan", "all is well")}
    world.state.comments.append(theirs)
    world.forge().post_comment("11", "plan", "ours")
    world.forge().post_comment("11", "plan", "ours, later")
    assert bodies(world) == [marked("plan", "all is well"), marked("plan", "ours, later")]


def test_a_marker_further_down_makes_no_comment_that_of_a_key(world: World) -> None:
    world.forge().post_comment("11", "check", "see <!-- platform:plan -->")
    world.forge().post_comment("11", "plan", "text")
    assert len(bodies(world)) == 2


def test_of_two_comments_of_ours_the_later_one_is_deleted(world: World) -> None:
    for number in (1, 2):
        world.state.comments.append(
            {"number": 11, "id": number, "user": world.me, "body": marked("plan", str(number))}
        )
    world.forge().post_comment("11", "plan", "text")
    assert bodies(world) == [marked("plan", "text")]


def test_it_is_found_on_a_later_page_and_on_a_closed_pull_request(world: World) -> None:
    world.server.page_size = 2
    world.pull.state = "closed"
    for number in range(5):
        world.state.comments.append({"number": 11, "id": number, "user": world.person("ada"), "body": "hi"})
    world.forge().post_comment("11", "plan", "first")
    world.forge().post_comment("11", "plan", "second")
    assert bodies(world)[5:] == [marked("plan", "second")]


def test_a_workflows_token_which_may_not_ask_who_it_is_keeps_its_comment(world: World) -> None:
    world.state.app("github-actions", 15368)
    world.state.tokens = dict.fromkeys(world.state.tokens, "github-actions[bot]")
    world.forge().post_comment("11", "plan", "first")
    world.forge().post_comment("11", "plan", "second")
    assert bodies(world) == [marked("plan", "second")]


def test_text_arrives_as_it_is_and_is_cut_where_github_takes_no_more(world: World) -> None:
    odd = '::set-output name=a::b\r\n<img src=x> $(id) "\\" \u2028 \U0001f600'
    world.forge().post_comment("11", "plan", odd)
    world.forge().post_comment("11", "long", "y" * 70_000)
    assert bodies(world)[0] == f"<!-- platform:plan -->\n{odd}"
    assert len(bodies(world)[1]) == 65_536
    assert "takes no longer text" in bodies(world)[1]


def test_no_key_can_end_its_marker() -> None:
    assert marked("a --> b", "").splitlines()[0] == "<!-- platform:a%20--%3E%20b -->"
