"""Statements lie in the repository itself, in their order, and none is lost or hidden."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.providers.forge.interface import ForgeError
from mlplatform.providers.forge.signed.log import ReviewLog, SignedText, reviewed_branches
from mlplatform.providers.git import Git
from tests.support.reviewed import BRANCH, Reviewed

ONE, TWO, THREE = (SignedText(f"{word}\n".encode(), b"signature\n") for word in ("one", "two", "three"))
REF = f"refs/reviews/{BRANCH}/statements"


def log(platform: Reviewed, branch: str = BRANCH) -> ReviewLog:
    return ReviewLog(platform.repo.git, branch, "origin" if platform.remote else None)


@pytest.fixture(params=["local", "shared"])
def platform(request: pytest.FixtureRequest) -> Reviewed:
    made = request.getfixturevalue(request.param)
    assert isinstance(made, Reviewed)
    return made


def test_statements_are_read_in_the_order_in_which_they_were_added(platform: Reviewed) -> None:
    assert (log(platform).tip(), log(platform).read(None)) == (None, ())
    commits = [log(platform).append(text) for text in (ONE, TWO, ONE)]
    assert log(platform).read(log(platform).tip()) == (ONE, TWO, ONE)
    assert log(platform).read(commits[0]) == (ONE,)
    assert platform.shared.run("rev-parse", REF) == commits[-1]
    assert platform.repo.status() == ""


def test_of_many_who_write_at_once_nobody_is_lost(platform: Reviewed) -> None:
    texts = [SignedText(f"{number}\n".encode(), b"") for number in range(6)]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(log(platform).append, texts))
    kept = log(platform).read(log(platform).tip())
    assert sorted(text.data for text in kept) == sorted(text.data for text in texts)


def test_what_somebody_else_pushed_is_read_and_kept(shared: Reviewed) -> None:
    folder = shared.repo.root.with_name("other")
    shared.repo.run("clone", "--quiet", str(shared.shared.root), str(folder))
    other = ReviewLog(Git(folder), BRANCH, "origin")
    log(shared).append(ONE)
    other.append(TWO)
    log(shared).append(THREE)
    assert other.read(other.tip()) == (ONE, TWO, THREE)


def test_what_is_no_statement_is_refused_and_not_passed_over(platform: Reviewed) -> None:
    log(platform).append(ONE)
    stranger = platform.repo.run(
        "commit-tree", "main^{tree}", "-p", platform.shared.run("rev-parse", REF), "-m", "x"
    )
    platform.repo.run("update-ref", REF, stranger)
    platform.push(REF)
    log(platform).append(TWO)
    with pytest.raises(ForgeError, match=f"{stranger[:12]} of {REF} is no review"):
        log(platform).read(log(platform).tip())


def test_branches_are_listed_with_their_newest_statement(platform: Reviewed) -> None:
    names = ["fix", "fix/typo", "-x", 'it\'s-$(touch${IFS}x)`y`;"z"', "ä"]
    newest = {name: log(platform, name).append(ONE) for name in names}
    remote = "origin" if platform.remote else None
    assert reviewed_branches(platform.repo.git, remote) == newest
    assert {name: log(platform, name).read(log(platform, name).tip()) for name in names} == dict.fromkeys(
        names, (ONE,)
    )


@pytest.mark.parametrize("name", ["a b", "a\nb", "a..b", "a:b", "*", "", "a.lock", "a~1", "@{-1}"])
def test_a_name_that_no_branch_can_have_is_refused(local: Reviewed, name: str) -> None:
    with pytest.raises(Refusal, match="cannot be the name of a branch"):
        log(local, name).append(ONE)


def test_a_remote_that_cannot_be_reached_has_not_no_reviews(shared: Reviewed) -> None:
    shared.shared.root.rename(shared.shared.root.with_name("gone"))
    for ask in (
        log(shared).tip,
        lambda: log(shared).append(ONE),
        lambda: reviewed_branches(shared.repo.git, "origin"),
    ):
        with pytest.raises(Refusal, match=r"the remote origin cannot be reached|cannot be read"):
            ask()


def test_a_process_that_dies_while_it_adds_leaves_the_log_whole(local: Reviewed) -> None:
    log(local).append(ONE)
    script = (
        "import os, sys\nfrom pathlib import Path\nfrom mlplatform.providers.git import Git\n"
        "from mlplatform.providers.forge.signed.log import ReviewLog, SignedText\n"
        f"log = ReviewLog(Git(Path(sys.argv[1])), {BRANCH!r}, None)\n"
        "log.write(SignedText(b'two', b''), log.tip())\nos._exit(9)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(local.repo.root)], check=False)
    assert done.returncode == 9
    assert log(local).read(log(local).tip()) == (ONE,)
