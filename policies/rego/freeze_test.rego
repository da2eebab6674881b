package platform.freeze_test

import data.platform.freeze

window(by, from, to) := {"from": from, "to": to, "reason": "Back to School", "by": by}

asked(windows) := {
	"name": "production/clinic/tumour",
	"document": {"version": "1.1.0"},
	"change": {
		"action": "changed",
		"before": {"version": "1.0.0"},
		"promotesFrom": "integration",
		"isRollback": false, "revoked": [], "now": 1000, "ranUntil": 900,
		"changedKeys": ["version", "digest"],
		"now": 100,
		"freezes": windows,
	},
}

but(question, differences) := object.union(question, differences)

denied_in(question) := ids if {
	decision := freeze.decision with input as question
	ids := {denial.rule | some denial in decision.deny}
}

frozen := asked([window("platform", 50, 150)])

test_outside_of_a_freeze_anything_may_change if {
	denied_in(asked([])) == set()
	denied_in(asked([window("platform", 101, 150), window("tenant clinic", 10, 99)])) == set()
}

test_in_a_freeze_nothing_changes if {
	denied_in(frozen) == {"freeze-window"}
	denied_in(asked([window("tenant clinic", 50, 150)])) == {"freeze-window"}
	denied_in(asked([window("environment production", 50, 150)])) == {"freeze-window"}
}

test_a_freeze_begins_with_its_first_moment_and_ends_before_its_last if {
	denied_in(asked([window("platform", 100, 101)])) == {"freeze-window"}
	denied_in(asked([window("platform", 99, 100)])) == set()
}

test_one_window_that_is_closed_is_enough if {
	denied_in(asked([window("platform", 10, 20), window("tenant clinic", 50, 150)])) == {"freeze-window"}
}

test_in_a_freeze_nothing_is_added_or_removed if {
	denied_in(but(frozen, {"change": {"action": "added", "before": null}})) == {"freeze-window"}
	denied_in(json.remove(but(frozen, {"change": {"action": "removed"}}), ["document"])) == {"freeze-window"}
}

test_a_rollback_is_always_open if denied_in(but(frozen, {"change": {"isRollback": true}})) == set()

test_a_rollback_that_begins_a_shadow_is_not if {
	shadowing := but(frozen, {"change": {"isRollback": true, "changedKeys": ["shadow"]}, "document": {"shadow": {"version": "2.0.0"}}})
	denied_in(shadowing) == {"freeze-window"}
}

test_an_unknown_rollback_is_none if denied_in(json.remove(frozen, ["change/isRollback"])) == {"freeze-window"}

test_the_first_environment_goes_on_in_a_freeze_of_others if {
	first := {"change": {"promotesFrom": null}}
	denied_in(but(frozen, first)) == set()
	denied_in(but(asked([window("tenant clinic", 50, 150)]), first)) == set()
	denied_in(but(asked([window("environment development", 50, 150)]), first)) == {"freeze-window"}
	denied_in(json.remove(frozen, ["change/promotesFrom"])) == {"freeze-window"}
}

test_a_window_that_cannot_be_read_is_closed if {
	denied_in(asked([window("platform", "late", 150)])) == {"freeze-window"}
	denied_in(asked([window("platform", null, 150)])) == {"freeze-window"}
	decision := freeze.decision with input as asked([{"by": "platform"}])
	decision == {"evaluated": set(), "deny": set()}
}

test_without_a_clock_or_windows_nothing_is_open if {
	denied_in(json.remove(frozen, ["change/now"])) == {"freeze-window"}
	decision := freeze.decision with input as json.remove(frozen, ["change/freezes"])
	decision == {"evaluated": set(), "deny": set()}
}

test_the_denial_says_whose_freeze_it_is_and_how_long if {
	decision := freeze.decision with input as asked([window("tenant clinic", 50, 1788480000000000000)])
	some denial in decision.deny
	denial.message == "tenant clinic is frozen until 2026-09-04T00:00:00Z: Back to School"
	denial.at == ["version"]
}

test_a_freeze_without_end_says_so if {
	decision := freeze.decision with input as asked([window("platform", 0, 4611686018427387904)])
	{denial.message | some denial in decision.deny} == {"platform is frozen until further notice: Back to School"}
}
