"""What protects a repository on GitHub: read, compared and written."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from mlplatform.core.control_differences import ControlDifference, control_differences
from mlplatform.core.controls import (
    LEDGER_RULESET,
    MAIN_RULESET,
    WRITER_RULESET,
    Controls,
    declare_github_controls,
)
from mlplatform.core.kinds.git_host import GitHubSettings, Protection
from mlplatform.providers.forge.github.github_controls import connect_controls
from mlplatform.providers.forge.interface import ControlsHost, ForgeError
from mlplatform.report.controls_comparison import difference_text
from tests.support.github import LOST
from tests.support.github_controls import ACTIONS, RepositoryControls

from .conftest import GENEROUS, LEDGER_APP, VERDICT_APP, World

Change = Callable[[RepositoryControls], object]


def settings(world: World, *, app: int = LEDGER_APP, **protection: Any) -> GitHubSettings:
    return GitHubSettings(
        provider="github",
        repository=world.state.repository,
        api=world.server.url,
        verdictApp=VERDICT_APP,
        ledgerApp=app,
        protection=Protection(**protection),
    )


def declared(world: World, *, app: int = LEDGER_APP, **protection: Any) -> Controls:
    return declare_github_controls(settings(world, app=app, **protection), ["production"])


def host(world: World) -> ControlsHost:
    return connect_controls(settings(world), seconds=GENEROUS, pause=0.01)


def differences(world: World, **protection: Any) -> tuple[ControlDifference, ...]:
    controls = declared(world, **protection)
    return control_differences(controls, host(world).in_force(controls))


def set_up(world: World, *, app: int = LEDGER_APP, **protection: Any) -> None:
    controls, connected = declared(world, app=app, **protection), host(world)
    in_force = connected.in_force(controls)
    for control in dict.fromkeys(each.control for each in control_differences(controls, in_force)):
        connected.put(control, controls, in_force)


_set_up: list[RepositoryControls] = []


@pytest.fixture
def protected(world: World) -> World:
    """A stand-in whose controls were set up, for the first test by what is tested here."""
    if not _set_up:
        set_up(world)
        _set_up.append(deepcopy(world.state.controls))
    world.state.controls = deepcopy(_set_up[0])
    return world


def texts(world: World) -> list[str]:
    return [difference_text(difference) for difference in differences(world)]


def rule(controls: RepositoryControls, type_: str, ruleset: str = MAIN_RULESET) -> dict[str, Any]:
    (found,) = [each for each in controls.named(ruleset)["rules"] if each["type"] == type_]
    parameters: dict[str, Any] = found["parameters"]
    return parameters


def without_rule(controls: RepositoryControls, ruleset: str, type_: str) -> None:
    named = controls.named(ruleset)
    named["rules"] = [each for each in named["rules"] if each["type"] != type_]


def statuses(controls: RepositoryControls) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = rule(controls, "required_status_checks")["required_status_checks"]
    return listed


def bypass(controls: RepositoryControls, ruleset: str, **actor: Any) -> None:
    controls.named(ruleset)["bypass_actors"].append({"bypass_mode": "always", **actor})


def test_a_new_repository_lacks_everything_and_once_it_is_set_up_nothing(world: World) -> None:
    assert {(each.control, each.setting) for each in differences(world)} == {
        ("ruleset `platform: main`", ""),
        ("ruleset `platform: evidence`", ""),
        ("ruleset `platform: evidence writer`", ""),
        ("environment `verdict`", ""),
        ("environment `record`", ""),
        ("environment `controls`", ""),
        ("environment `production`", ""),
        ("repository", "allow_squash_merge"),
        ("repository", "allow_rebase_merge"),
        ("workflows", "default_workflow_permissions"),
        ("workflows", "can_approve_pull_request_reviews"),
    }
    set_up(world)
    assert differences(world) == ()
    asked = len(world.server.requests)
    set_up(world)
    assert [request for request in world.server.requests[asked:] if not request.startswith("GET")] == []


WEAKENED: list[tuple[str, Change, str]] = [
    (
        "disabled",
        lambda c: c.named(MAIN_RULESET).update(enforcement="disabled"),
        "ruleset `platform: main`: enforcement is disabled (declared: active)",
    ),
    (
        "evaluated only",
        lambda c: c.named(LEDGER_RULESET).update(enforcement="evaluate"),
        "ruleset `platform: evidence`: enforcement is evaluate (declared: active)",
    ),
    (
        "for tags",
        lambda c: c.named(MAIN_RULESET).update(target="tag"),
        "ruleset `platform: main`: target is tag (declared: branch)",
    ),
    (
        "another branch",
        lambda c: c.named(MAIN_RULESET)["conditions"]["ref_name"].update(include=["refs/heads/x"]),
        'ruleset `platform: main`: branches is ["refs/heads/x"] (declared: ["~DEFAULT_BRANCH"])',
    ),
    (
        "an exclusion",
        lambda c: c.named(MAIN_RULESET)["conditions"]["ref_name"].update(exclude=["refs/heads/main"]),
        'ruleset `platform: main`: excluded is ["refs/heads/main"] (declared: [])',
    ),
    (
        "a bypass of main",
        lambda c: bypass(c, MAIN_RULESET, actor_type="RepositoryRole", actor_id=5),
        'ruleset `platform: main`: bypass is [{"actor_id": 5, "actor_type": "RepositoryRole", '
        '"bypass_mode": "always"}] (declared: [])',
    ),
    (
        "a second writer of the ledger",
        lambda c: bypass(c, WRITER_RULESET, actor_type="Team", actor_id=7),
        "ruleset `platform: evidence writer`: bypass is",
    ),
    (
        "a missing rule",
        lambda c: without_rule(c, MAIN_RULESET, "non_fast_forward"),
        "ruleset `platform: main`: non_fast_forward is missing (declared: true)",
    ),
    (
        "a ledger that may be rewritten",
        lambda c: without_rule(c, LEDGER_RULESET, "deletion"),
        "ruleset `platform: evidence`: deletion is missing (declared: true)",
    ),
    (
        "no approvals",
        lambda c: rule(c, "pull_request").update(required_approving_review_count=0),
        "ruleset `platform: main`: pull_request.required_approving_review_count is 0 (declared: 1)",
    ),
    (
        "no code owners",
        lambda c: rule(c, "pull_request").update(require_code_owner_review=False),
        "ruleset `platform: main`: pull_request.require_code_owner_review is false (declared: true)",
    ),
    (
        "every method, as none is named",
        lambda c: rule(c, "pull_request").pop("allowed_merge_methods"),
        'ruleset `platform: main`: pull_request.allowed_merge_methods is missing (declared: ["merge"])',
    ),
    (
        "a status of whoever posts it",
        lambda c: statuses(c)[1].pop("integration_id"),
        "ruleset `platform: main`: required_status_checks.required_status_checks is",
    ),
    (
        "a status of another App",
        lambda c: statuses(c)[1].update(integration_id=9),
        "ruleset `platform: main`: required_status_checks.required_status_checks is",
    ),
    (
        "a status less",
        lambda c: statuses(c).pop(0),
        "ruleset `platform: main`: required_status_checks.required_status_checks is",
    ),
    (
        "none where a branch is made",
        lambda c: rule(c, "required_status_checks").update(do_not_enforce_on_create=True),
        "ruleset `platform: main`: required_status_checks.do_not_enforce_on_create is true (declared: false)",
    ),
    (
        "another branch that may deploy",
        lambda c: c.policies["production"].update({1: {"name": "release/*", "type": "branch"}}),
        'environment `production`: branches is ["main", "release/*"] (declared: ["main"])',
    ),
    (
        "a tag that may deploy",
        lambda c: c.policies["production"].update({1: {"name": "main", "type": "tag"}}),
        'environment `production`: branches is ["main", "tag main"] (declared: ["main"])',
    ),
    (
        "every branch may deploy",
        lambda c: c.environments["verdict"].update(deployment_branch_policy=None),
        'environment `verdict`: branches is ["every branch"] (declared: ["main"])',
    ),
    (
        "every protected branch may deploy",
        lambda c: c.environments["verdict"].update(
            deployment_branch_policy={"protected_branches": True, "custom_branch_policies": False}
        ),
        'environment `verdict`: branches is ["every protected branch"] (declared: ["main"])',
    ),
    (
        "an environment less",
        lambda c: c.environments.pop("controls"),
        "environment `controls` is missing",
    ),
    (
        "a squash",
        lambda c: c.repository.update(allow_squash_merge=True),
        "repository: allow_squash_merge is true (declared: false)",
    ),
    (
        "another default branch, so that main's rules are another's",
        lambda c: c.repository.update(default_branch="trunk"),
        "repository: default_branch is trunk (declared: main)",
    ),
    (
        "workflows that may write",
        lambda c: c.workflows.update(default_workflow_permissions="write"),
        "workflows: default_workflow_permissions is write (declared: read)",
    ),
    (
        "workflows that may approve",
        lambda c: c.workflows.update(can_approve_pull_request_reviews=True),
        "workflows: can_approve_pull_request_reviews is true (declared: false)",
    ),
]


@pytest.mark.parametrize(
    ("weaken", "sentence"), [case[1:] for case in WEAKENED], ids=[c[0] for c in WEAKENED]
)
def test_what_is_weakened_is_one_difference_by_name_and_set_up_undoes_it(
    protected: World, weaken: Change, sentence: str
) -> None:
    weaken(protected.state.controls)
    (text,) = texts(protected)
    assert text.startswith(sentence)
    set_up(protected)
    assert texts(protected) == []


STRICTER: list[tuple[str, Change]] = [
    ("more approvals", lambda c: rule(c, "pull_request").update(required_approving_review_count=3)),
    ("threads", lambda c: rule(c, "pull_request").update(required_review_thread_resolution=True)),
    (
        "up to date",
        lambda c: rule(c, "required_status_checks").update(strict_required_status_checks_policy=True),
    ),
    ("one more status", lambda c: statuses(c).append({"context": "licences"})),
    ("one more rule", lambda c: c.named(MAIN_RULESET)["rules"].append({"type": "required_signatures"})),
    (
        "another ruleset",
        lambda c: c.rulesets.update(
            {9: {**deepcopy(c.named(MAIN_RULESET)), "name": "x", "enforcement": "disabled"}}
        ),
    ),
    ("another environment", lambda c: c.environments.update({"pages": {}})),
]


@pytest.mark.parametrize("tighten", [case[1] for case in STRICTER], ids=[case[0] for case in STRICTER])
def test_what_is_stricter_is_no_difference_and_is_kept_when_another_is_undone(
    protected: World, tighten: Change
) -> None:
    controls = protected.state.controls
    tighten(controls)
    assert texts(protected) == []
    before = deepcopy((controls.rulesets, controls.environments))
    rule(controls, "pull_request")["require_last_push_approval"] = False
    set_up(protected)
    assert (controls.rulesets, controls.environments) == before


def test_a_status_of_no_app_is_replaced_and_one_of_another_name_kept(protected: World) -> None:
    statuses(protected.state.controls)[1].pop("integration_id")
    statuses(protected.state.controls).append({"context": "licences"})
    set_up(protected)
    assert [(each["context"], each.get("integration_id")) for each in statuses(protected.state.controls)] == [
        ("required", ACTIONS),
        ("platform/verdict", VERDICT_APP),
        ("licences", None),
    ]


def test_who_may_approve_a_deployment_is_kept_when_its_branches_are_limited(world: World) -> None:
    kept = {"wait_timer": 30, "prevent_self_review": True, "reviewers": [{"type": "Team", "id": 3}]}
    world.state.controls.environments["production"] = dict(kept)
    set_up(world)
    assert kept.items() <= world.state.controls.environments["production"].items()
    assert texts(world) == []


def test_a_ruleset_of_the_organisation_counts_and_the_repository_s_own_comes_first(protected: World) -> None:
    controls = protected.state.controls
    controls.named(WRITER_RULESET)["source_type"] = "Organization"
    assert texts(protected) == []
    weak = {**controls.named(MAIN_RULESET), "source_type": "Organization", "enforcement": "disabled"}
    controls.rulesets[999] = weak
    assert texts(protected) == []


def test_who_may_bypass_that_is_not_shown_could_not_be_seen_and_is_no_match(protected: World) -> None:
    protected.state.controls.denied = {"administration=write"}
    hidden = differences(protected)
    assert [(each.setting, each.in_force, each.is_hidden) for each in hidden] == [("bypass", None, True)] * 3
    assert texts(protected)[0] == (
        "ruleset `platform: main`: bypass could not be seen, it is shown only with the permission "
        "Administration: write (declared: [])"
    )


def test_merge_settings_that_are_not_shown_could_not_be_seen(protected: World) -> None:
    protected.state.controls.denied = {"contents=write"}
    assert [text.partition(" (")[0] for text in texts(protected)] == [
        f"repository: {name} could not be seen, it is shown only with the permission Contents: write"
        for name in ("allow_merge_commit", "allow_squash_merge", "allow_rebase_merge")
    ]


@pytest.mark.parametrize(
    ("denied", "permission"),
    [
        ("metadata=read", "Metadata: read"),
        ("actions=read", "Actions: read"),
        ("administration=read", "Administration: read"),
    ],
)
def test_a_refusal_to_show_names_the_permission(world: World, denied: str, permission: str) -> None:
    world.state.controls.denied = {denied}
    with pytest.raises(ForgeError, match=f"it needs the permission {permission} on acme/ml") as refused:
        texts(world)
    assert "give it to the App" in refused.value.fix


@pytest.mark.parametrize(
    "control", ["ruleset `platform: main`", "environment `verdict`", "repository", "workflows"]
)
def test_a_refusal_to_change_names_the_permission(world: World, control: str) -> None:
    controls = declared(world)
    in_force = host(world).in_force(controls)
    world.state.controls.denied = {"administration=write"}
    with pytest.raises(ForgeError, match="it needs the permission Administration: write on acme/ml"):
        host(world).put(control, controls, in_force)


def test_where_github_does_not_exempt_an_app_the_fix_is_to_install_it(world: World) -> None:
    world.state.controls.not_installed = LEDGER_APP
    with pytest.raises(ForgeError, match=f"does not let App {LEDGER_APP} be exempt") as refused:
        set_up(world)
    assert "gitHost.ledgerApp" in refused.value.fix
    set_up(world, app=77)
    assert differences(world, app=77) == ()
    assert world.state.controls.named(WRITER_RULESET)["bypass_actors"][0]["actor_id"] == 77


def test_statuses_of_another_shape_are_an_answer_that_cannot_be_read(protected: World) -> None:
    rule(protected.state.controls, "required_status_checks")["required_status_checks"] = [{"context": 3}]
    with pytest.raises(ForgeError, match=r"cannot be read: .*required_status_checks\.0\.context"):
        texts(protected)
    assert protected.server.violations
    protected.server.violations.clear()  # this is what the test is about


def test_every_page_is_read(protected: World) -> None:
    protected.state.controls.policies["production"][1] = {"name": "release", "type": "branch"}
    protected.server.page_size = 1
    assert len(texts(protected)) == 1


def test_a_lost_answer_makes_no_second_ruleset_or_policy(world: World) -> None:
    world.server.fail(LOST, "POST .*/rulesets")
    world.server.fail(LOST, "POST .*/deployment-branch-policies")
    set_up(world)
    controls = world.state.controls
    assert len(controls.rulesets) == 3
    assert {name: len(policies) for name, policies in controls.policies.items()} == dict.fromkeys(
        ("verdict", "record", "controls", "production"), 1
    )
