"""verdict.yml, run by act: main's code judges a head that it only reads, and the App posts what came of it."""

from collections.abc import Mapping
from typing import Any

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


def test_a_pull_request_that_weakens_its_own_workflows_gets_no_green_verdict(world: Hosted) -> None:
    text = "name: verdict\non: pull_request\njobs: {}\n"
    files = {f".github/workflows/{name}.yml": text.replace("verdict", name) for name in ("verdict", "review")}
    pull = world.propose("weaker", files)
    for owner in ("ada", "mary"):
        world.github.state.review(pull, world.person(owner))
    ran = world.run("verdict.yml", "pull_request_target", opened(pull))
    assert not ran.succeeded
    assert (world.verdict(pull) or ("",))[0] == "failure"


def test_a_run_that_names_another_pull_requests_head_gets_that_one_its_own_verdict(world: Hosted) -> None:
    pull = promotion(world)
    other = world.propose("other", {"tenants/clinic/tenant.yaml": "schema: tenant/v1\n"})
    for owner in ("ada", "mary"):
        world.github.state.review(pull, world.person(owner))
    world.run("verdict.yml", "workflow_run", reviewed(other.head))
    assert world.verdict(pull) is None
    assert (world.verdict(other) or ("",))[0] == "failure"


def test_where_github_does_not_answer_there_is_no_green_verdict_and_the_log_says_why(world: Hosted) -> None:
    pull = promotion(world)
    for owner in ("ada", "mary"):
        world.github.state.review(pull, world.person(owner))
    world.github.fail("garbage", r"GET .*/reviews", times=-1)
    ran = world.run("verdict.yml", "pull_request_target", opened(pull))
    assert not ran.succeeded
    assert "cannot be judged, and is stopped" in ran.output
    assert (world.verdict(pull) or ("",))[0] == "error"


def test_a_title_with_workflow_commands_and_html_does_nothing(world: Hosted) -> None:
    world.platform("promote", "clinic/tumour", "--to", "production")
    pull = world.open(
        PROMOTED, title="::set-output name=a::b $(touch pwned) <script>`x`</script>\n::error::x"
    )
    ran = world.run("verdict.yml", "pull_request_target", opened(pull))
    assert "::set-output" not in ran.output
    assert not (world.runner / "pwned").exists()
    assert "<script>" not in comments(world)[0]
