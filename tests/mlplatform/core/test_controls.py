"""What platform.yaml declares of what protects main."""

from typing import Any

import pytest
from pydantic import ValidationError

from mlplatform.core.controls import (
    LEDGER_RULESET,
    MAIN_RULESET,
    WRITER_RULESET,
    Controls,
    declare_github_controls,
)
from mlplatform.core.kinds.git_host import GITHUB_ACTIONS, GitHubSettings

VERDICT_APP = 4242


def declared(environments: tuple[str, ...] = (), app: int = 77, **protection: Any) -> Controls:
    settings = {
        "provider": "github",
        "repository": "acme/ml",
        "verdictApp": VERDICT_APP,
        "ledgerApp": app,
        "protection": protection,
    }
    return declare_github_controls(GitHubSettings.model_validate(settings), environments)


def of_pull_requests(**protection: Any) -> dict[str, Any]:
    return dict(declared(**protection).rulesets[MAIN_RULESET].rules["pull_request"])


def required(**protection: Any) -> list[tuple[str, int]]:
    rule = declared(**protection).rulesets[MAIN_RULESET].rules["required_status_checks"]
    return [(each["context"], each["integration_id"]) for each in rule["required_status_checks"]]


def test_without_a_word_main_is_protected_strongly_and_nobody_is_exempt() -> None:
    main = declared().rulesets[MAIN_RULESET]
    assert (main.branches, main.excluded, main.enforcement, main.bypass) == (
        ("~DEFAULT_BRANCH",),
        (),
        "active",
        (),
    )
    assert set(main.rules) == {"deletion", "non_fast_forward", "pull_request", "required_status_checks"}
    assert of_pull_requests() == {
        "required_approving_review_count": 1,
        "require_code_owner_review": True,
        "require_last_push_approval": True,
        "dismiss_stale_reviews_on_push": True,
        "required_review_thread_resolution": False,
        "allowed_merge_methods": ["merge"],
    }
    assert required() == [("required", GITHUB_ACTIONS), ("platform/verdict", VERDICT_APP)]


def test_the_ledger_is_rewritten_by_nobody_and_written_by_one_app() -> None:
    rulesets = declared().rulesets
    assert rulesets[LEDGER_RULESET].branches == rulesets[WRITER_RULESET].branches == ("refs/heads/evidence",)
    assert (set(rulesets[LEDGER_RULESET].rules), rulesets[LEDGER_RULESET].bypass) == (
        {"deletion", "non_fast_forward"},
        (),
    )
    assert set(rulesets[WRITER_RULESET].rules) == {"creation", "update"}


def test_the_writer_of_the_ledger_is_the_ledger_app() -> None:
    writer = {"actor_type": "Integration", "actor_id": 8, "bypass_mode": "always"}
    assert declared(app=8).rulesets[WRITER_RULESET].bypass == (writer,)


def test_github_actions_which_run_any_branch_may_not_write_the_ledger() -> None:
    with pytest.raises(ValidationError, match="name an App of your own"):
        declared(app=GITHUB_ACTIONS)


@pytest.mark.parametrize(
    ("key", "parameter", "value"),
    [
        ("approvals", "required_approving_review_count", 3),
        ("codeOwners", "require_code_owner_review", False),
        ("lastPushApproval", "require_last_push_approval", False),
        ("dismissStale", "dismiss_stale_reviews_on_push", False),
    ],
)
def test_a_key_of_protection_is_a_parameter_of_the_rule_for_pull_requests(
    key: str, parameter: str, value: object
) -> None:
    assert {**of_pull_requests(), parameter: value} == of_pull_requests(**{key: value})


def test_the_statuses_are_those_of_github_actions_and_the_verdict_always_is_its_app_s() -> None:
    assert required(statuses=["required", "licences", "required", "platform/verdict"]) == [
        ("required", GITHUB_ACTIONS),
        ("licences", GITHUB_ACTIONS),
        ("platform/verdict", VERDICT_APP),
    ]
    assert required(statuses=[]) == [("platform/verdict", VERDICT_APP)]


def test_the_merge_methods_are_those_of_main_and_of_the_repository() -> None:
    controls = declared(mergeMethods=["squash", "merge"])
    assert of_pull_requests(mergeMethods=["squash", "merge"])["allowed_merge_methods"] == ["merge", "squash"]
    assert controls.settings["repository"] == {
        "default_branch": "main",
        "allow_merge_commit": True,
        "allow_squash_merge": True,
        "allow_rebase_merge": False,
    }


def test_every_environment_takes_deployments_of_main_alone() -> None:
    assert declared(("development", "production")).environments == dict.fromkeys(
        ("verdict", "record", "controls", "development", "production"), ("main",)
    )


@pytest.mark.parametrize(
    "protection",
    [
        {"approvals": 7},
        {"approvals": -1},
        {"mergeMethods": []},
        {"mergeMethods": ["rebase"]},
        {"bypass": ["ada"]},
    ],
)
def test_what_github_cannot_be_told_is_not_valid(protection: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        declared(**protection)


def test_the_digest_is_of_all_that_is_declared_and_of_nothing_else() -> None:
    assert declared().digest() == declared().digest()
    others = [declared(("production",)), declared(approvals=2), declared(app=7), declared(statuses=[])]
    assert len({declared().digest(), *(each.digest() for each in others)}) == 5
