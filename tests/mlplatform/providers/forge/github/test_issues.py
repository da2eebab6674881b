"""The issues of a label."""

from mlplatform.core.pull_request import Issue
from mlplatform.providers.forge.github.own_texts import marked
from tests.support.github import LOST

from .conftest import World

DRIFT = Issue("production/fleet/eta", "eta has drifted", "a body")
STALE = Issue("stale", "a waiver ends", "soon")


def shown(world: World) -> dict[str, str]:
    return {issue["title"]: issue["state"] for issue in world.state.issues}


def test_exactly_these_are_open_and_asked_again_nothing_changes(world: World) -> None:
    world.forge().keep_issues("drift", [DRIFT, STALE])
    world.forge().keep_issues("drift", [DRIFT, STALE])
    assert shown(world) == {"eta has drifted": "open", "a waiver ends": "open"}
    assert world.state.issues[0]["labels"] == ["drift"]
    assert (world.server.asked("POST .*/issues"), world.server.asked("PATCH")) == (2, 0)


def test_what_differs_is_updated_and_what_is_over_is_closed(world: World) -> None:
    world.forge().keep_issues("drift", [DRIFT, STALE])
    world.forge().keep_issues("drift", [Issue(DRIFT.key, "eta drifts still", "more")])
    assert shown(world) == {"eta drifts still": "open", "a waiver ends": "closed"}
    assert world.state.issues[0]["body"] == marked(DRIFT.key, "more")
    world.forge().keep_issues("drift", [])
    assert set(shown(world).values()) == {"closed"}


def test_those_of_others_of_other_labels_and_pull_requests_are_left_alone(world: World) -> None:
    mine = {"labels": ["drift"], "state": "open", "user": world.me}
    world.state.issues += [
        {**mine, "number": 1, "title": "mary's", "body": marked("stale", ""), "user": world.person("mary")},
        {**mine, "number": 2, "title": "of another label", "body": marked("stale", ""), "labels": ["x"]},
        {**mine, "number": 3, "title": "by hand", "body": "no marker"},
        {**mine, "number": 4, "title": "a pull", "body": marked("stale", ""), "is_pull_request": True},
    ]
    world.forge().keep_issues("drift", [])
    assert set(shown(world).values()) == {"open"}


def test_a_lost_answer_makes_no_second_issue(world: World) -> None:
    world.server.fail(LOST, "POST .*/issues")
    world.forge().keep_issues("drift", [DRIFT])
    assert len(world.state.issues) == 1
