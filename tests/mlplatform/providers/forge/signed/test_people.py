"""Who wrote a branch: authors, committers and co-authors of its commits, as persons where their addresses are known."""

import pytest

from mlplatform.providers.forge.signed.people import contributors, name_of
from mlplatform.providers.forge.signed.signers import Signers
from tests.support.reviewed import Reviewed

SIGNERS = Signers({}, {f"{name}@example.com": name for name in ("ada", "grace", "mary", "linus")})


def of(platform: Reviewed, head: str) -> tuple[str, ...]:
    return contributors(platform.repo.git, platform.repo.run("rev-parse", "main"), head, SIGNERS)


def commit(platform: Reviewed, message: str, author: str, committer: str) -> str:
    """Return a commit on top of main with these addresses, whatever is in them."""
    lines = [f"{who} x <{email}> 1 +0000" for who, email in (("author", author), ("committer", committer))]
    tree, parent = platform.repo.run("rev-parse", "main^{tree}", "main").split()
    text = "\n".join([f"tree {tree}", f"parent {parent}", *lines, "", message])
    made = platform.repo.git.run(
        "hash-object", "-t", "commit", "-w", "--literally", "--stdin", stdin=text.encode()
    )
    return made.decode().strip()


def test_everybody_who_wrote_a_commit_of_the_branch_contributed(local: Reviewed) -> None:
    local.change(by="grace")
    head = local.change(by="linus", message="more\n\nCo-authored-by: Mary <Mary@example.com>")
    assert of(local, head) == ("grace", "linus", "mary")
    assert of(local, local.repo.run("rev-parse", "main")) == ()


def test_whoever_only_committed_it_contributed_too(local: Reviewed) -> None:
    assert of(local, commit(local, "one", "linus@example.com", "ada@example.com")) == ("ada", "linus")


@pytest.mark.parametrize(
    "trailers",
    [
        "Co-authored-by: Ada <ada@example.com>\nCo-authored-by: Mary <mary@example.com>",
        "CO-AUTHORED-BY: <ada@example.com>\nReviewed-by: x\nco-authored-by: mary@example.com",
        "Co-authored-by: Ada <ada@example.com>,\n  Mary <mary@example.com>",
    ],
)
def test_co_authors_are_found_however_they_are_written(local: Reviewed, trailers: str) -> None:
    head = commit(local, f"a change\n\nwhy\n\n{trailers}\n", *["linus@example.com"] * 2)
    assert of(local, head) == ("ada", "linus", "mary")


def test_commits_that_came_with_a_merge_into_the_branch_count(local: Reviewed) -> None:
    local.change("other", {"policies/other.txt": "1\n"}, by="ada")
    head = local.change(by="linus")
    local.repo.run("switch", "--quiet", "--detach", head)
    local.repo.run("merge", "--quiet", "--no-edit", "other")
    assert of(local, local.repo.head()) == ("ada", "linus")


def test_no_address_hides_another_commit(local: Reviewed) -> None:
    for odd in ("a\x1e\x1fb", "", "\x1e", "\x1f"):
        assert "ada" in of(local, commit(local, "one\x1e\x1f", odd, "ada@example.com"))


def test_who_is_not_known_has_a_name_that_is_nobodys() -> None:
    assert name_of("ADA@example.com", SIGNERS) == "ada"
    assert name_of("ada@elsewhere", SIGNERS) == "unknown@ada@elsewhere"
    assert name_of('"; rm -rf /\n', SIGNERS) == "unknown@---rm--rf---"
    assert len(name_of("x" * 10_000, SIGNERS)) < 100
