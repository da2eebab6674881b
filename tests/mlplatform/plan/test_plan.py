"""What a plan holds, for what is declared and what is there."""

from dataclasses import replace
from typing import Any

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.core.finding import error
from mlplatform.core.hold import Hold, Holds, documents_digest
from mlplatform.core.plan import Action, Plan
from mlplatform.core.ran import Ran
from mlplatform.core.repository import Repository
from mlplatform.plan.actual import Actual
from mlplatform.plan.plan import plan
from mlplatform.providers.registry.interface import WrongStage
from tests.support.values import (
    actual,
    deployment,
    digest,
    environment,
    registered,
    registry,
    repository,
    served,
    serving,
)

TUMOUR = "clinic/tumour"
WRONG = WrongStage("1.0.0", "None", "Production")
BROKEN = error("schema-type", "tenants/clinic/tenant.yaml", "owners is missing", fix="add owners", at=(3, 1))


def planned(pins: dict[str, Any], there: Actual, **more: Any) -> Plan:
    return plan(repository({"production": pins}, **more), "production", "laptop", there)


def actions(made: Plan) -> list[tuple[str, str]]:
    return [(change.action.value, change.resource) for change in made.changes]


def steady(version: str = "1.0.0", previous: str | None = None) -> Actual:
    """`version` answers and is champion; `previous` is loaded beside it."""
    versions = [v for v in (version, previous) if v]
    aliases = {"champion": version} | ({"previous": previous} if previous else {})
    return actual(
        registry(*(registered(TUMOUR, v) for v in versions), aliases={TUMOUR: aliases}),
        serving(*(served(TUMOUR, v) for v in versions), routed={TUMOUR: version}),
    )


def test_a_new_version_is_copied_loaded_probed_routed_and_made_champion_in_that_order() -> None:
    there = actual(earlier={"integration": registry(registered(TUMOUR, "1.0.0"))})
    made = planned({TUMOUR: deployment("1.0.0")}, there)
    assert [action for action, _ in actions(made)] == ["copy", "load", "probe", "route", "champion"]
    assert made.changes[0].after is not None
    assert made.changes[0].after["from"] == "integration"
    assert made.changes[0].after["run"] == "run-1"


def test_a_plan_against_what_is_declared_is_empty() -> None:
    assert planned({TUMOUR: deployment("1.0.0")}, steady()).changes == ()


HELD = registry(registered(TUMOUR, "1.0.0"))


def test_the_bytes_come_from_the_environment_that_the_document_names() -> None:
    earlier = {"integration": HELD, "development": HELD}
    made = planned({TUMOUR: deployment("1.0.0")}, actual(earlier=earlier))
    assert made.changes[0].after is not None
    assert made.changes[0].after["from"] == "integration"


def test_a_target_is_brought_up_with_bytes_of_the_nearest_environment_that_holds_them() -> None:
    new = replace(
        actual(earlier={"integration": registry(), "development": HELD}),
        brought_up_with=frozenset({(TUMOUR, digest("1.0.0"))}),
    )
    made = planned({TUMOUR: deployment("1.0.0")}, new)
    assert made.changes[0].after is not None
    assert made.changes[0].after["from"] == "development"


@pytest.mark.parametrize(
    ("ran", "why", "fix"),
    [
        (Ran(), "is promoted from integration, and has not run there", "platform apply --env integration"),
        (Ran({TUMOUR: (digest("0.9.0"),)}, is_recorded=True), "has not run there", "platform apply"),
        (
            Ran({TUMOUR: (digest("1.0.0"),)}, frozenset({(TUMOUR, digest("1.0.0"))}), is_recorded=True),
            "where it is on hold",
            "platform status clinic/tumour --env integration",
        ),
    ],
)
def test_what_did_not_run_in_the_environment_before_is_not_taken_from_there(
    ran: Ran, why: str, fix: str
) -> None:
    """Two pull requests were merged, and the environment between was never applied, or its version failed."""
    there = replace(actual(earlier={"integration": HELD, "development": HELD}), ran={"integration": ran})
    made = planned({TUMOUR: deployment("1.0.0")}, there)
    assert (made.changes, why in made.refused[0].reason, fix in made.refused[0].fix) == ((), True, True)


def test_what_ran_in_the_environment_before_and_is_registered_there_no_more_is_refused() -> None:
    ran = {"integration": Ran({TUMOUR: (digest("1.0.0"),)}, is_recorded=True)}
    there = replace(actual(earlier={"integration": registry(), "development": HELD}), ran=ran)
    made = planned({TUMOUR: deployment("1.0.0")}, there)
    assert "the registry of integration does not hold clinic/tumour 1.0.0" in made.refused[0].reason


def test_the_version_before_the_previous_one_is_retired() -> None:
    there = actual(
        registry(
            *(registered(TUMOUR, v) for v in ("1.0.0", "1.1.0", "1.2.0")),
            aliases={TUMOUR: {"champion": "1.1.0", "previous": "1.0.0"}},
        ),
        serving(served(TUMOUR, "1.0.0"), served(TUMOUR, "1.1.0"), routed={TUMOUR: "1.1.0"}),
    )
    made = planned({TUMOUR: deployment("1.2.0")}, there)
    assert [action for action, _ in actions(made)] == ["load", "probe", "route", "champion", "retire"]
    assert made.changes[-1].before == {"version": "1.0.0", "digest": digest("1.0.0")}


def test_a_rollback_to_the_previous_version_loads_and_copies_nothing() -> None:
    made = planned({TUMOUR: deployment("1.0.0")}, steady("1.1.0", previous="1.0.0"))
    assert [action for action, _ in actions(made)] == ["probe", "route", "champion"]
    assert made.changes[-1].after == {"champion": "1.0.0", "previous": "1.1.0", "digest": digest("1.0.0")}


@pytest.mark.parametrize(
    ("there", "left"),
    [
        (actual(registry(registered(TUMOUR, "1.0.0"))), ["load", "probe", "route", "champion"]),
        (
            actual(registry(registered(TUMOUR, "1.0.0")), serving(served(TUMOUR, "1.0.0"))),
            ["probe", "route", "champion"],
        ),
        (
            actual(
                registry(registered(TUMOUR, "1.0.0")),
                serving(served(TUMOUR, "1.0.0"), routed={TUMOUR: "1.0.0"}),
            ),
            ["champion"],
        ),
    ],
    ids=["after-copy", "after-load", "after-route"],
)
def test_after_a_crash_the_plan_holds_just_what_is_left(there: Actual, left: list[str]) -> None:
    made = planned({TUMOUR: deployment("1.0.0")}, there)
    assert [action for action, _ in actions(made)] == left


def test_a_version_that_is_loaded_but_not_ready_is_loaded_again() -> None:
    there = actual(registry(registered(TUMOUR, "1.0.0")), serving(served(TUMOUR, "1.0.0", ready=False)))
    made = planned({TUMOUR: deployment("1.0.0")}, there)
    assert [action for action, _ in actions(made)] == ["load", "probe", "route", "champion"]


def test_routes_that_would_not_outlive_a_restart_are_written_again() -> None:
    there = steady()
    troubled = replace(there, serving=replace(there.serving, route_error="the route file is gone"))
    made = planned({TUMOUR: deployment("1.0.0")}, troubled)
    assert [action for action, _ in actions(made)] == ["probe", "route"]


def test_a_batch_model_is_copied_and_made_champion_and_not_served() -> None:
    there = actual(earlier={"integration": registry(registered(TUMOUR, "1.0.0"))})
    made = planned({TUMOUR: deployment("1.0.0")}, there, kinds={TUMOUR: "batch"})
    assert [action for action, _ in actions(made)] == ["copy", "champion"]
    assert made.changes[-1].after
    assert "source" not in made.changes[-1].after


def test_a_batch_model_whose_bytes_are_here_is_made_champion_with_the_place_to_hash_them() -> None:
    there = actual(registry(registered(TUMOUR, "1.0.0")))
    made = planned({TUMOUR: deployment("1.0.0")}, there, kinds={TUMOUR: "batch"})
    assert [action for action, _ in actions(made)] == ["champion"]
    assert made.changes[-1].after
    assert made.changes[-1].after["source"] == registered(TUMOUR, "1.0.0").ref.uri


def test_another_digest_under_the_same_version_is_refused_with_its_place() -> None:
    there = actual(earlier={"integration": registry(registered(TUMOUR, "1.0.0", held=digest("6.6.6")))})
    made = planned({TUMOUR: deployment("1.0.0")}, there)
    assert made.changes == ()
    assert made.refused[0].where == "environments/production/clinic/tumour.yaml:1:1"
    assert "the registry of integration holds" in made.refused[0].reason


def test_a_version_that_nobody_registered_is_refused_with_the_command_that_registers_it() -> None:
    new = replace(
        actual(earlier={"integration": registry()}), brought_up_with=frozenset({(TUMOUR, digest("1.0.0"))})
    )
    made = planned({TUMOUR: deployment("1.0.0")}, new)
    assert "platform register clinic/tumour 1.0.0" in made.refused[0].fix


def test_what_a_registry_ignores_is_said_where_the_version_is_missed() -> None:
    note = "clinic/tumour, MLflow version 3 (1.0.0), is ignored: tag digest: it is not a digest"
    there = actual(
        earlier={"integration": replace(registry(), notes=(note, "postal/digits 1.0.0 is ignored"))}
    )
    made = planned({TUMOUR: deployment("1.0.0")}, there)
    assert note in made.refused[0].reason
    assert "postal" not in made.refused[0].reason


def test_stages_that_do_not_follow_the_aliases_are_set_again() -> None:
    there = steady("1.0.0", previous="0.9.0")
    wrong = replace(there, registry=replace(there.registry, stage_mismatches={TUMOUR: WRONG}))
    made = planned({TUMOUR: deployment("1.0.0")}, wrong)
    assert [action for action, _ in actions(made)] == ["champion"]
    assert made.changes[0].after == {"champion": "1.0.0", "previous": "0.9.0", "digest": digest("1.0.0")}


def test_what_an_apply_made_champion_last_is_previous_once_a_champion_by_hand_is_declared() -> None:
    there = actual(
        registry(
            registered(TUMOUR, "1.0.0"),
            registered(TUMOUR, "1.1.0"),
            aliases={TUMOUR: {"champion": "1.1.0", "previous": "1.1.0"}},
        ),
        serving(served(TUMOUR, "1.0.0"), served(TUMOUR, "1.1.0"), routed={TUMOUR: "1.0.0"}),
    )
    there = replace(there, champions={TUMOUR: (digest("1.1.0"), digest("1.0.0"))})
    made = planned({TUMOUR: deployment("1.1.0")}, there)
    assert [action for action, _ in actions(made)] == ["probe", "route", "champion"]
    assert made.changes[-1].after == {"champion": "1.1.0", "previous": "1.0.0", "digest": digest("1.1.0")}


@pytest.mark.parametrize(
    ("champion", "previous"), [("1.1.0", "1.1.0"), ("1.1.0", None), ("1.0.0", "1.0.0"), ("1.0.0", "0.9.0")]
)
def test_aliases_that_a_late_write_left_are_as_the_last_apply_left_them(
    champion: str, previous: str | None
) -> None:
    late = steady("1.1.0", previous="1.0.0")
    aliases = {"champion": champion} | ({"previous": previous} if previous else {})
    late = replace(
        late,
        registry=replace(late.registry, aliases={TUMOUR: aliases}),
        recorded_aliases={TUMOUR: {"champion": "1.1.0", "previous": "1.0.0"}},
    )
    (mended,) = planned({TUMOUR: deployment("1.1.0")}, late).changes
    assert mended.after == {"champion": "1.1.0", "previous": "1.0.0", "digest": digest("1.1.0")}


def test_a_late_write_under_a_version_on_hold_is_mended_too() -> None:
    declared = repository({"production": {TUMOUR: deployment("1.2.0")}})
    late = steady("1.1.0", previous="1.0.0")
    late = replace(
        late,
        registry=replace(late.registry, aliases={TUMOUR: {"champion": "1.1.0", "previous": "0.9.0"}}),
        recorded_aliases={TUMOUR: {"champion": "1.1.0", "previous": "1.0.0"}},
        holds=held_by(declared, {"champion": "1.1.0", "previous": "1.0.0"}, "1.2.0"),
    )
    (mended,) = plan(declared, "production", "laptop", late).changes
    assert mended.after == {"champion": "1.1.0", "previous": "1.0.0", "digest": digest("1.1.0")}


def test_a_route_changed_by_hand_does_not_make_what_it_went_to_previous() -> None:
    there = actual(
        registry(
            *(registered(TUMOUR, v) for v in ("0.9.0", "1.0.0", "1.1.0")),
            aliases={TUMOUR: {"champion": "1.1.0", "previous": "1.0.0"}},
        ),
        serving(*(served(TUMOUR, v) for v in ("0.9.0", "1.0.0", "1.1.0")), routed={TUMOUR: "0.9.0"}),
    )
    there = replace(there, champions={TUMOUR: (digest("1.0.0"), digest("1.1.0"))})
    made = planned({TUMOUR: deployment("1.1.0")}, there)
    assert [action for action, _ in actions(made)] == ["probe", "route", "retire"]
    assert made.changes[-1].before == {"version": "0.9.0", "digest": digest("0.9.0")}


@pytest.mark.parametrize("recorded", [{}, {"auc": 0.5}], ids=["absent", "lower"])
def test_a_metric_that_the_registry_does_not_bear_out_is_refused(recorded: dict[str, float]) -> None:
    there = actual(earlier={"integration": registry(registered(TUMOUR, "1.0.0", metrics=recorded))})
    made = planned({TUMOUR: deployment("1.0.0")}, there)
    assert made.changes == ()
    assert "auc" in made.refused[0].reason


def test_a_refused_deployment_does_not_keep_the_others_from_being_planned() -> None:
    there = actual(earlier={"integration": registry(registered("postal/digits", "2.0.0"))})
    made = planned({TUMOUR: deployment("1.0.0"), "postal/digits": deployment("2.0.0")}, there)
    assert {resource for _, resource in actions(made)} == {"postal/digits"}
    assert [refused.resource for refused in made.refused] == [TUMOUR]


def test_a_blocked_tenant_keeps_what_it_runs_and_the_plan_says_why() -> None:
    made = planned({TUMOUR: deployment("1.1.0")}, steady(), blocked_tenants={"clinic": BROKEN})
    assert made.changes == ()
    assert made.refused[0].reason == "blocked: owners is missing"


def test_a_blocked_tenants_models_are_not_taken_for_removed_ones() -> None:
    made = planned({}, steady(), blocked_tenants={"clinic": BROKEN})
    assert made.changes == ()
    assert [refused.resource for refused in made.refused] == [TUMOUR]


@pytest.mark.parametrize("folder", ["Clinic", "clinci", "postal"])
def test_a_deployment_that_was_put_into_a_wrong_folder_is_not_taken_for_a_removed_one(folder: str) -> None:
    astray = error("path-unknown", f"environments/production/{folder}/tumour.yaml", "there is no such model")
    made = planned({}, steady(), blocked_tenants={folder: astray})
    assert made.changes == ()
    assert made.refused[0].resource == TUMOUR
    assert made.refused[0].where.startswith(astray.path)


def test_another_tenants_error_outside_of_the_environments_stops_no_removal() -> None:
    elsewhere = error("schema-type", "models/postal/digits.yaml", "owner is missing")
    assert planned({}, steady(), blocked_tenants={"postal": elsewhere}).changes


def test_a_blocked_environment_has_no_plan() -> None:
    with pytest.raises(Refusal, match="production is blocked: owners is missing"):
        planned({}, steady(), blocked_environments={"production": BROKEN})


def test_a_model_that_is_no_longer_declared_is_unrouted_and_unloaded() -> None:
    made = planned({}, steady("1.1.0", previous="1.0.0"))
    assert [action for action, _ in actions(made)] == ["route", "champion", "retire", "retire"]
    assert [change.after for change in made.changes] == [None, None, None, None]


def many(count: int, version: str) -> dict[str, Any]:
    return {f"clinic/model-{number:03}": deployment(version) for number in range(count)}


def running(count: int) -> Actual:
    return running_of(list(many(count, "1.0.0")))


def running_of(names: list[str]) -> Actual:
    versions = [registered(name, version) for name in names for version in ("1.0.0", "1.1.0")]
    aliases = {name: {"champion": "1.0.0"} for name in names}
    held = [served(name, "1.0.0") for name in names]
    return actual(registry(*versions, aliases=aliases), serving(*held, routed=dict.fromkeys(names, "1.0.0")))


def test_a_plan_that_changes_too_much_at_once_is_refused() -> None:
    limits = environment(3, max_changed_percent=30, min_resources=10)
    with pytest.raises(Refusal, match=r"changes 20 of 20 models in production, 100 % .* 30 % is the limit"):
        planned(many(20, "1.1.0"), running(20), production=limits)


def test_mass_deletion_is_refused() -> None:
    with pytest.raises(Refusal, match="changes 20 of 20 models"):
        planned({}, running(20), production=environment(3, max_changed_percent=30))


def test_removals_are_counted_apart_and_half_as_many_may_be() -> None:
    limits = environment(3, max_changed_percent=60, min_resources=2)
    left = dict(list(many(20, "1.0.0").items())[7:])
    changed = dict(list(many(20, "1.1.0").items())[:7])
    assert planned(changed | left, running(20), production=limits).changes
    with pytest.raises(Refusal, match=r"removes 7 of 20 models in production, 35 % .* 30 % is the limit"):
        planned(left, running(20), production=limits)


def test_a_tenants_share_is_limited_as_the_whole_is() -> None:
    limits = environment(3, max_changed_percent=30, min_resources=2)
    mine = {f"clinic/model-{n}": deployment("1.1.0") for n in range(3)}
    others = {f"postal/model-{n}": deployment("1.0.0") for n in range(20)}
    there = running_of([*mine, *others])
    with pytest.raises(Refusal, match=r"changes 3 of 3 clinic's models in production, 100 %"):
        planned(mine | others, there, production=limits)


def test_a_limit_by_number_holds_whatever_the_share() -> None:
    limits = environment(3, max_changed_percent=100)
    limits["blastRadius"]["maxChanged"] = 5
    assert planned(
        many(5, "1.1.0") | dict(list(many(20, "1.0.0").items())[5:]), running(20), production=limits
    )
    with pytest.raises(Refusal, match=r"changes 20 of 20 models in production, .* 5 at once is the limit"):
        planned(many(20, "1.1.0"), running(20), production=limits)


def test_to_load_again_what_runs_is_a_change_of_it() -> None:
    limits = environment(3, max_changed_percent=100)
    limits["blastRadius"]["maxChanged"] = 5
    pins = many(20, "1.0.0")
    for said in pins.values():
        said["serving"] = {**said["serving"], "instances": 2}
    there = running(20)
    held = [replace(one, instances=1) for one in there.serving.versions]
    with pytest.raises(Refusal, match="5 at once is the limit"):
        planned(pins, replace(there, serving=replace(there.serving, versions=held)), production=limits)


def test_a_critical_model_is_not_taken_out_before_somebody_confirms_it_by_name() -> None:
    there = replace(steady(), critical=frozenset({TUMOUR}))
    [kept] = planned({}, there).refused
    assert planned({}, there).changes == ()
    assert kept.fix.endswith("--confirm clinic/tumour")
    repo = repository({"production": {}})
    assert plan(repo, "production", "laptop", there, {"postal/digits"}).refused
    confirmed = plan(repo, "production", "laptop", there, {TUMOUR})
    assert (confirmed.refused, [a for a, _ in actions(confirmed)]) == ((), ["route", "champion", "retire"])


def test_a_version_on_hold_is_refused_and_what_it_left_is_put_back() -> None:
    declared = repository({"production": {TUMOUR: deployment("1.1.0")}})
    held = held_by(declared, {"champion": "1.0.0", "previous": None})
    half_done = replace(steady("1.1.0", previous="1.0.0"), holds=held)
    made = plan(declared, "production", "laptop", half_done)
    assert [refused.is_on_hold for refused in made.refused] == [True]
    assert [action for action, _ in actions(made)] == ["probe", "route", "champion", "retire"]
    assert made.changes[1].after == {"weights": {digest("1.0.0"): 100}, "version": "1.0.0"}
    assert made.changes[2].after == {"champion": "1.0.0", "previous": None, "digest": digest("1.0.0")}
    assert made.changes[3].before == {"version": "1.1.0", "digest": digest("1.1.0")}


def test_what_puts_back_a_version_on_hold_takes_nothing_from_what_may_change() -> None:
    limits = environment(3, max_changed_percent=0, min_resources=0)
    declared = repository({"production": {TUMOUR: deployment("1.1.0")}}, production=limits)
    held = held_by(declared, {"champion": "1.0.0", "previous": None})
    half_done = replace(steady("1.1.0", previous="1.0.0"), holds=held)
    assert len(plan(declared, "production", "laptop", half_done).changes) == 4
    with pytest.raises(Refusal, match="0 % is the limit"):
        plan(declared, "production", "laptop", steady("1.0.0", previous="1.1.0"))


def test_a_version_on_hold_whose_traces_are_gone_changes_nothing() -> None:
    declared = repository({"production": {TUMOUR: deployment("1.1.0")}})
    there = replace(steady("1.0.0"), holds=held_by(declared, {"champion": "1.0.0", "previous": None}))
    made = plan(declared, "production", "laptop", there)
    assert (made.changes, len(made.refused)) == ((), 1)


def test_a_first_version_on_hold_is_taken_out_again() -> None:
    declared = repository({"production": {TUMOUR: deployment("1.1.0")}})
    there = actual(
        registry(registered(TUMOUR, "1.1.0")),
        serving(served(TUMOUR, "1.1.0"), routed={TUMOUR: "1.1.0"}),
    )
    there = replace(there, holds=held_by(declared, {"champion": None, "previous": None}))
    made = plan(declared, "production", "laptop", there)
    assert [action for action, _ in actions(made)] == ["route", "retire"]


def test_while_a_version_is_on_hold_a_lost_alias_takes_nothing_out() -> None:
    declared = repository({"production": {TUMOUR: deployment("1.1.0")}})
    there = steady("1.0.0")
    lost = replace(there, registry=replace(there.registry, aliases={}))
    lost = replace(lost, holds=held_by(declared, {"champion": "1.0.0", "previous": None}))
    made = plan(declared, "production", "laptop", lost)
    assert [action for action, _ in actions(made)] == ["champion"]
    assert made.changes[0].after == {"champion": "1.0.0", "previous": None, "digest": digest("1.0.0")}
    gone = replace(lost, registry=registry())
    assert plan(declared, "production", "laptop", gone).changes == ()


def held_by(declared: Repository, aliases: dict[str, str | None], version: str = "1.1.0") -> Holds:
    documents = documents_digest(declared, "production", TUMOUR)
    hold = Hold("production", TUMOUR, version, digest(version), documents, aliases, "it broke", "today")
    return {(TUMOUR, digest(version)): hold}


def test_a_small_number_of_changes_is_within_the_blast_radius_whatever_its_share() -> None:
    limits = environment(3, max_changed_percent=30, min_resources=10)
    assert planned(many(10, "1.1.0"), running(10), production=limits).changes


def test_new_models_do_not_count_as_changed() -> None:
    there = actual(earlier={"integration": registry(*(registered(n, "1.0.0") for n in many(20, "1.0.0")))})
    limits = environment(3, max_changed_percent=0, min_resources=0)
    assert len(planned(many(20, "1.0.0"), there, production=limits).changes) == 100


def test_the_working_tree_is_never_planned_from() -> None:
    with pytest.raises(Refusal, match="from a commit"):
        planned({}, actual(), commit=None)


def test_an_unknown_environment_is_refused_with_the_known_ones() -> None:
    with pytest.raises(Refusal, match="development, integration, production"):
        plan(repository({}), "staging", "laptop", actual())


def test_the_digest_covers_environment_target_commit_and_values() -> None:
    there = actual(earlier={"integration": registry(registered(TUMOUR, "1.0.0"))})
    made = planned({TUMOUR: deployment("1.0.0")}, there)
    others = [
        plan(repository({"production": {TUMOUR: deployment("1.0.0")}}), "production", "elsewhere", there),
        planned({TUMOUR: deployment("1.0.0")}, there, commit="d" * 40),
        planned({TUMOUR: deployment("1.0.0")}, steady("0.9.0")),
    ]
    assert made.is_intact()
    assert made.digest not in {other.digest for other in others}


def test_a_plan_survives_being_written_and_read() -> None:
    there = actual(earlier={"integration": registry(registered(TUMOUR, "1.0.0"))})
    made = planned({TUMOUR: deployment("1.0.0")}, there)
    assert Plan.from_json(made.as_json()) == made
    assert made.changes[0].action is Action.COPY
