"""Whose approval of a branch counts, and of a commit of main, whatever somebody does to the statements about it."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.providers.forge.interface import ForgeError
from mlplatform.providers.forge.signed.log import REVIEWS, SignedText
from mlplatform.providers.forge.signed.signers import NAMESPACE
from mlplatform.providers.forge.signed.statement import ReviewStatement
from mlplatform.providers.signing.ssh import sign
from tests.support.reviewed import BRANCH, LEXICON, SIGNERS, TENANT, Reviewed
from tests.support.reviewers import approvers

REF = f"{REVIEWS}{BRANCH}/statements"


def signed(platform: Reviewed, person: str, key: str = "", **differing: str) -> SignedText:
    """What somebody's key says, whatever that is; without more, an approval by its owner."""
    pull = platform.pull()
    tree = platform.repo.run("rev-parse", f"{pull.head}^{{tree}}")
    statement = ReviewStatement(
        action="approve", person=person, branch=BRANCH, head=pull.head, tree=tree, at="now"
    )
    data = json.dumps({**statement.model_dump(by_alias=True), **differing}).encode()
    return SignedText(data, sign(data, platform.keys.key(key or person), NAMESPACE))


@pytest.fixture(params=["local", "shared"])
def platform(request: pytest.FixtureRequest) -> Reviewed:
    made = request.getfixturevalue(request.param)
    assert isinstance(made, Reviewed)
    return made


@pytest.fixture
def asked(local: Reviewed) -> Reviewed:
    """With a branch by linus that he has asked to be merged."""
    local.change()
    local.say("request", "linus")
    return local


def test_who_approved_the_present_head_is_who_counts(platform: Reviewed) -> None:
    head = platform.change(by="linus")
    with pytest.raises(ForgeError, match="nobody has asked") as refused:
        platform.approvers()
    assert refused.value.fix == f"its author does: platform review {BRANCH} --request"
    platform.say("request", "linus")
    assert platform.approvers() == ()
    platform.say("approve", "mary", "ada")
    assert platform.approvers() == ("ada", "mary")
    review = platform.forge.review(platform.pull())
    assert (review.requester, review.contributors, review.pushers, review.head) == (
        "linus",
        *[["linus"]] * 2,
        head,
    )


@pytest.mark.exhaustive
def test_the_last_word_of_each_counts_and_a_comment_is_none(asked: Reviewed) -> None:
    asked.say("approve", "ada", "mary", "grace")
    asked.say("reject", "ada")
    asked.say("comment", "mary")
    assert asked.approvers() == ("grace", "mary")
    asked.say("approve", "ada")
    assert asked.approvers() == ("ada", "grace", "mary")


def test_an_approval_is_for_the_head_that_was_there(local: Reviewed) -> None:
    local.change()
    local.approve()
    local.change(message="more")
    local.say("request", "linus")
    assert local.approvers() == ()


@pytest.mark.exhaustive
def test_after_a_force_push_nothing_is_approved_and_it_is_again_when_the_reviewed_head_is_back(
    platform: Reviewed,
) -> None:
    head = platform.change()
    platform.approve()
    platform.repo.run("branch", "--quiet", "--force", BRANCH, "main")
    amended = platform.change(message="amended")
    assert amended != head
    platform.say("request", "linus")
    assert platform.approvers() == ()
    platform.repo.run("branch", "--quiet", "--force", BRANCH, head)
    platform.push(BRANCH)
    assert platform.approvers() == ("ada", "mary")


def test_who_wrote_or_requested_the_change_does_not_approve_it(local: Reviewed) -> None:
    local.change(by="ada")
    local.change(by="linus", message="more\n\nCo-authored-by: Mary <MARY@example.com>")
    local.say("request", "grace")
    local.say("approve", "ada", "mary", "grace", "margaret")
    assert local.approvers() == ("margaret",)


@pytest.mark.exhaustive
def test_who_requested_an_earlier_head_does_not_approve_a_later_one(local: Reviewed) -> None:
    local.change()
    local.say("request", "ada")
    local.change(message="more")
    local.say("request", "linus")
    local.say("approve", "ada", "mary")
    assert local.approvers() == ("mary",)


def test_who_requested_an_earlier_change_of_the_same_name_may_approve_the_next(local: Reviewed) -> None:
    local.change()
    local.say("request", "ada")
    local.merge_by_hand()
    local.repo.run("branch", "--quiet", "-D", BRANCH)
    local.change(message="once more")
    local.say("request", "linus")
    local.say("approve", "ada")
    assert local.approvers() == ("ada",)


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "attack",
    [
        pytest.param(lambda it: signed(it, "mallory"), id="by somebody who is not listed"),
        pytest.param(lambda it: signed(it, "ada", key="grace"), id="in another's name"),
        pytest.param(lambda it: signed(it, "ada", branch="another"), id="about another branch"),
        pytest.param(lambda it: signed(it, "ada", head=it.repo.head()), id="about another head"),
        pytest.param(lambda it: signed(it, "ada", tree="0" * 40), id="about another tree"),
        pytest.param(lambda it: signed(it, "ada", action="merge"), id="about something else"),
        pytest.param(lambda it: signed(it, "ada", schema="review/v2"), id="of another schema"),
        pytest.param(lambda it: signed(it, "ada", more="1"), id="with a key more"),
        pytest.param(
            lambda it: replace(signed(it, "ada", action="reject"), data=signed(it, "ada").data),
            id="edited after it was signed",
        ),
        pytest.param(
            lambda it: SignedText(b"approve", sign(b"approve", it.keys.key("ada"), NAMESPACE)), id="no JSON"
        ),
    ],
)
def test_what_is_no_approval_of_this_head_by_whom_it_names_counts_for_nothing(
    asked: Reviewed, attack: Callable[[Reviewed], SignedText]
) -> None:
    asked.log().append(attack(asked))
    assert asked.approvers() == ()
    asked.log().append(signed(asked, "ada"))
    assert asked.approvers() == ("ada",), "the forgery is right but for one thing"


def test_a_signature_that_was_made_for_a_git_commit_is_no_approval(asked: Reviewed, tmp_path: Path) -> None:
    data = signed(asked, "ada").data
    (tmp_path / "data").write_bytes(data)
    command = ["ssh-keygen", "-Y", "sign", "-q", "-f", str(asked.keys.key("ada")), "-n", "git"]
    subprocess.run([*command, str(tmp_path / "data")], check=True)
    asked.log().append(SignedText(data, (tmp_path / "data.sig").read_bytes()))
    assert asked.approvers() == ()


@pytest.mark.exhaustive
def test_statements_about_another_branch_are_not_about_this_one(local: Reviewed) -> None:
    head = local.change("other")
    local.approve("other")
    local.repo.run("branch", BRANCH, head)
    local.push(BRANCH)
    local.say("request", "linus")
    for text in local.statements("other"):
        local.log().append(text)
    assert (local.approvers("other"), local.approvers()) == (("ada", "mary"), ())


def test_an_approval_that_was_withdrawn_is_not_revived_by_adding_it_again(asked: Reviewed) -> None:
    asked.say("approve", "ada")
    approval = asked.statements()[-1]
    asked.say("reject", "ada")
    asked.log().append(approval)
    assert asked.approvers() == ()
    asked.say("approve", "ada")
    assert asked.approvers() == ("ada",)


@pytest.mark.exhaustive
def test_only_keys_that_main_lists_count(asked: Reviewed) -> None:
    asked.say("approve", "ada", "mary")
    asked.land({SIGNERS: asked.keys.signers(["grace", "mary", "linus"])})
    assert asked.approvers() == ("mary",)
    with pytest.raises(Refusal, match="ada is nobody's key"):
        asked.say("approve", "ada")


def test_a_branch_that_lists_a_key_itself_does_not_make_it_count(local: Reviewed) -> None:
    local.land({SIGNERS: local.keys.signers(["grace", "mary", "linus"])})
    local.change(files={SIGNERS: local.keys.signers()})
    local.say("request", "linus")
    local.log().append(signed(local, "ada"))
    local.say("approve", "mary")
    assert local.approvers() == ("mary",)


@pytest.mark.exhaustive
def test_a_key_does_not_count_any_more_once_it_has_expired(asked: Reviewed) -> None:
    asked.say("approve", "ada", "mary")
    expired = f'ada,ada@example.com valid-before="20260101" {asked.keys.public("ada")}\n'
    asked.land({SIGNERS: expired + asked.keys.signers(["mary", "linus"])})
    assert asked.approvers() == ("mary",)


@pytest.mark.parametrize("back_to", [None, 1])
def test_without_the_statements_there_is_no_approval(platform: Reviewed, back_to: int | None) -> None:
    platform.change()
    platform.approve()
    request = platform.shared.run("rev-list", "--reverse", REF).split()[0]
    platform.shared.run("update-ref", *(["-d", REF] if back_to is None else [REF, request]))
    if back_to:
        assert platform.approvers() == ()
    else:
        with pytest.raises(ForgeError, match="nobody has asked"):
            platform.approvers()


@pytest.mark.exhaustive
def test_the_two_halves_of_two_keys_are_not_taken_for_one(asked: Reviewed) -> None:
    key = asked.keys.key("grace")
    key.with_name("grace.pub").write_text(asked.keys.key("ada").with_name("ada.pub").read_text())
    with pytest.raises(Refusal, match=r"are not of one key|doesn't match private"):
        asked.forge.say(asked.pull(), "approve", "", key)
    assert len(asked.statements()) == 1


def test_a_branch_that_is_nowhere_or_merged_already_is_refused(local: Reviewed) -> None:
    with pytest.raises(ForgeError, match="there is no branch"):
        local.pull()
    local.change()
    local.merge_by_hand()
    with pytest.raises(ForgeError, match=f"main contains {BRANCH} already"):
        local.pull()


@pytest.mark.exhaustive
def test_a_branch_of_this_clone_alone_is_reviewed_here_also_where_there_is_a_remote(shared: Reviewed) -> None:
    shared.change()
    shared.remote and shared.remote.run("update-ref", "-d", f"refs/heads/{BRANCH}")
    shared.approve()
    assert shared.approvers() == ("ada", "mary")
    assert shared.repo.run("for-each-ref", "--format=%(refname)", REVIEWS) == REF
    assert shared.shared.run("for-each-ref", REVIEWS) == ""


def test_a_remote_that_cannot_be_reached_is_a_refusal(shared: Reviewed) -> None:
    shared.change()
    shared.approve()
    pull, merged = shared.pull(), shared.merge_by_hand()
    shared.shared.root.rename(shared.shared.root.with_name("gone"))
    for ask in (lambda: shared.forge.review(pull), shared.pull, lambda: shared.forge.merged_change(merged)):
        with pytest.raises(Refusal, match=r"the remote origin cannot be reached|cannot be read"):
            ask()


@pytest.mark.exhaustive
def test_a_head_that_has_moved_meanwhile_is_refused(local: Reviewed) -> None:
    local.change()
    local.approve()
    pull = local.pull()
    local.change(message="more")
    with pytest.raises(ForgeError, match="has moved meanwhile"):
        local.forge.review(pull)


def test_pull_requests_are_found_by_their_head(local: Reviewed) -> None:
    head, other = local.change(), local.change("other", message="another")
    for branch in (BRANCH, "other"):
        local.say("request", "linus", branch=branch)
    assert [pull.branch for pull in local.forge.pull_requests(head)] == [BRANCH]
    assert [pull.branch for pull in local.forge.pull_requests(other)] == ["other"]
    assert local.forge.pull_requests(local.repo.head()) == ()


@pytest.mark.exhaustive
def test_a_merge_is_on_record_with_who_approved_it(local: Reviewed) -> None:
    local.change()
    local.approve()
    for message in (None, "nothing in particular"):
        commit = local.merge_by_hand(message=message)
        change = local.forge.merged_change(commit)
        assert change
        assert (change.name, change.commit, change.merger) == (BRANCH, commit, "ada")
        assert approvers(change.review) == ("ada", "mary")
        local.repo.run("reset", "--quiet", "--hard", "main^1")


def test_what_came_to_main_without_a_merge_or_a_request_has_no_review(local: Reviewed) -> None:
    assert local.forge.merged_change(local.land({TENANT: local.repo.read(TENANT) + "\n"})) is None
    local.change()
    assert local.forge.merged_change(local.merge_by_hand()) is None


@pytest.mark.exhaustive
def test_a_merge_of_something_else_than_was_reviewed_is_not_taken_for_it(local: Reviewed) -> None:
    head = local.change()
    local.approve()
    local.repo.run("merge", "--quiet", "--no-ff", "--no-commit", head)
    evil = local.repo.commit({"policies/evil.txt": "1\n"})
    with pytest.raises(ForgeError, match="contains something else") as refused:
        local.forge.merged_change(evil)
    assert refused.value.fix


def test_a_merge_in_which_both_sides_changed_a_file_is_not_taken_for_what_was_reviewed(
    local: Reviewed,
) -> None:
    tenant = local.repo.read(TENANT)
    local.change(files={TENANT: tenant.replace("development: {gpu: 0,", "development: {gpu: 1,")})
    local.approve()
    local.land({TENANT: tenant.replace("production: {gpu: 2,", "production: {gpu: 3,")})
    with pytest.raises(Refusal, match="both changed this file"):
        local.forge.merged_change(local.merge_by_hand())


@pytest.mark.exhaustive
def test_a_merge_keeps_its_approvals_when_main_had_moved_elsewhere(local: Reviewed) -> None:
    local.change()
    local.approve()
    local.land({LEXICON: local.repo.read(LEXICON) + "# the end\n"})
    change = local.forge.merged_change(local.merge_by_hand())
    assert change
    assert approvers(change.review) == ("ada", "mary")


def test_what_was_approved_stays_so_when_a_key_expires_or_is_removed_afterwards(local: Reviewed) -> None:
    tomorrow = datetime.now(UTC).strftime("%Y%m%d") + "235959Z"
    expiring = f'ada,ada@example.com valid-before="{tomorrow}" {local.keys.public("ada")}\n'
    local.land({SIGNERS: expiring + local.keys.signers(["mary", "linus"])})
    local.change()
    local.approve()
    commit = local.merge_by_hand()
    local.land({SIGNERS: local.keys.signers(["mary", "linus"])})
    change = local.forge.merged_change(commit)
    assert change
    assert approvers(change.review) == ("ada", "mary")


@pytest.mark.exhaustive
def test_what_is_said_after_the_merge_is_not_of_its_record(local: Reviewed) -> None:
    local.change()
    local.say("request", "linus")
    local.say("approve", "ada")
    pull, key = local.pull(), local.keys.key("linus")
    commit = local.merge_by_hand()
    text, _ = local.forge.signed(pull, "merge", "", key, commit)
    local.log().append(text)
    local.forge.say(pull, "approve", "", local.keys.key("mary"))
    change = local.forge.merged_change(commit)
    assert change
    assert (change.merger, approvers(change.review)) == ("linus", ("ada",))


def test_there_is_no_page_to_post_on(local: Reviewed) -> None:
    for post in (
        lambda: local.forge.post_status("0" * 40, "success", ""),
        lambda: local.forge.post_comment(BRANCH, "verdict", ""),
        lambda: local.forge.keep_issues("drift", ()),
    ):
        with pytest.raises(ForgeError, match="no page to post on"):
            post()
