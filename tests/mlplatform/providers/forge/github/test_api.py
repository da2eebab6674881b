"""What goes wrong between here and GitHub: retried while there is time, and then said in one sentence."""

import logging
import time
from collections.abc import Callable

import pytest

from mlplatform.core.kinds.git_host import GitHubSettings
from mlplatform.core.pull_request import Issue
from mlplatform.providers.forge.github import connect
from mlplatform.providers.forge.interface import Forge, ForgeError
from tests.support.github import (
    BAD_GATEWAY,
    DRIP,
    DRIP_ERROR,
    ECHO,
    GARBAGE,
    HALF,
    LOST,
    MOVED,
    PLAIN_SECONDARY,
    PRIMARY,
    SECONDARY,
    SLOW,
    WRONG_SHAPE,
)
from tests.support.tiers import cell

from .conftest import LEDGER_APP, TOKEN, VERDICT_APP, World

SHORT = 1.0
HEAD = "0" * 40
# Or, where this machine is very busy, the last of many attempts got no answer at all.
LIMITED = r"GitHub limits requests until 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC|it is silent"


@pytest.mark.parametrize("kind", [BAD_GATEWAY, SECONDARY, PRIMARY, HALF, LOST])
def test_what_goes_wrong_twice_and_then_well_is_asked_again(world: World, kind: str) -> None:
    world.server.fail(kind, "GET .*/pulls/11", times=2)
    assert world.forge().pull_request("11").number == 11
    assert world.server.asked("GET .*/pulls/11") == 3


@pytest.mark.exhaustive
def test_a_silent_answer_is_asked_for_again_within_the_deadline(world: World) -> None:
    world.server.fail(SLOW, "GET .*/pulls/11")
    assert world.forge(seconds=6).pull_request("11").number == 11


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (SLOW, r"GitHub did not answer in 1 s: it is silent"),
        (DRIP, r"GitHub did not answer in 1 s"),
        (DRIP_ERROR, r"GitHub did not answer in 1 s"),
        (PLAIN_SECONDARY, LIMITED),
        (BAD_GATEWAY, r"GitHub did not answer in 1 s: (it answers 502|it is silent)"),
        (HALF, r"GitHub did not answer in 1 s: (its connection breaks off|it is silent)"),
        (SECONDARY, LIMITED),
        (PRIMARY, LIMITED),
        (GARBAGE, r"GitHub's answer to GET /repos/acme/ml/pulls/11 cannot be read: json invalid"),
        (WRONG_SHAPE, r"GitHub's answer to GET /repos/acme/ml/pulls/11 cannot be read"),
        (MOVED, r"has moved \(write the repository's present name"),
    ],
)
def test_what_never_goes_well_is_an_error_soon_after_the_deadline(
    world: World, kind: str, message: str
) -> None:
    world.server.fail(kind, "pulls/11", times=-1)
    started = time.monotonic()
    with pytest.raises(ForgeError, match=message) as error:
        world.forge(seconds=SHORT).pull_request("11")
    assert time.monotonic() - started < 20
    assert TOKEN not in str(error.value)


@pytest.mark.parametrize("kind", [SECONDARY, PRIMARY])
def test_a_limit_beyond_the_deadline_is_said_at_once(world: World, kind: str) -> None:
    world.server.retry_after = 3600
    world.server.fail(kind, "pulls/11", times=-1)
    with pytest.raises(ForgeError, match="GitHub limits requests until"):
        world.forge().pull_request("11")
    assert world.server.asked("pulls/11") == 1


@pytest.mark.parametrize("part", ["reviews", "commits", "activity"])
@pytest.mark.parametrize("kind", [GARBAGE, WRONG_SHAPE, BAD_GATEWAY, HALF])
def test_a_review_of_which_a_part_cannot_be_read_is_none(world: World, part: str, kind: str) -> None:
    pull = world.forge().pull_request("11")
    world.state.review(world.pull, world.person("ada"))
    world.server.fail(kind, f"/{part}", times=-1)
    with pytest.raises(ForgeError):
        world.forge(seconds=SHORT).review(pull)


def test_a_limit_of_the_list_of_pushers_is_not_taken_for_one_that_is_not_shown(world: World) -> None:
    pull = world.forge().pull_request("11")
    world.server.fail(PLAIN_SECONDARY, "/activity", times=-1)
    with pytest.raises(ForgeError, match=LIMITED):
        world.forge(seconds=SHORT).review(pull)


def test_what_github_says_is_one_line_without_the_token(world: World) -> None:
    world.server.fail(ECHO, "pulls/11")
    with pytest.raises(ForgeError, match=r"answers 400 to GET .*: No: \w+ \*\*\*\\n::set-output"):
        world.forge().pull_request("11")


def test_a_server_that_is_not_there_is_an_error(world: World) -> None:
    settings = GitHubSettings(
        provider="github",
        repository="acme/ml",
        api="http://127.0.0.1:1",
        verdictApp=VERDICT_APP,
        ledgerApp=LEDGER_APP,
    )
    with pytest.raises(ForgeError, match="did not answer in 1 s: there is no connection to it"):
        connect(settings, world.git, seconds=SHORT, pause=0.1).pull_request("1")


def test_a_next_page_on_another_server_is_not_asked_with_our_token(world: World) -> None:
    world.server.page_size = 1
    world.state.open("change", world.person("ada"))
    elsewhere = world.server.url.replace("127.0.0.1", "localhost")
    own, world.server.url = world.forge(), elsewhere
    with pytest.raises(ForgeError, match="is not below"):
        own.pull_requests(HEAD)
    assert world.server.asked("GET .*/pulls") == 1


CALLS: dict[str, Callable[[Forge], object]] = {
    "find": lambda forge: forge.pull_request("11"),
    "list": lambda forge: forge.pull_requests(HEAD),
    "review": lambda forge: forge.review(forge.pull_request("11")),
    "merged": lambda forge: forge.merged_change(HEAD),
    "open": lambda forge: forge.open_pull_request("main2", "t", "b"),
    "status": lambda forge: forge.post_status(HEAD, "success", "d"),
    "comment": lambda forge: forge.post_comment("11", "k", "b"),
    "issues": lambda forge: forge.keep_issues("l", [Issue("k", "t", "b")]),
    "checks": lambda forge: forge.checks(HEAD),
    "verdict": lambda forge: forge.verdict_of(HEAD),
}


@pytest.mark.parametrize("call", [cell(call, quick=call in ("review", "verdict")) for call in CALLS])
def test_no_error_and_no_log_shows_the_token(
    world: World, call: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    world.git.run("branch", "main2", "origin/change")
    forge = world.forge(seconds=SHORT)
    texts = [repr(forge)]
    world.server.retry_after = 3600
    for kind in (BAD_GATEWAY, GARBAGE, MOVED, ECHO, SECONDARY):
        world.server.fail(kind, ".", times=-1)
        with pytest.raises(ForgeError) as error:
            CALLS[call](forge)
        texts += [str(error.value), repr(error.value), str(error.getrepr(showlocals=False))]
        world.server.faults.clear()
    world.state.tokens.clear()
    with pytest.raises(ForgeError, match="does not accept the credentials") as error:
        CALLS[call](forge)
    assert not any(TOKEN in text for text in [*texts, str(error.value), caplog.text])
