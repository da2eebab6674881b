"""Opening pull requests, once, whatever gets lost."""

import pytest

from mlplatform.providers.forge.interface import ForgeError
from tests.support.github import BAD_GATEWAY, LOST

from .conftest import World

MARKDOWN = '# A\r\n<script>alert("x")</script> `$(id)` | ::set-output name=a::b\n\u2028"\\u0000 ' + "ü" * 9


def branch(world: World, name: str) -> str:
    """Make a branch in the clone, and return its commit."""
    commit = world.state.commit([world.first], "ada", "a proposal")
    world.git.run("fetch", "-q", str(world.state.bare), commit)
    world.git.run("update-ref", f"refs/heads/{name}", commit)
    return commit


@pytest.fixture(autouse=True)
def fetchable(world: World) -> None:
    """Let the clone fetch any commit of the bare repository."""
    world.state.git("config", "uploadpack.allowAnySHA1InWant", "true")


def test_opening_twice_gives_one_pull_request_with_the_last_text(world: World) -> None:
    head = branch(world, "promote/eta")
    first = world.forge().open_pull_request("promote/eta", "Promote eta", "for reasons")
    again = world.forge().open_pull_request("promote/eta", "Promote eta", "for better reasons")
    assert first == again
    assert (again.head, again.branch) == (head, "promote/eta")
    assert [pull.body for pull in world.state.pulls.values()][1:] == ["for better reasons"]
    assert world.server.asked("POST .*/pulls") == 1


def test_what_is_pushed_later_is_the_head_then(world: World) -> None:
    branch(world, "b")
    world.forge().open_pull_request("b", "t", "x")
    later = world.state.commit([world.git.resolve("b")], "ada", "more")
    world.git.run("fetch", "-q", str(world.state.bare), later)
    world.git.run("update-ref", "refs/heads/b", later)
    assert world.forge().open_pull_request("b", "t", "x").head == later


@pytest.mark.parametrize("kind", [LOST, BAD_GATEWAY])
def test_a_lost_answer_does_not_open_a_second_one(world: World, kind: str) -> None:
    branch(world, "b")
    world.server.fail(kind, "POST .*/pulls")
    pull = world.forge().open_pull_request("b", "t", "x")
    assert [each.number for each in world.state.pulls.values() if each.branch == "b"] == [pull.number]
    assert world.server.asked("POST .*/pulls") == (1 if kind == LOST else 2)


@pytest.mark.parametrize("title", ["::set-output name=x::y", "`$(rm -rf ~)` <b>'\""])
def test_titles_and_bodies_arrive_as_they_are(world: World, title: str) -> None:
    branch(world, "b")
    world.forge().open_pull_request("b", title, MARKDOWN)
    (pull,) = [each for each in world.state.pulls.values() if each.branch == "b"]
    assert (pull.title, pull.body) == (title, MARKDOWN)


def test_a_body_that_is_too_long_is_cut_and_says_so(world: World) -> None:
    branch(world, "b")
    world.forge().open_pull_request("b", "t", "x" * 70_000)
    (pull,) = [each for each in world.state.pulls.values() if each.branch == "b"]
    assert len(pull.body or "") == 65_536
    assert (pull.body or "").rstrip().endswith("takes no longer text.*")


@pytest.mark.parametrize("name", ['it\'s-"quoted"', "$(touch${IFS}x)", "-f", "+force", "a;b|c&d", "@", "ü"])
def test_odd_names_of_branches_are_only_names(world: World, name: str) -> None:
    head = branch(world, name)
    assert world.forge().open_pull_request(name, "t", "x").branch == name
    assert world.state.git("rev-parse", f"refs/heads/{name}") == head


@pytest.mark.parametrize("name", ["a\nb", "a b", "a:b", "a*", "", "..", "a\0b"[:1] + "~1", "main"])
def test_names_that_git_refuses_and_main_are_errors(world: World, name: str) -> None:
    with pytest.raises(ForgeError):
        world.forge().open_pull_request(name, "t", "x")
    assert world.server.requests == []


def test_a_branch_that_is_not_here_is_an_error(world: World) -> None:
    with pytest.raises(ForgeError, match="no branch nowhere in this clone"):
        world.forge().open_pull_request("nowhere", "t", "x")


def test_somebody_elses_commits_on_the_branch_are_never_overwritten(world: World) -> None:
    branch(world, "b")
    other = world.state.commit([world.first], "mary", "somebody else's")
    world.state.push("b", other, world.person("mary"))
    with pytest.raises(ForgeError, match="the branch b has commits on origin that are not in yours"):
        world.forge().open_pull_request("b", "t", "x")
    assert world.state.git("rev-parse", "refs/heads/b") == other


def test_an_origin_that_takes_nothing_is_an_error_without_its_credentials(world: World) -> None:
    branch(world, "b")
    world.git.run("remote", "set-url", "origin", "http://user:hunter2@127.0.0.1:1/ml.git")
    with pytest.raises(ForgeError, match="origin does not take the branch b") as error:
        world.forge().open_pull_request("b", "t", "x")
    assert "hunter2" not in str(error.value)
