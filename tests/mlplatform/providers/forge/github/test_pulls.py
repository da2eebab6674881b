"""Finding pull requests, and fetching their heads."""

from dataclasses import replace

import pytest

from mlplatform.providers.forge.interface import ForgeError

from .conftest import World


@pytest.mark.parametrize("name", ["11", "#11", "change"])
def test_a_pull_request_is_found_by_its_number_and_its_branch(world: World, name: str) -> None:
    pull = world.forge().pull_request(name)
    assert (pull.name, pull.number, pull.branch, pull.base_branch) == ("#11", 11, "change", "main")
    assert pull.head == world.first


@pytest.mark.parametrize("name", ["12", "#999", "other", "chang", ""])
def test_one_that_is_not_there_is_an_error(world: World, name: str) -> None:
    with pytest.raises(ForgeError, match=r"no (open )?pull request"):
        world.forge().pull_request(name)


def test_a_closed_one_and_one_into_another_branch_are_errors(world: World) -> None:
    world.pull.base = "release"
    with pytest.raises(ForgeError, match="goes into release, not into main"):
        world.forge().pull_request("11")
    with pytest.raises(ForgeError, match="no open pull request of the branch 'change' into main"):
        world.forge().pull_request("change")
    world.pull.base, world.pull.state = "main", "closed"
    with pytest.raises(ForgeError, match="#11 is not open"):
        world.forge().pull_request("11")


def test_a_forks_branch_is_never_taken_for_one_of_this_repository(world: World) -> None:
    mallory = world.state.account("mallory")
    commit = world.state.commit([world.first], "mallory")
    fork = world.state.open_from_fork(mallory, "change", commit)
    forge = world.forge()
    assert forge.pull_request("change").number == 11
    assert forge.pull_request("mallory:change").number == fork.number
    assert forge.pull_request(f"#{fork.number}").branch == "mallory:change"


def test_two_of_one_branch_are_an_error_that_names_both(world: World) -> None:
    world.state.open("change", world.person("ada"))
    with pytest.raises(ForgeError, match="#11 and #12"):
        world.forge().pull_request("change")


def test_pull_requests_are_found_by_their_head_on_whatever_page(world: World) -> None:
    world.server.page_size = 2
    for number in range(5):
        world.state.push(f"b{number}", world.state.commit([world.first]), world.person("ada"))
        world.state.open(f"b{number}", world.person("ada"))
    head = world.state.pulls[16].head
    assert [pull.number for pull in world.forge().pull_requests(head)] == [16]
    assert world.forge().pull_requests("0" * 40) == ()


def test_fetching_brings_the_commit_and_changes_no_ref(world: World) -> None:
    new = world.state.commit([world.first])
    world.state.push("change", new, world.person("grace"))
    pull = world.forge().pull_request("11")
    before = world.git.run("for-each-ref")
    world.forge().fetch(pull)
    assert world.git.run("cat-file", "-t", new).strip() == b"commit"
    assert world.git.run("for-each-ref") == before


def test_fetching_a_head_that_has_moved_is_an_error(world: World) -> None:
    pull = world.forge().pull_request("11")
    world.state.push("change", world.state.commit([world.first]), world.person("grace"))
    world.forge().pull_request("11")
    with pytest.raises(ForgeError, match="the head of #11 is"):
        world.forge().fetch(pull)
    with pytest.raises(ForgeError, match="is nowhere on origin"):
        world.forge().fetch(replace(pull, number=12))


def test_an_origin_that_cannot_be_reached_is_an_error_without_its_credentials(world: World) -> None:
    pull = world.forge().pull_request("11")
    world.git.run("remote", "set-url", "origin", "http://user:hunter2@127.0.0.1:1/ml.git")
    with pytest.raises(ForgeError) as error:
        world.forge().fetch(pull)
    assert "hunter2" not in str(error.value)
