"""A pull request is judged by main, with its reviews as they are now, and what cannot be judged is denied."""

import json
from pathlib import Path
from typing import Any

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.core.verdict import VerdictTexts
from mlplatform.flow.review.event import EventSubject, pull_requests_of
from mlplatform.flow.review.git_host import forge_of, forge_of_main
from mlplatform.flow.review.post_verdict import announce, judge_or_deny, post
from mlplatform.flow.review.verdict import judge, with_plans
from mlplatform.providers.forge.interface import ForgeError
from mlplatform.report.verdict import (
    judged_json,
    judged_text,
    status_text,
    verdict_json,
    verdict_markdown,
    verdict_text,
    verdict_texts,
)
from tests.support.reviewed import BRANCH, LEXICON, SIGNERS, TENANT, Reviewed
from tests.support.scratch import Scratch

POLICY = "policies/rego/approvals.rego"


def test_an_approved_head_passes_and_every_report_says_by_whom_on_what(local: Reviewed) -> None:
    head, base = local.change(), local.repo.head()
    local.approve()
    verdict = judge(local.workspace, local.forge, local.pull())
    assert (verdict.passes, verdict.base, verdict.pull.head) == (True, base, head)
    assert verdict.tree == local.repo.run("rev-parse", f"{head}^{{tree}}")
    about = f"{head[:12]} on top of {base[:12]}, approved by ada, mary"
    assert verdict_text(verdict).splitlines()[-1] == f"{BRANCH} may be merged: {about}"
    assert f"`{head[:12]}` on top of main at `{base[:12]}`, approved by `ada`, `mary`." in verdict_markdown(
        verdict
    )
    assert status_text(verdict) == "approved by ada, mary"
    said = verdict_json(verdict)
    assert (said["head"], said["base"], said["passes"], said["approvedBy"]) == (
        head,
        base,
        True,
        ["ada", "mary"],
    )
    assert said["approvals"]["reviews"][0] == {"user": "ada", "state": "approved", "head": head, "team": None}


def test_a_head_that_nobody_approved_is_stopped_and_the_reports_say_so(local: Reviewed) -> None:
    local.change()
    local.say("request", "linus")
    verdict = judge(local.workspace, local.forge, local.pull())
    assert not verdict.passes
    assert f"{BRANCH} is stopped: " in verdict_text(verdict)
    assert "approvals-quorum" in verdict_text(verdict)
    assert "approved by" not in status_text(verdict)
    assert json.loads(json.dumps(verdict_json(verdict)))["approvedBy"] == []


def test_the_policies_of_main_judge_and_not_the_branchs(local: Reviewed) -> None:
    lax = local.repo.read(POLICY).replace("count(counting) >= terms.required", "true")
    assert lax != local.repo.read(POLICY)
    local.change(files={POLICY: lax}, by="margaret")
    local.say("request", "margaret")
    assert not judge(local.workspace, local.forge, local.pull()).passes


def test_the_plans_of_a_merge_are_told_or_why_there_are_none(local: Reviewed) -> None:
    local.change()
    local.approve()
    verdict = with_plans(local.workspace, judge(local.workspace, local.forge, local.pull()))
    assert verdict.plans == ()
    assert [sentence.split(":")[0] for sentence in verdict.unplanned] == [
        "development",
        "integration",
        "production",
    ]
    for sentence in verdict.unplanned:
        assert f"not planned: {sentence}" in verdict_text(verdict)
    assert "- Not planned: " in verdict_markdown(verdict)


def test_what_cannot_be_judged_is_a_denial_that_says_why(local: Reviewed) -> None:
    local.change()
    denied = judge_or_deny(local.workspace, local.forge, local.pull())
    assert not denied.passes
    assert f"{BRANCH} cannot be judged, and is stopped: nobody has asked for" in judged_text(denied)
    assert f"platform review {BRANCH} --request" in judged_text(denied)
    assert judged_json(denied)["passes"] is False
    assert judged_json(denied)["error"]["message"].startswith("nobody has asked for")
    texts = verdict_texts(denied)
    assert texts.status.startswith("cannot be judged: nobody has asked for")
    assert texts.comment.startswith("## ❌ This change cannot be judged, and is stopped")


def test_there_is_nowhere_to_post_a_verdict_on_signed_reviews(local: Reviewed) -> None:
    local.change()
    local.approve()
    judged = judge_or_deny(local.workspace, local.forge, local.pull())
    for act in (
        lambda: announce(local.forge, local.pull()),
        lambda: post(local.forge, judged, VerdictTexts("", "")),
    ):
        with pytest.raises(ForgeError, match="no page to post on"):
            act()


def event(folder: Path, said: Any) -> Path:
    (folder / "event.json").write_text(json.dumps(said))
    return folder / "event.json"


def test_of_an_event_only_the_number_or_the_commit_is_believed(local: Reviewed, tmp_path: Path) -> None:
    head = local.change("12")
    local.say("request", "linus", branch="12")
    number = {"pull_request": {"number": 12, "head": {"sha": "0" * 40}}, "repository": {"full_name": "x/y"}}
    run = {"workflow_run": {"head_sha": head, "pull_requests": [{"number": 99}]}}
    for said in (number, run):
        subject = pull_requests_of(local.forge, event(tmp_path, said))
        assert ([pull.head for pull in subject.pull_requests], subject.is_everything) == ([head], False)
    nobodys = {"workflow_run": {"head_sha": local.repo.head()}}
    assert pull_requests_of(local.forge, event(tmp_path, nobodys)) == EventSubject(())


@pytest.mark.parametrize("said", [{"ref": "refs/heads/main"}, {"schedule": "0 * * * *"}])
def test_when_main_moves_or_time_goes_by_every_open_branch_is_judged(
    local: Reviewed, tmp_path: Path, said: Any
) -> None:
    for branch in ("one", "two", "merged"):
        local.change(branch, {f"policies/{branch}.txt": "1\n"})
        local.say("request", "linus", branch=branch)
    local.merge_by_hand("merged")
    subject = pull_requests_of(local.forge, event(tmp_path, said))
    assert (sorted(pull.branch for pull in subject.pull_requests), subject.is_everything) == (
        ["one", "two"],
        True,
    )


@pytest.mark.parametrize(
    "said",
    [
        {},
        [],
        "12",
        {"pull_request": {"number": "12"}},
        {"pull_request": {"number": 0}},
        {"workflow_run": {"head_sha": "HEAD"}},
        {"workflow_run": {}},
    ],
)
def test_an_event_that_names_no_pull_request_is_refused(local: Reviewed, tmp_path: Path, said: Any) -> None:
    with pytest.raises(Refusal, match=r"the event (cannot be read|is about no pull request)"):
        pull_requests_of(local.forge, event(tmp_path, said))


def test_main_says_which_git_host_it_is_and_not_the_branch(shared: Reviewed) -> None:
    without = shared.repo.read("platform.yaml").replace("gitHost: {provider: signed}\n", "")
    shared.change(files={"platform.yaml": without}, by="margaret")
    assert forge_of(shared.workspace, BRANCH) == shared.forge
    assert forge_of_main(shared.workspace) == shared.forge
    shared.repo.commit({"platform.yaml": without})  # main of this clone alone
    assert forge_of(shared.workspace, BRANCH) == shared.forge
    with pytest.raises(ForgeError, match="names no Git host"):
        forge_of(shared.workspace, "only-here")


def test_a_clone_of_one_branch_judges_by_the_main_of_the_remote(shared: Reviewed, tmp_path: Path) -> None:
    head = shared.change()
    shared.approve()
    base = shared.land({LEXICON: shared.repo.read(LEXICON) + "# the end\n"})
    shared.repo.run(
        "clone",
        "--quiet",
        "--single-branch",
        "--branch",
        BRANCH,
        str(shared.shared.root),
        str(tmp_path / "one"),
    )
    one = Reviewed(Scratch(tmp_path / "one"), shared.keys, shared.remote)
    verdict = judge(one.workspace, one.forge, one.pull())
    assert (verdict.passes, verdict.base, verdict.pull.head) == (True, base, head)


def test_a_head_that_brings_its_own_signers_is_judged_by_mains(local: Reviewed) -> None:
    own = local.keys.signers(["mallory", "linus"]).replace("mallory", "ada")
    local.change(files={SIGNERS: own, TENANT: local.repo.read(TENANT) + "# more\n"})
    local.say("request", "linus")
    verdict = judge(local.workspace, local.forge, local.pull())
    assert not verdict.passes
