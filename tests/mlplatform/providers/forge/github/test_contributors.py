"""Who wrote a pull request."""

import pytest

from mlplatform.core.kinds.git_host import GitHubPerson
from mlplatform.providers.forge.github.accounts import address_name
from tests.support.reviewers import approvers

from .conftest import World


def contributors(
    world: World, message: str = "a change", author: str = "grace", committer: str | None = None
) -> list[str]:
    commit = world.state.commit([world.first], author, message, committer)
    world.state.push("change", commit, world.person("grace"))
    forge = world.forge()
    return forge.review(forge.pull_request("11")).contributors


def test_author_and_committer_of_a_commit_have_written_it(world: World) -> None:
    assert contributors(world, author="mary", committer="ada") == ["ada", "grace", "mary"]


def test_github_itself_as_committer_is_nobody(world: World) -> None:
    assert contributors(world, committer="noreply@github.com") == ["grace"]


def test_an_address_that_github_does_not_know_is_nobodys_name(world: World) -> None:
    assert contributors(world, author="who@ever.example") == ["grace", "who@ever.example"]


def test_a_co_author_of_whose_account_the_trailer_has_the_id_approves_nothing(world: World) -> None:
    mary = world.person("mary")
    message = f"x\n\nco-authored-BY: M <{mary.id}+old-login@users.noreply.github.com>\n"
    world.state.push("change", world.state.commit([world.first], "grace", message), world.person("grace"))
    world.state.review(world.pull, mary)
    for people in ({}, {"mary": GitHubPerson(login="whatever", id=mary.id)}):
        forge = world.forge(**people)
        review = forge.review(forge.pull_request("11"))
        assert review.contributors == ["grace", "mary"]
        assert approvers(review) == ()


def test_a_co_author_by_the_login_alone_is_found_though_written_otherwise(world: World) -> None:
    world.state.review(world.pull, world.person("mary"))
    message = "x\n\nCo-authored-by: M <MARY@users.noreply.github.com>\nCo-authored-by: A <ada@example.com>"
    assert contributors(world, message) == ["ada@example.com", "grace", "mary"]


def test_a_co_authors_address_is_that_of_the_account_that_has_it_in_another_commit(world: World) -> None:
    first = world.state.commit([world.first], "mary")
    message = "x\r\n\r\nCo-authored-by: Mary <MARY@example.com>\r\n"
    world.state.push("change", world.state.commit([first], "grace", message), world.person("grace"))
    forge = world.forge()
    assert forge.review(forge.pull_request("11")).contributors == ["grace", "mary"]


@pytest.mark.parametrize(
    "email", ["ada", "", "ada[bot]", "@@", "<script>@x", "ä@ö", "a" * 300 + "@x", "a\nb@c", ".", "-ada-"]
)
def test_the_name_of_an_address_is_a_login_of_reviews_and_no_persons(email: str) -> None:
    from pydantic import TypeAdapter

    from mlplatform.core.review import GitHostLogin

    name = TypeAdapter(GitHostLogin).validate_python(address_name(email))
    assert "@" in name
    assert not name.endswith("[bot]")
