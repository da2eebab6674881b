"""verdict.yml, run by act: main's code judges a head that it only reads, and the App posts what came of it."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.github_state import Pull
from tests.support.hosted import Hosted

PROMOTED = "promote/production/clinic.tumour-1.1.0"
NEEDED = "2 more approvals by clinic's owners are needed"


def opened(pull: Pull) -> Mapping[str, Any]:
    return {
        "action": "opened",
        "number": pull.number,
        "pull_request": {
            "number": pull.number,
            "head": {"sha": pull.head, "ref": pull.branch},
            "base": {"ref": "main"},
        },
    }


def reviewed(head: str) -> Mapping[str, Any]:
    return {"action": "completed", "workflow_run": {"name": "review", "head_sha": head, "pull_requests": []}}


def promotion(world: Hosted) -> Pull:
    world.platform("promote", "clinic/tumour", "--to", "production")
    return world.open(PROMOTED)


def comments(world: Hosted) -> list[str]:
    return [comment["body"] for comment in world.github.state.comments]


def test_a_promotion_is_denied_until_two_owners_approved_it_and_then_passes(world: Hosted) -> None:
    pull = promotion(world)
    ran = world.run("verdict.yml", "pull_request_target", opened(pull))
    assert not ran.succeeded
    assert world.verdict(pull) == ("failure", f"{NEEDED} (ada, grace, mary)")
    (comment,) = comments(world)
    assert NEEDED in comment
    assert "ada, grace, mary" in comment
    world.github.state.review(pull, world.person("ada"))
    world.github.state.review(pull, world.person("mary"))
    ran = world.run("verdict.yml", "workflow_run", reviewed(pull.head))
    assert ran.succeeded, ran.output
    assert world.verdict(pull) == ("success", "approved by ada, mary")
    (comment,) = comments(world)
    assert NEEDED not in comment
    assert {status["creator"].login for status in world.github.state.statuses} == {"platform-verdict[bot]"}


@pytest.mark.exhaustive
def test_a_push_makes_approvals_stale_and_a_dismissed_one_is_none(world: Hosted) -> None:
    pull = promotion(world)
    world.github.state.review(pull, world.person("ada"))
    given = world.github.state.review(pull, world.person("mary"))
    assert world.run(
        "verdict.yml", "pull_request_target", {**opened(pull), "action": "synchronize"}
    ).succeeded
    given["state"] = "DISMISSED"
    review = {"action": "dismissed", "pull_request": {"number": pull.number, "head": {"sha": pull.head}}}
    assert world.run("review.yml", "pull_request_review", review, head=pull.head).succeeded
    assert not world.run("verdict.yml", "workflow_run", reviewed(pull.head)).succeeded
    assert world.verdict(pull) == ("failure", "1 more approval by clinic's owners is needed (grace, mary)")
    given["state"] = "APPROVED"
    world.git("checkout", "-q", pull.branch)
    world.git("commit", "-q", "--amend", "--allow-empty", "-m", "another head")
    world.git("push", "-q", "--force", "origin", f"HEAD:refs/heads/{pull.branch}")
    world.github.state.push(pull.branch, world.git("rev-parse", "HEAD"), world.person("linus"), "force_push")
    world.github.state.synchronise(pull)
    ran = world.run("verdict.yml", "pull_request_target", {**opened(pull), "action": "synchronize"})
    assert not ran.succeeded
    assert world.verdict(pull) == ("failure", f"{NEEDED} (ada, grace, mary)")
    assert "The approval of `ada` is of" in comments(world)[-1]


@pytest.mark.exhaustive
def test_when_main_moves_every_open_pull_request_is_judged_anew(world: Hosted) -> None:
    pull, other = (
        promotion(world),
        world.propose("other", {"tenants/clinic/tenant.yaml": "schema: tenant/v1\n"}),
    )
    for owner in ("ada", "mary"):
        world.github.state.review(pull, world.person(owner))
    ran = world.run("verdict.yml", "push", {"ref": "refs/heads/main", "after": "0" * 40})
    assert ran.succeeded, ran.output
    assert (world.verdict(pull) or ("",))[0] == "success"
    assert (world.verdict(other) or ("",))[0] == "failure"


def approved(world: Hosted) -> Pull:
    """Return a promotion with a green verdict."""
    pull = promotion(world)
    for owner in ("ada", "mary"):
        world.github.state.review(pull, world.person(owner))
    assert world.run("verdict.yml", "workflow_run", reviewed(pull.head)).succeeded
    assert (world.verdict(pull) or ("",))[0] == "success"
    return pull


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("action", "change"), [("closed", {"state": "closed"}), ("edited", {"base": "stage"})]
)
def test_what_is_judged_no_more_keeps_no_green_verdict_for_when_it_comes_back(
    world: Hosted, action: str, change: Mapping[str, str]
) -> None:
    pull = approved(world)
    vars(pull).update(change)
    ran = world.run("verdict.yml", "pull_request_target", {**opened(pull), "action": action})
    assert ran.succeeded, ran.output
    assert world.verdict(pull) == ("pending", "no open pull request into main has this head")


@pytest.mark.exhaustive
def test_a_merged_head_keeps_its_verdict(world: Hosted) -> None:
    pull = approved(world)
    world.merge(pull)
    ran = world.run("verdict.yml", "pull_request_target", {**opened(pull), "action": "closed"})
    assert ran.succeeded, ran.output
    assert (world.verdict(pull) or ("",))[0] == "success"


@pytest.mark.exhaustive
def test_a_verdict_that_was_overtaken_by_a_dismissal_does_not_stand(world: Hosted) -> None:
    """The run of the dismissal is another one, which may have ended before this one posts."""
    pull = promotion(world)
    for owner in ("ada", "mary"):
        world.github.state.review(pull, world.person(owner))
    (given, *_) = world.github.state.reviews[pull.number]
    world.github.meanwhile[r"GET .*/activity"] = lambda: given.update(state="DISMISSED")
    ran = world.run("verdict.yml", "schedule", {"schedule": "27 * * * *"})
    assert "have moved meanwhile" in ran.output
    assert (world.verdict(pull) or ("",))[0] == "error"


def test_a_pull_request_that_weakens_its_own_workflows_gets_no_green_verdict(world: Hosted) -> None:
    text = "name: verdict\non: pull_request\njobs: {}\n"
    files = {f".github/workflows/{name}.yml": text.replace("verdict", name) for name in ("verdict", "review")}
    pull = world.propose("weaker", files)
    for owner in ("ada", "mary"):
        world.github.state.review(pull, world.person(owner))
    ran = world.run("verdict.yml", "pull_request_target", opened(pull))
    assert not ran.succeeded
    assert (world.verdict(pull) or ("",))[0] == "failure"


@pytest.mark.exhaustive
def test_a_run_that_names_another_pull_requests_head_gets_that_one_its_own_verdict(world: Hosted) -> None:
    pull = promotion(world)
    other = world.propose("other", {"tenants/clinic/tenant.yaml": "schema: tenant/v1\n"})
    for owner in ("ada", "mary"):
        world.github.state.review(pull, world.person(owner))
    world.run("verdict.yml", "workflow_run", reviewed(other.head))
    assert world.verdict(pull) is None
    assert (world.verdict(other) or ("",))[0] == "failure"


@pytest.mark.exhaustive
def test_where_github_does_not_answer_there_is_no_green_verdict_and_the_log_says_why(world: Hosted) -> None:
    pull = promotion(world)
    for owner in ("ada", "mary"):
        world.github.state.review(pull, world.person(owner))
    world.github.fail("garbage", r"GET .*/reviews", times=-1)
    ran = world.run("verdict.yml", "pull_request_target", opened(pull))
    assert not ran.succeeded
    assert "cannot be judged, and is stopped" in ran.output
    assert (world.verdict(pull) or ("",))[0] == "error"


@pytest.mark.exhaustive
def test_a_title_with_workflow_commands_and_html_does_nothing(world: Hosted) -> None:
    world.platform("promote", "clinic/tumour", "--to", "production")
    pull = world.open(
        PROMOTED, title="::set-output name=a::b $(touch pwned) <script>`x`</script>\n::error::x"
    )
    ran = world.run("verdict.yml", "pull_request_target", opened(pull))
    assert "::set-output" not in ran.output
    assert not (world.runner / "pwned").exists()
    assert "<script>" not in comments(world)[0]
