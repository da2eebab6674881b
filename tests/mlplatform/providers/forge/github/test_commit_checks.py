"""Statuses and check runs, and whose they are."""

from typing import Any

import pytest

from mlplatform.core.pull_request import ForgeCheck
from mlplatform.providers.forge.interface import ForgeError

from .conftest import VERDICT_APP, World
from .test_access import as_app


def post(world: World, creator: Any, state: str = "success", context: str = "platform/verdict") -> None:
    world.state.statuses.insert(
        0, {"sha": world.first, "creator": creator, "state": state, "context": context, "description": None}
    )


def test_a_verdict_by_the_app_of_the_settings_is_the_verdict_and_the_newest_counts(world: World) -> None:
    bot = world.state.app("verdicts", VERDICT_APP)
    assert world.forge().verdict_of(world.first) is None
    post(world, bot, "success")
    assert world.forge().verdict_of(world.first) == "success"
    post(world, bot, "failure")
    assert world.forge().verdict_of(world.first) == "failure"


def test_a_status_of_the_same_name_by_another_app_or_a_person_is_no_verdict(world: World) -> None:
    bot = world.state.app("verdicts", VERDICT_APP)
    post(world, world.state.app("github-actions", 15368))
    post(world, world.person("ada"))
    post(world, None)
    post(world, world.state.account("verdicts"))
    post(world, bot, context="platform/other")
    assert world.forge().verdict_of(world.first) is None
    post(world, bot, "failure")
    post(world, world.state.accounts["github-actions[bot]"])
    assert world.forge().verdict_of(world.first) == "failure"


def test_an_app_that_github_does_not_show_is_not_the_one(world: World) -> None:
    bot = world.state.app("verdicts", VERDICT_APP)
    post(world, bot)
    del world.state.apps["verdicts"]
    assert world.forge().verdict_of(world.first) is None


def test_the_app_knows_its_own_verdict_and_posts_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    as_app(world, monkeypatch)
    forge = world.forge()
    forge.post_status(world.first, "pending", "d" * 200)
    assert forge.verdict_of(world.first) == "pending"
    assert world.state.statuses[0]["description"] == "d" * 139 + "…"
    assert world.server.asked("/apps/") == 0


def test_a_status_that_may_have_been_posted_is_posted_again(world: World) -> None:
    world.server.fail("lost", "POST .*/statuses")
    world.forge().post_status(world.first, "success", "well")
    assert {status["state"] for status in world.state.statuses} == {"success"}


def test_checks_are_all_runs_and_the_newest_status_of_each_maker(world: World) -> None:
    world.server.page_size = 2
    world.state.app("ci", 7)
    for name, conclusion in {"lint": "success", "unit": "failure", "slow": None}.items():
        world.state.check_runs.append(
            {"sha": world.first, "name": name, "conclusion": conclusion, "app": "ci"}
        )
    post(world, world.person("ada"), "pending", "manual")
    post(world, world.person("ada"), "success", "manual")
    post(world, world.state.app("verdicts", VERDICT_APP), "error")
    assert world.forge().checks(world.first) == (
        ForgeCheck("lint", "success", 7, "ci[bot]"),
        ForgeCheck("unit", "failure", 7, "ci[bot]"),
        ForgeCheck("slow", "pending", 7, "ci[bot]"),
        ForgeCheck("platform/verdict", "error", VERDICT_APP, "verdicts[bot]"),
        ForgeCheck("manual", "success", None, "ada"),
    )


def test_checks_that_cannot_be_read_are_an_error(world: World) -> None:
    world.server.fail("garbage", "check-runs")
    with pytest.raises(ForgeError, match="check-runs cannot be read"):
        world.forge().checks(world.first)
