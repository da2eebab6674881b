"""A branch is merged when its verdict passes, and only as it was judged: main, branch and reviews move together."""

import os
import subprocess
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.core.verdict import Merge, Verdict
from mlplatform.flow.review import merge as merge_module
from mlplatform.flow.review.merge import merge
from mlplatform.flow.review.sign_review import review
from mlplatform.providers.forge.signed.log import REVIEWS
from tests.support.reviewed import BRANCH, LEXICON, SIGNERS, TENANT, Reviewed
from tests.support.scratch import Scratch
from tests.support.tiers import cell

REF = f"{REVIEWS}{BRANCH}/statements"
CODE = """\
import sys
from pathlib import Path
from mlplatform.core.errors import Refusal
from mlplatform.flow.review import merge as module
from mlplatform.flow.workspace import Workspace

def judge(*args, judge=module.judge):
    verdict = judge(*args)
    print("judged", flush=True)
    sys.stdin.readline()
    return verdict

module.judge = judge
try:
    print(module.merge(Workspace.discover(Path(sys.argv[1])), sys.argv[2], Path(sys.argv[3])).commit)
except Refusal as refused:
    print(refused)
"""


@pytest.fixture(params=["local", "shared"])
def platform(request: pytest.FixtureRequest) -> Reviewed:
    made = request.getfixturevalue(request.param)
    assert isinstance(made, Reviewed)
    return made


def merged(platform: Reviewed, branch: str = BRANCH, by: str = "linus") -> Merge:
    return merge(platform.workspace, branch, platform.keys.key(by))


def refs(platform: Reviewed) -> dict[str, str]:
    """The refs by which things are decided, with their commits."""
    lines = platform.shared.run("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads", REVIEWS)
    return dict(line.split(" ") for line in lines.splitlines())


def denials(verdict: Verdict) -> set[str]:
    return {finding.rule for finding in verdict.checked.findings if finding.is_error}


def test_an_approved_branch_is_merged_and_its_merge_is_on_record(platform: Reviewed) -> None:
    head, base = platform.change(), platform.shared.run("rev-parse", "main")
    platform.approve()
    done = merged(platform, by="grace")
    assert done.verdict.passes
    assert done.remote == ("origin" if platform.remote else None)
    assert platform.shared.run("rev-parse", "main", "main^1", "main^2").split() == [done.commit, base, head]
    assert set(refs(platform)) - {"refs/heads/evidence"} == {"refs/heads/main", REF}
    assert platform.repo.status() in ("", "?? .platform/")
    assert done.commit
    change = platform.forge.merged_change(done.commit)
    assert change
    assert (change.name, change.merger) == (BRANCH, "grace")


def test_a_branch_that_is_not_approved_stays_as_it_is(local: Reviewed) -> None:
    local.change()
    local.say("request", "linus")
    local.say("approve", "linus", "margaret")  # the author, and the platform team, which is not asked here
    before = refs(local)
    done = merged(local, by="grace")
    assert (done.commit, denials(done.verdict)) == (None, {"approvals-quorum"})
    assert refs(local) == before


@pytest.mark.exhaustive
def test_a_reviewer_who_requested_changes_stops_it_until_he_approves(local: Reviewed) -> None:
    local.change()
    local.approve()
    local.say("reject", "grace")
    assert denials(merged(local).verdict) == {"approvals-changes-requested"}
    local.say("approve", "grace")
    assert merged(local).commit


def test_who_was_an_owner_on_the_branch_alone_does_not_count(local: Reviewed) -> None:
    tenant = local.repo.read(TENANT)
    local.land(
        {TENANT: tenant.replace("[ada, grace, mary]", "[grace, mary, linus]").replace("[linus]", "[]")}
    )
    local.change(by="margaret", files={TENANT: tenant})
    local.say("request", "margaret")
    local.say("approve", "ada")
    assert denials(merged(local).verdict) == {"approvals-quorum"}


def test_the_file_of_signers_is_the_platform_teams_to_change(local: Reviewed) -> None:
    local.change(by="linus", files={SIGNERS: local.keys.signers(["ada", "linus"])})
    local.approve()
    assert {"approvals-quorum", "ownership-requester"} <= denials(merged(local).verdict)


@pytest.mark.exhaustive
def test_who_merges_what_nobody_asked_for_asks_for_it(local: Reviewed) -> None:
    local.change()
    local.say("approve", "ada", "mary")
    done = merged(local, by="linus")
    assert done.commit
    assert done.verdict.review.requester == "linus"


def test_who_approved_what_nobody_asked_for_does_not_lose_the_approval_by_merging_it(local: Reviewed) -> None:
    local.change()
    local.say("approve", "ada", "mary")
    before = refs(local)
    with pytest.raises(Refusal, match="ada, who has approved it, cannot") as refused:
        merged(local, by="ada")
    assert refused.value.fix == f"its author does: platform review {BRANCH} --request"
    assert refs(local) == before
    local.say("request", "linus")
    assert merged(local, by="ada").commit


def test_somebody_whose_key_is_not_listed_merges_nothing(local: Reviewed) -> None:
    local.change()
    local.approve()
    before = refs(local)
    with pytest.raises(Refusal, match="mallory is nobody's key"):
        merged(local, by="mallory")
    assert refs(local) == before


@pytest.mark.exhaustive
def test_main_may_have_moved_elsewhere_since_the_review(shared: Reviewed) -> None:
    shared.change()
    shared.approve()
    base = shared.land({LEXICON: shared.repo.read(LEXICON) + "# the end\n"})
    assert merged(shared).commit
    assert shared.shared.run("rev-parse", "main^1") == base
    assert shared.shared.at("main", LEXICON).endswith("# the end\n")


def test_a_document_of_which_main_changed_another_key_is_merged_with_both(local: Reviewed) -> None:
    local.change()
    local.approve()
    local.land({TENANT: local.repo.read(TENANT).replace("monthlyUSD: 2000", "monthlyUSD: 2100")})
    assert merged(local).commit
    assert "monthlyUSD: 2100" in local.repo.at("main", TENANT)


def test_a_key_that_main_has_changed_too_is_reviewed_again(local: Reviewed) -> None:
    tenant = local.repo.read(TENANT)
    local.change(files={TENANT: tenant.replace("development: {gpu: 0,", "development: {gpu: 1,")})
    local.approve()
    local.land({TENANT: tenant.replace("production: {gpu: 2,", "production: {gpu: 3,")})
    before = refs(local)
    with pytest.raises(Refusal, match="nobody has reviewed what becomes of it"):
        merged(local)
    assert refs(local) == before


def another_head(platform: Reviewed) -> None:
    platform.change(message="slipped in")


def a_rejection(platform: Reviewed) -> None:
    platform.say("reject", "grace")


def another_main(platform: Reviewed) -> None:
    platform.land({LEXICON: platform.repo.read(LEXICON) + "# the end\n"})


def no_branch(platform: Reviewed) -> None:
    platform.shared.run("update-ref", "-d", f"refs/heads/{BRANCH}")


def fewer_reviews(platform: Reviewed) -> None:
    platform.shared.run("update-ref", REF, f"{REF}~1")


MEANWHILE = [another_head, a_rejection, another_main, no_branch, fewer_reviews]


@pytest.mark.parametrize(
    ("platform", "meanwhile"),
    [
        cell(clone, event, quick=clone == "shared" and event is a_rejection)
        for clone, event in product(("local", "shared"), MEANWHILE)
    ],
    indirect=["platform"],
)
def test_what_comes_between_verdict_and_merge_stops_the_merge(
    platform: Reviewed, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[Reviewed], None]
) -> None:
    platform.change()
    platform.approve()
    between: dict[str, str] = {}

    def judge(*args: Any, judge: Callable[..., Verdict] = merge_module.judge) -> Verdict:
        verdict = judge(*args)
        assert verdict.passes
        meanwhile(platform)
        between.update(refs(platform))
        return verdict

    monkeypatch.setattr(merge_module, "judge", judge)
    with pytest.raises(Refusal, match=r"changed by somebody else|moved meanwhile"):
        merged(platform)
    assert refs(platform) == between


def start(platform: Reviewed, branch: str) -> "subprocess.Popen[str]":
    """Start to merge a branch in a process that waits for a line once it has judged it."""
    command = [sys.executable, "-c", CODE, str(platform.repo.root), branch, str(platform.keys.key("linus"))]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
    assert process.stdout
    assert process.stdout.readline() == "judged\n"
    return process


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("platform", "other"),
    [
        cell(clone, other, quick=clone == "shared" and other == BRANCH)
        for clone, other in product(("local", "shared"), (BRANCH, "other"))
    ],
    indirect=["platform"],
)
def test_of_two_merges_at_once_one_is_made_and_the_other_is_judged_anew(
    platform: Reviewed, other: str
) -> None:
    platform.change()
    platform.approve()
    if other != BRANCH:
        platform.change(other, {LEXICON: platform.repo.read(LEXICON) + "# the end\n"})
        platform.approve(other)
    processes = [start(platform, branch) for branch in (BRANCH, other)]
    for process in processes:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    answers = [process.communicate()[0].strip() for process in processes]
    main = platform.shared.run("rev-parse", "main")
    (refusal,) = [answer for answer in answers if answer != main]  # here it may also meet the other's locks
    assert "meanwhile" in refusal or platform.remote is None
    assert " " in refusal
    assert platform.shared.run("rev-list", "--count", "--first-parent", "main") == "2"
    if other != BRANCH:
        (left,) = refs(platform).keys() & {f"refs/heads/{BRANCH}", f"refs/heads/{other}"}
        assert merged(platform, left.removeprefix("refs/heads/")).commit
        assert platform.shared.run("rev-list", "--count", "--first-parent", "main") == "3"


@pytest.mark.exhaustive
def test_a_branch_may_have_any_name_that_git_takes(shared: Reviewed) -> None:
    name = "it's-$(touch${IFS}pwned)`touch`;&\"|ä"
    shared.change(name)
    shared.approve(name)
    done = merged(shared, name)
    assert done.commit
    assert shared.shared.run("log", "-1", "--format=%s", "main") == f"Merge branch '{name}'"
    assert shared.repo.status() == ""
    change = shared.forge.merged_change(done.commit)
    assert change
    assert change.name == name


@pytest.mark.exhaustive
def test_neither_a_title_nor_a_branch_of_somebody_else_has_to_be_utf_8(shared: Reviewed) -> None:
    latin = os.fsdecode(b"caf\xe9")
    shared.change(files={LEXICON: shared.repo.read(LEXICON) + "# the end\n"}, message=latin)
    for ref in (f"refs/heads/{latin}", f"{REVIEWS}{latin}/statements"):
        shared.repo.git.run("push", "--quiet", "origin", f"refs/heads/{BRANCH}:{ref}")
    with pytest.raises(Refusal, match="this cannot be signed: branch"):
        shared.say("request", "linus", branch=latin)
    shared.approve()
    done = merged(shared)
    assert done.commit
    assert shared.shared.run("log", "-1", "--format=%b", "main") == "caf\xe9\n"
    assert shared.forge.pull_requests(done.verdict.pull.head) == ()


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", ["no branch", "no\nbranch", "--force", "refs/heads/describe", "main"])
def test_what_is_no_branch_to_merge_is_refused(local: Reviewed, name: str) -> None:
    local.change()
    before = refs(local)
    with pytest.raises(
        Refusal, match=r"cannot be the name of a branch|there is no branch|contains main already"
    ):
        merged(local, name)
    assert refs(local) == before


def test_a_remote_that_cannot_be_reached_stops_the_merge(shared: Reviewed) -> None:
    shared.change()
    shared.approve()
    before = shared.repo.run("rev-parse", "main")
    shared.shared.root.rename(shared.shared.root.with_name("gone"))
    with pytest.raises(Refusal, match="the remote origin cannot be reached"):
        merged(shared)
    assert shared.repo.run("rev-parse", "main") == before


def test_a_branch_that_is_checked_out_is_not_taken_from_under_its_working_tree(
    local: Reviewed, tmp_path: Path
) -> None:
    local.change()
    local.approve()
    before = refs(local)
    local.repo.run("switch", "--quiet", BRANCH)
    with pytest.raises(Refusal, match=f"{BRANCH} is checked out in {local.repo.root}"):
        merged(local)
    local.repo.run("switch", "--quiet", "main")
    local.repo.run("worktree", "add", "--quiet", str(tmp_path / "tree"), BRANCH)
    with pytest.raises(Refusal, match=f"{BRANCH} is checked out in {tmp_path / 'tree'}"):
        merged(local)
    assert refs(local) == before


@pytest.mark.exhaustive
def test_a_branch_of_the_remote_is_merged_there_from_any_working_tree(
    shared: Reviewed, tmp_path: Path
) -> None:
    shared.change()
    shared.approve()
    shared.repo.run("worktree", "add", "--quiet", str(tmp_path / "tree"), BRANCH)
    before = shared.repo.branches()
    tree = Reviewed(Scratch(tmp_path / "tree"), shared.keys, shared.remote)
    assert merged(tree).remote == "origin"
    assert shared.repo.branches() == before


@pytest.mark.exhaustive
def test_what_is_left_of_a_branch_that_the_remote_has_merged_is_not_merged_again(shared: Reviewed) -> None:
    shared.change()
    shared.approve()
    assert merged(shared).commit
    before = shared.repo.everything()
    with pytest.raises(Refusal, match=f"main contains {BRANCH} already"):
        merged(shared)
    assert shared.repo.everything() == before


def test_a_head_that_was_not_pushed_or_not_fetched_is_not_taken_for_the_one_of_the_remote(
    shared: Reviewed,
) -> None:
    pushed = shared.change()
    shared.approve()
    before = refs(shared)
    shared.repo.run("branch", "--quiet", "--force", BRANCH, "main")
    key = shared.keys.key("grace")
    for act in (lambda: merged(shared), lambda: review(shared.workspace, BRANCH, "approve", "", key)):
        with pytest.raises(Refusal, match=f"{BRANCH} is .* here, and {pushed[:12]} on origin"):
            act()
    assert refs(shared) == before
    shared.repo.run("branch", "--quiet", "-D", BRANCH)
    statement = review(shared.workspace, BRANCH, "approve", "", key).statement
    assert (statement.person, statement.head) == ("grace", pushed)
    assert merged(shared).commit


@pytest.mark.exhaustive
def test_work_that_a_merge_would_overwrite_is_kept(local: Reviewed) -> None:
    local.change()
    local.approve()
    local.repo.write(TENANT, "edited\n")
    before = refs(local)
    with pytest.raises(Refusal, match="has changes that are not committed"):
        merged(local)
    assert (refs(local), local.repo.read(TENANT)) == (before, "edited\n")


def test_a_change_after_which_nobody_could_review_another_one_is_not_merged(local: Reviewed) -> None:
    for files in ({SIGNERS: "ada ssh-ed25519 broken\n"}, {"platform.yaml": with_signers(local, "elsewhere")}):
        branch = f"break-{len(local.repo.branches())}"
        local.change(branch, files, by="margaret")
        local.say("request", "margaret", branch=branch)
        local.say("approve", "dennis", branch=branch)
        with pytest.raises(Refusal, match=r"no signer|nobody's key is known"):
            merged(local, branch, by="margaret")


def with_signers(platform: Reviewed, path: str) -> str:
    return platform.repo.read("platform.yaml").replace(
        "{provider: signed}", f"{{provider: signed, signers: {path}}}"
    )


def test_the_signers_are_those_of_the_file_that_main_names(local: Reviewed) -> None:
    path = "policies/keys/reviewers"
    local.land({path: local.keys.signers(["ada", "linus"]), "platform.yaml": with_signers(local, path)})
    assert (local.repo.root / SIGNERS).exists()
    local.change()
    forge = merge_module.signed_forge(local.workspace, BRANCH)
    for person in ("linus", "ada"):
        forge.say(forge.pull_request(BRANCH), "request", "", local.keys.key(person))
    with pytest.raises(Refusal, match="mary is nobody's key"):
        forge.say(forge.pull_request(BRANCH), "approve", "", local.keys.key("mary"))


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("settings", "message"),
    [("{provider: gitlab}", "`gitHost` is not valid"), ("", "platform.yaml names no Git host")],
)
def test_without_a_git_host_there_is_nobody_who_could_review(
    local: Reviewed, settings: str, message: str
) -> None:
    local.change()
    text = local.repo.read("platform.yaml").replace("gitHost: {provider: signed}", f"gitHost: {settings}")
    local.land({"platform.yaml": text})
    with pytest.raises(Refusal, match=message):
        merged(local)
