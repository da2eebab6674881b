package platform.regression_test

import data.platform.regression

pin := {"version": "1.0.0", "digest": "sha256:1111111111111111111111111111111111111111111111111111111111111111"}

asked(before, after, gate) := {
	"document": {"metrics": after},
	"model": {"gates": {"production": {"auc": gate}}},
	"environment": {"name": "production"},
	"change": {"action": "changed", "base": pin, "before": {"metrics": before}, "isRollback": false, "revoked": [], "now": 1000, "ranUntil": 900, "changedKeys": ["version", "digest"]},
}

change_is(question, differences) := object.union(question, {"change": differences})

denied_in(question) := ids if {
	decision := regression.decision with input as question
	ids := {denial.rule | some denial in decision.deny}
}

messages_in(question) := messages if {
	decision := regression.decision with input as question
	messages := {denial.message | some denial in decision.deny}
}

gate := {"min": 0.8, "maxDropFromCurrent": 0.01}

test_a_better_version_is_allowed if denied_in(asked({"auc": 0.9}, {"auc": 0.95}, gate)) == set()

test_a_drop_that_the_gate_allows_is_allowed if denied_in(asked({"auc": 0.93}, {"auc": 0.92}, gate)) == set()

test_a_deeper_drop_is_denied if {
	question := asked({"auc": 0.93}, {"auc": 0.91}, gate)
	denied_in(question) == {"gates-regression"}
	messages_in(question) == {"auc goes from 0.93 to 0.91, and the gate allows a loss of 0.01"}
}

test_where_less_is_better_a_rise_is_a_loss if {
	denied_in(asked({"auc": 20}, {"auc": 22}, {"max": 30, "maxDropFromCurrent": 1})) == {"gates-regression"}
	denied_in(asked({"auc": 22}, {"auc": 20}, {"max": 30, "maxDropFromCurrent": 1})) == set()
}

test_a_floor_of_zero_still_means_more_is_better if {
	denied_in(asked({"auc": 20}, {"auc": 22}, {"min": 0, "max": 30, "maxDropFromCurrent": 1})) == set()
}

test_gates_that_allow_any_drop_ask_nothing if denied_in(asked({"auc": 0.9}, {"auc": 0.1}, {"min": 0})) == set()

test_what_is_not_recorded_cannot_be_compared if {
	denied_in(asked({}, {"auc": 0.9}, gate)) == {"gates-regression"}
	denied_in(asked({"auc": 0.9}, {}, gate)) == {"gates-regression"}
	messages_in(asked({}, {"auc": 0.9}, gate)) == {"auc cannot be compared: it must be recorded for this version and for the one that runs"}
}

test_a_rollback_may_be_worse if {
	denied_in(change_is(asked({"auc": 0.9}, {"auc": 0.1}, gate), {"isRollback": true})) == set()
}

test_an_unknown_rollback_is_none if {
	denied_in(change_is(asked({"auc": 0.9}, {"auc": 0.1}, gate), {"isRollback": null})) == {"gates-regression"}
}

test_the_first_version_replaces_nothing if {
	denied_in(change_is(asked({}, {"auc": 0.9}, gate), {"action": "added", "base": null, "before": null, "ownPins": []})) == set()
}

test_what_was_removed_and_comes_again_is_compared_with_what_ran_last if {
	again := {"action": "added", "base": null, "before": null, "ownPins": [{"version": "1.0.0"}]}
	denied_in(change_is(asked({}, {"auc": 0.8}, gate), again)) == {"gates-regression"}
	worse := object.union(again, {"last": {"metrics": {"auc": 0.9}}})
	denied_in(change_is(asked({}, {"auc": 0.8}, gate), worse)) == {"gates-regression"}
	denied_in(change_is(asked({}, {"auc": 0.9}, gate), worse)) == set()
	unknown := object.union(object.remove(again, ["ownPins"]), {"historyComplete": false})
	denied_in(change_is(asked({}, {"auc": 0.8}, gate), unknown)) == {"gates-regression"}
}

test_removal_is_always_open if {
	denied_in(change_is(asked({}, {}, gate), {"action": "removed"})) == set()
}

test_without_a_model_nothing_is_answered if {
	question := object.remove(asked({"auc": 0.9}, {"auc": 0.9}, gate), ["model"])
	decision := regression.decision with input as question
	decision.evaluated == set()
}

test_a_drop_that_is_null_is_none if {
	denied_in(asked({"auc": 0.9}, {"auc": 0.1}, {"min": 0, "maxDropFromCurrent": null})) == set()
	denied_in(asked({"auc": 22}, {"auc": 20}, {"min": null, "max": 30, "maxDropFromCurrent": 1})) == set()
}
