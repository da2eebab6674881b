"""A proposal becomes one commit on a branch of its own; a branch that is there is never lost."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.core.pull_request import PullRequest
from mlplatform.propose.branch import commit_proposal, delete_merged_branch, withdraw_proposal
from mlplatform.propose.merge import merge_locally
from mlplatform.propose.promote import promote
from mlplatform.propose.proposal import Proposal
from mlplatform.report.proposed import proposed_text
from tests.support.scratch import MODEL, Scratch

BRANCH = "promote/production/clinic.tumour-1.1.0"
PRODUCTION = "environments/production/clinic/tumour.yaml"


def promotion(repo: Scratch) -> Proposal:
    return promote(repo.git, repo.git.resolve("main"), environment="production", model=MODEL)


def test_a_proposal_is_one_commit_on_its_base(repo: Scratch) -> None:
    proposal = promotion(repo)
    proposed = commit_proposal(repo.git, proposal)
    assert (proposed.branch, proposed.reused) == (BRANCH, False)
    assert repo.run("rev-list", f"main..{BRANCH}") == proposed.commit
    assert repo.run("log", "-1", "--format=%B", BRANCH) + "\n" == proposal.message + "\n"
    assert repo.run("diff", "--name-only", "main", BRANCH) == PRODUCTION
    assert repo.status() == ""


def test_the_same_proposal_again_reuses_the_branch_and_writes_no_ref(repo: Scratch) -> None:
    first = commit_proposal(repo.git, promotion(repo))
    before = repo.everything()
    again = commit_proposal(repo.git, promotion(repo))
    assert (again.commit, again.reused) == (first.commit, True)
    assert repo.everything() == before


def test_a_branch_that_is_reused_says_so_when_it_keeps_another_message(repo: Scratch) -> None:
    first = commit_proposal(repo.git, promotion(repo))
    again = commit_proposal(
        repo.git,
        promote(repo.git, repo.git.resolve("main"), environment="production", model=MODEL, reason="b"),
    )
    assert (again.commit, again.reused, again.keeps_message) == (first.commit, True, True)
    assert f"git branch -D {BRANCH}" in proposed_text(again, "t")
    assert "keeps" not in proposed_text(commit_proposal(repo.git, promotion(repo)), "t")


def test_a_proposal_says_which_command_follows_its_merge(repo: Scratch) -> None:
    text = proposed_text(commit_proposal(repo.git, promotion(repo)), "t", "production")
    assert text.endswith("once it is merged: platform apply --env production")


def test_a_proposal_with_a_pull_request_leaves_the_apply_to_the_workflow(repo: Scratch) -> None:
    made = commit_proposal(repo.git, promotion(repo))
    opened = PullRequest("#12", 12, BRANCH, "main", made.commit, "t")
    text = proposed_text(made, "t", "production", opened=opened)
    assert text.endswith("once it is merged: the workflow `reconcile` applies it")


def test_another_proposal_of_the_same_name_is_refused_with_the_branch(repo: Scratch) -> None:
    commit_proposal(repo.git, promotion(repo))
    before = repo.everything()
    with pytest.raises(Refusal, match=BRANCH) as refused:
        commit_proposal(repo.git, replace(promotion(repo), files={PRODUCTION: b"other: content\n"}))
    assert f"git branch -D {BRANCH}" in refused.value.fix
    assert repo.everything() == before


def test_a_proposal_on_an_older_base_is_not_reused(repo: Scratch) -> None:
    commit_proposal(repo.git, promotion(repo))
    repo.commit({"README.md": "more\n"})
    with pytest.raises(Refusal, match="built on an older commit"):
        commit_proposal(repo.git, promotion(repo))


def test_a_branch_that_is_merged_already_may_be_used_again(repo: Scratch) -> None:
    commit_proposal(repo.git, promotion(repo))
    merge_locally(repo.git, BRANCH)
    repo.run("revert", "--mainline=1", "--no-edit", "HEAD")
    proposed = commit_proposal(repo.git, promotion(repo))
    assert repo.branches()[BRANCH] == proposed.commit
    assert not proposed.reused


def test_a_merged_branch_that_is_checked_out_somewhere_stays(repo: Scratch) -> None:
    commit_proposal(repo.git, promotion(repo))
    merge_locally(repo.git, BRANCH)
    repo.run("revert", "--mainline=1", "--no-edit", "HEAD")
    repo.run("worktree", "add", "--quiet", "../review", BRANCH)
    tip = repo.branches()[BRANCH]
    with pytest.raises(Refusal, match=r"checked out in .*review"):
        commit_proposal(repo.git, promotion(repo))
    with pytest.raises(Refusal, match=r"checked out in .*review"):
        delete_merged_branch(repo.git, BRANCH)
    assert repo.branches()[BRANCH] == tip


def test_a_missing_identity_is_refused_before_anything_is_written(repo: Scratch) -> None:
    repo.run("config", "--remove-section", "user")
    before, objects = repo.everything(), repo.objects()
    with pytest.raises(Refusal, match="does not know who you are"):
        commit_proposal(repo.git, promotion(repo))
    assert (repo.everything(), repo.objects()) == (before, objects)


def test_two_who_propose_the_same_at_once_share_one_branch(repo: Scratch) -> None:
    proposal = promotion(repo)
    with ThreadPoolExecutor(4) as pool:
        proposed = list(pool.map(lambda _: commit_proposal(repo.git, proposal), range(4)))
    assert {each.commit for each in proposed} == {repo.branches()[BRANCH]}
    assert [each.reused for each in proposed].count(False) == 1


def test_of_two_who_propose_different_things_under_one_name_one_is_refused(repo: Scratch) -> None:
    proposal = promotion(repo)
    both = [replace(proposal, files={PRODUCTION: content}) for content in (b"one: x\n", b"two: x\n")]

    def attempt(each: Proposal) -> str:
        try:
            return commit_proposal(repo.git, each).commit
        except Refusal as refused:
            return refused.message

    with ThreadPoolExecutor(2) as pool:
        made = sorted(pool.map(attempt, both))
    assert repo.branches()[BRANCH] in made
    assert any(f"the branch {BRANCH} " in said for said in made)


def test_a_merged_branch_is_deleted_and_its_commit_stays_reachable(repo: Scratch) -> None:
    proposed = commit_proposal(repo.git, promotion(repo))
    merge_locally(repo.git, BRANCH)
    delete_merged_branch(repo.git, BRANCH)
    assert list(repo.branches()) == ["main"]
    assert proposed.commit in repo.run("rev-list", "main").splitlines()
    delete_merged_branch(repo.git, BRANCH)


def test_a_branch_that_is_not_merged_is_not_deleted(repo: Scratch) -> None:
    commit_proposal(repo.git, promotion(repo))
    with pytest.raises(Refusal, match=BRANCH):
        delete_merged_branch(repo.git, BRANCH)
    assert BRANCH in repo.branches()


def test_a_withdrawn_proposal_leaves_nothing(repo: Scratch) -> None:
    before = repo.branches()
    withdraw_proposal(repo.git, commit_proposal(repo.git, promotion(repo)))
    assert (repo.branches(), repo.status()) == (before, "")


def test_a_branch_that_was_there_before_is_not_withdrawn(repo: Scratch) -> None:
    commit_proposal(repo.git, promotion(repo))
    withdraw_proposal(repo.git, commit_proposal(repo.git, promotion(repo)))
    assert BRANCH in repo.branches()


def test_a_branch_that_has_more_commits_by_now_is_not_withdrawn(repo: Scratch) -> None:
    proposed = commit_proposal(repo.git, promotion(repo))
    repo.run("branch", "--force", BRANCH, "main")
    with pytest.raises(Refusal, match="changed by somebody else"):
        withdraw_proposal(repo.git, proposed)
    assert BRANCH in repo.branches()
