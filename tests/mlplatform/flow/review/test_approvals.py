"""By whose approval a deployment came to main: by its reviewed merge, or the ledger; else by nobody's."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mlplatform.core.approvals import Approval
from mlplatform.core.errors import Refusal
from mlplatform.core.kinds import Environment
from mlplatform.core.naming import Kind
from mlplatform.core.records.statement import Statement
from mlplatform.flow.check.run_check import load_repository
from mlplatform.flow.ledger_queries import statements
from mlplatform.flow.lineage.lineage import lineage_of
from mlplatform.flow.progress import SILENT
from mlplatform.flow.reconcile.reconcile import reconcile
from mlplatform.flow.review.approvals import ApprovalQuery, approvals_of
from mlplatform.flow.review.merge import merge
from mlplatform.flow.workspace import environment_of
from mlplatform.local.stack import start_all, started_environments, stop_all
from mlplatform.providers.forge.signed import SignedForge
from mlplatform.providers.forge.signed.log import REVIEWS
from tests.support.laboratory import SCALER, SIGNERS, Laboratory, laboratory, run_git
from tests.support.records import apply_record
from tests.support.reviewed import BRANCH, Reviewed
from tests.support.reviewers import Reviewers
from tests.support.stack import needs_serving
from tests.support.values import document, environment

ALPHA = "lab/alpha"
MODEL = "reading/recommender"
PINNED = f"environments/production/{MODEL}.yaml"
REF = f"{REVIEWS}{BRANCH}/statements"
LOCAL = ("local-unreviewed",)


def settings(*, shared: bool, required: int = 2) -> Environment:
    said = environment(3)
    said["approvals"] = {**said["approvals"], "required": required}
    if shared:
        said["registry"] |= {"uri": "https://mlflow.example.com"}
    body = document(Kind.ENVIRONMENT, "production", said).body
    assert isinstance(body, Environment)
    return body


def approval(platform: Reviewed, *ledger: Statement, shared: bool = True, required: int = 2) -> Approval:
    """By whose approval production runs what main declares."""
    query = ApprovalQuery(
        "production",
        settings(shared=shared, required=required),
        platform.shared.run("rev-parse", "main"),
        frozenset({MODEL}),
    )
    return approvals_of(platform.workspace, query, ledger)[MODEL]


def edited(platform: Reviewed) -> dict[str, str]:
    return {PINNED: platform.repo.read(PINNED) + "# edited\n"}


def test_a_reviewed_merge_names_its_approvers_on_whatever_target(shared: Reviewed) -> None:
    shared.change(files=edited(shared))
    shared.approve()
    commit = merge(shared.workspace, BRANCH, shared.keys.key("linus")).commit
    assert commit
    shared.repo.run("pull", "--quiet", "origin", "main")
    shared.land({"policies/later.txt": "another change\n"})
    for is_shared in (True, False):
        assert approval(shared, shared=is_shared) == Approval(commit, ("ada", "mary"), BRANCH)


def test_who_may_not_approve_is_not_named(local: Reviewed) -> None:
    local.change(files=edited(local))
    local.approve()
    local.say("approve", "dennis")
    commit = local.merge_by_hand()
    assert approval(local) == Approval(commit, ("ada", "mary"), BRANCH)


def push_to_main(platform: Reviewed) -> str:
    return platform.land(edited(platform))


def merge_what_nobody_approved(platform: Reviewed) -> str:
    platform.change(files=edited(platform))
    platform.say("request", "linus")
    return platform.merge_by_hand()


def merge_what_its_author_approved(platform: Reviewed) -> str:
    platform.change(files=edited(platform), by="ada")
    platform.say("request", "linus")
    platform.say("approve", "ada")
    return platform.merge_by_hand()


def merge_one_approval_too_few(platform: Reviewed) -> str:
    platform.change(files=edited(platform))
    platform.say("request", "linus")
    platform.say("approve", "ada", "margaret")  # margaret, of the platform team, is no owner
    return platform.merge_by_hand()


def merge_what_an_owner_has_rejected(platform: Reviewed) -> str:
    platform.change(files=edited(platform))
    platform.approve()
    platform.say("reject", "grace")
    return platform.merge_by_hand()


def merge_an_older_approval(platform: Reviewed) -> str:
    platform.change(files=edited(platform))
    platform.approve()
    platform.change(message="slipped in")
    platform.say("request", "linus")
    return platform.merge_by_hand()


def merge_something_else(platform: Reviewed) -> str:
    head = platform.change()
    platform.approve()
    platform.repo.run("merge", "--quiet", "--no-ff", "--no-commit", head)
    return platform.land(edited(platform))


def lose_the_reviews(platform: Reviewed) -> str:
    platform.change(files=edited(platform))
    platform.approve()
    commit = platform.merge_by_hand()
    platform.shared.run("update-ref", "-d", REF)
    return commit


def lose_the_approvals(platform: Reviewed) -> str:
    platform.change(files=edited(platform))
    platform.approve()
    commit = platform.merge_by_hand()
    platform.shared.run("update-ref", REF, platform.shared.run("rev-list", "--reverse", REF).split()[0])
    return commit


def revert_a_merge_and_merge_it_again(platform: Reviewed) -> str:
    platform.change(files=edited(platform))
    platform.approve()
    merged = platform.merge_by_hand()
    platform.repo.run("revert", "--no-edit", "-m", "1", merged)
    platform.repo.run("revert", "--no-edit", "HEAD")
    platform.push("main")
    return platform.repo.head()


@pytest.mark.parametrize(
    ("come_to_main", "why"),
    [
        (push_to_main, "without a reviewed merge"),
        (merge_what_nobody_approved, "2 more approvals by reading's owners are needed"),
        (merge_what_its_author_approved, "2 more approvals by reading's owners are needed"),
        (merge_one_approval_too_few, r"1 more approval by reading's owners is needed \(grace, mary\)"),
        (merge_what_an_owner_has_rejected, "grace requested changes"),
        (merge_an_older_approval, "2 more approvals by reading's owners are needed"),
        (merge_something_else, "contains something else than"),
        (lose_the_reviews, "without a reviewed merge"),
        (lose_the_approvals, "2 more approvals by reading's owners are needed"),
        (revert_a_merge_and_merge_it_again, "without a reviewed merge"),
    ],
)
def test_what_was_not_approved_is_unreviewed_on_a_laptop_and_refused_where_others_are_served(
    local: Reviewed, come_to_main: Callable[[Reviewed], str], why: str
) -> None:
    commit = come_to_main(local)
    assert approval(local, shared=False) == Approval(commit, LOCAL)
    with pytest.raises(
        Refusal, match=f"takes only what was approved; {commit[:12]}, .* is not: .*{why}"
    ) as refused:
        approval(local, shared=True)
    assert (refused.value.where, bool(refused.value.fix)) == (PINNED, True)


def test_where_no_approval_is_asked_for_a_merged_request_is_enough_and_a_push_to_main_is_not(
    local: Reviewed,
) -> None:
    production = "environments/production/environment.yaml"
    local.land({production: local.repo.read(production).replace("required: 2", "required: 0")})
    commit = merge_what_nobody_approved(local)
    assert approval(local, required=0) == Approval(commit, ("none-required",), BRANCH)
    push_to_main(local)
    with pytest.raises(Refusal, match="without a reviewed merge"):
        approval(local, required=0)


@pytest.mark.parametrize("settings", ["", "gitHost: {provider: gitlab}\n"])
def test_without_a_git_host_nothing_is_approved(local: Reviewed, settings: str) -> None:
    local.land(edited(local))
    local.land(
        {"platform.yaml": local.repo.read("platform.yaml").replace("gitHost: {provider: signed}\n", settings)}
    )
    assert approval(local, shared=False).approved_by == LOCAL
    with pytest.raises(Refusal, match=r"names no Git host|`gitHost` is not valid"):
        approval(local, shared=True)


def recorded(commit: str, *people: str, environment: str = "production") -> Statement:
    approvals = {MODEL: Approval(commit, people, BRANCH).as_json()}
    return apply_record(environment, commit=commit, approvals=approvals)


def test_what_is_on_the_ledger_is_not_asked_again(shared: Reviewed) -> None:
    commit = shared.land(edited(shared))
    on_record = recorded(commit, "grace")
    shared.shared.root.rename(shared.shared.root.with_name("gone"))
    query = ApprovalQuery("production", settings(shared=True), commit, frozenset({MODEL}))
    assert approvals_of(shared.workspace, query, [on_record]) == {MODEL: Approval(commit, ("grace",), BRANCH)}
    for of_something_else in (
        recorded(shared.repo.run("rev-parse", "HEAD~1"), "grace"),
        recorded(commit, "grace", environment="integration"),
        recorded(commit, *LOCAL),
    ):
        with pytest.raises(Refusal, match="without a reviewed merge"):
            approvals_of(shared.workspace, query, [of_something_else])


def test_a_remote_that_cannot_be_reached_is_asked_once_for_a_change_of_many_models(
    shared: Reviewed, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = [MODEL, "reading/other"]
    shared.change(
        files={f"environments/production/{name}.yaml": "schema: deployment/v1\n" for name in models}
    )
    shared.approve()
    commit = shared.merge_by_hand()
    shared.shared.root.rename(shared.shared.root.with_name("gone"))
    asked: list[str] = []
    ask = SignedForge.merged_change
    monkeypatch.setattr(SignedForge, "merged_change", lambda forge, of: asked.append(of) or ask(forge, of))
    query = ApprovalQuery("production", settings(shared=False), commit, frozenset(models))
    answers = approvals_of(shared.workspace, query, ())
    assert {model: each.approved_by for model, each in answers.items()} == dict.fromkeys(
        sorted(models), LOCAL
    )
    assert asked == [commit]


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Laboratory]:
    """Two batch models, whose changes are reviewed, and a production of this laptop."""
    needs_serving()
    made = laboratory(tmp_path / "lab", ["1.0.0", "1.1.0"], models=(SCALER, ALPHA))
    batch = {
        f"models/{name}.yaml": {**read(made, f"models/{name}.yaml"), "type": "batch"}
        for name in (SCALER, ALPHA)
    }
    (made.root / SIGNERS).write_text(Reviewers(tmp_path / "keys").signers())
    made.commit(batch, "batch models, and whose keys count")
    start_all(made.place.target, ["production"])
    yield made
    stop_all(made.place.target, started_environments(made.place.target))


def read(lab: Laboratory, path: str) -> dict[str, object]:
    document = json.loads((lab.root / path).read_text())
    assert isinstance(document, dict)
    return document


def pin_reviewed(lab: Laboratory, model: str, version: str, *approvers: str) -> None:
    """Pin a version on a branch that is approved, and merge that."""
    branch, keys = f"pin/{model}-{version}", Reviewers(lab.root.parent / "keys")
    run_git(lab.root, "switch", "-q", "-c", branch)
    lab.pin("production", version, model)
    run_git(lab.root, "switch", "-q", "main")
    forge = SignedForge(lab.place.git, SIGNERS)
    for person, action in (("ada", "request"), *((name, "approve") for name in approvers)):
        forge.say(forge.pull_request(branch), action, "", keys.key(person))
    run_git(lab.root, "merge", "-q", "--no-ff", "-m", f"Merge branch '{branch}'", branch)


@pytest.mark.servers
def test_record_tags_and_lineage_name_the_approvers_of_each_models_change(lab: Laboratory) -> None:
    repository = load_repository(lab.place.git, "HEAD")
    pin_reviewed(lab, SCALER, "1.0.0", "mary", "grace")
    pin_reviewed(lab, ALPHA, "1.0.0", "mary")
    apply(lab)
    expected = {SCALER: ("grace", "mary"), ALPHA: ("mary",)}
    assert approvers(lab, "1.0.0") == expected
    (record,) = records(lab, environment_of(repository, "production"))
    assert record["approvedBy"] == ["grace", "mary"]
    assert {model: tuple(said["approvedBy"]) for model, said in record["approvals"].items()} == expected
    pin_reviewed(lab, ALPHA, "1.1.0", "grace")
    lab.pin("production", "1.1.0")  # with no review
    apply(lab)
    assert approvers(lab, "1.1.0") == {SCALER: LOCAL, ALPHA: ("grace",)}


def apply(lab: Laboratory) -> None:
    assert reconcile(lab.place, load_repository(lab.place.git, "HEAD"), "production", SILENT).is_done


def approvers(lab: Laboratory, version: str) -> dict[str, tuple[str, ...]]:
    """Return whom the lineage and the tags of each model's version name, once it is sure that they name the same."""
    by_model = {}
    for model in (SCALER, ALPHA):
        registered = lab.registry("production").find(model, version)
        assert registered
        by_model[model] = registered.approved_by
        assert lineage_of(lab.place, "HEAD", "production", model).approved_by == registered.approved_by
    return by_model


def records(lab: Laboratory, of: Environment) -> list[dict[str, object]]:
    found = [statement.as_json()["predicate"] for statement in statements(lab.place, of)]
    return [predicate for predicate in found if "outcomes" in predicate and predicate.get("approvals")]
