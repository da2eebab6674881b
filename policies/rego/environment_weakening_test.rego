package platform.environment_weakening_test

import data.platform.environment_weakening

august := {"from": "2026-08-15T00:00:00Z", "to": "2026-09-05T00:00:00Z", "reason": "Back to School"}

now := 1788000000000000000 # 29 August 2026

production := {
	"promotesFrom": "integration",
	"approvals": {"required": 2, "from": ["owners"], "selfApproval": false},
	"freeze": [august],
	"blastRadius": {"maxChangedPercent": 30, "minResources": 10},
}

asked(after) := {
	"name": "production",
	"document": after,
	"change": {"action": "changed", "before": production, "now": now},
}

but(document, differences) := object.union(document, differences)

frozen(windows) := asked(but(production, {"freeze": windows}))

messages_in(question) := messages if {
	decision := environment_weakening.decision with input as question
	"environment-weakened" in decision.evaluated
	messages := {denial.message | some denial in decision.deny}
}

places_in(question) := places if {
	decision := environment_weakening.decision with input as question
	places := {denial.at | some denial in decision.deny}
}

test_an_environment_that_stays_as_it_is_is_no_weaker if messages_in(asked(production)) == set()

test_stricter_is_no_weaker if {
	stricter := {"approvals": {"required": 3}, "blastRadius": {"maxChangedPercent": 10, "minResources": 5}}
	messages_in(asked(but(production, stricter))) == set()
}

test_fewer_approvals_are_seen if {
	lowered := asked(but(production, {"approvals": {"required": 1}}))
	messages_in(lowered) == {"approvals.required goes from 2 to 1"}
	places_in(lowered) == {["approvals", "required"]}
}

test_approval_of_ones_own_change_is_seen if {
	places_in(asked(but(production, {"approvals": {"selfApproval": true}}))) == {["approvals", "selfApproval"]}
	messages_in(asked(json.remove(production, ["approvals/selfApproval"]))) == set()
}

test_what_was_allowed_already_is_not_seen_again if {
	lax := but(production, {"approvals": {"selfApproval": true}})
	messages_in(object.union(asked(lax), {"change": {"before": lax}})) == set()
}

test_more_people_who_may_approve_are_seen if {
	widened := asked(but(production, {"approvals": {"from": ["owners", "members"]}}))
	messages_in(widened) == {`approvals.from goes from ["owners"] to ["owners","members"]`}
}

test_fewer_people_who_may_approve_are_not if {
	wide := but(production, {"approvals": {"from": ["owners", "platform"]}})
	messages_in(object.union(asked(production), {"change": {"before": wide}})) == set()
}

test_a_larger_blast_radius_is_seen if {
	places_in(asked(but(production, {"blastRadius": {"maxChangedPercent": 31}}))) == {["blastRadius", "maxChangedPercent"]}
	places_in(asked(but(production, {"blastRadius": {"minResources": 11}}))) == {["blastRadius", "minResources"]}
}

test_a_limit_by_number_that_is_raised_or_dropped_is_seen if {
	capped := but(production, {"blastRadius": {"maxChanged": 3}})
	before := {"change": {"before": capped}}
	messages_in(object.union(asked(production), before)) == {"blastRadius.maxChanged goes from 3 to null"}
	messages_in(object.union(asked(but(capped, {"blastRadius": {"maxChanged": 4}})), before)) == {"blastRadius.maxChanged goes from 3 to 4"}
	places_in(object.union(asked(but(capped, {"blastRadius": {"maxChanged": null}})), before)) == {["blastRadius", "maxChanged"]}
}

test_a_limit_by_number_that_is_lowered_or_new_is_not if {
	capped := but(production, {"blastRadius": {"maxChanged": 3}})
	messages_in(asked(capped)) == set()
	messages_in(object.union(asked(but(capped, {"blastRadius": {"maxChanged": 2}})), {"change": {"before": capped}})) == set()
}

test_another_way_to_get_there_is_seen if {
	messages_in(asked(but(production, {"promotesFrom": "development"}))) == {`promotesFrom goes from "integration" to "development"`}
	messages_in(asked(json.remove(production, ["promotesFrom"]))) == {`promotesFrom goes from "integration" to null`}
}

test_a_freeze_that_is_dropped_is_seen if {
	dropped := "the freeze from 2026-08-15T00:00:00Z to 2026-09-05T00:00:00Z is lifted before it is over: Back to School"
	messages_in(frozen([])) == {dropped}
	messages_in(asked(json.remove(production, ["freeze"]))) == {dropped}
	places_in(frozen([])) == {["freeze"]}
}

test_a_freeze_that_is_shortened_is_seen if {
	places_in(frozen([but(august, {"to": "2026-09-04T00:00:00Z"})])) == {["freeze"]}
	places_in(frozen([but(august, {"from": "2026-09-01T00:00:00Z"})])) == {["freeze"]}
}

test_a_freeze_that_is_as_long_from_now_on_is_kept if {
	messages_in(frozen([but(august, {"to": "2026-09-06T00:00:00Z"})])) == set()
	messages_in(frozen([but(august, {"from": "2026-08-20T02:00:00+02:00", "reason": "Exams"})])) == set()
	messages_in(frozen([but(august, {"from": "2026-08-15T02:00:00+02:00"})])) == set()
}

test_a_freeze_that_is_over_may_go if {
	messages_in(object.union(frozen([]), {"change": {"now": 1788600000000000000}})) == set()
}

test_a_freeze_in_a_far_year_counts_and_does_not_raise if {
	far := but(august, {"to": "9999-01-01T00:00:00Z"})
	before := {"change": {"before": but(production, {"freeze": [far]})}}
	messages_in(object.union(frozen([far]), before)) == set()
	count(messages_in(object.union(frozen([]), before))) == 1
	count(messages_in(object.union(frozen([but(far, {"to": "9998-01-01T00:00:00Z"})]), before))) == 1
}

test_an_environment_that_comes_goes_or_is_kept_is_not_asked if {
	messages_in({"document": production, "change": {"action": "added", "before": null, "now": now}}) == set()
	messages_in({"change": {"action": "removed", "before": production, "now": now}}) == set()
	messages_in({"document": production, "change": {"action": "kept", "before": production, "now": now}}) == set()
}

test_what_is_not_said_any_more_is_seen if {
	places_in(asked(json.remove(production, ["blastRadius"]))) == {
		["blastRadius", "maxChangedPercent"],
		["blastRadius", "minResources"],
	}
}
