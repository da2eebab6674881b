package platform.base_gates_test

import data.platform.base_gates

pin := {"version": "1.0.0", "digest": "sha256:aa"}

asked(metrics, agreed_gates) := {
	"document": {"metrics": metrics},
	"model": {"gates": {}},
	"environment": {"name": "production"},
	"base": {"model": {"gates": {"production": agreed_gates, "integration": {"auc": {"min": 1}}}}},
	"change": {"action": "changed", "base": pin, "before": {"metrics": {"auc": 0.9}}, "isRollback": false, "revoked": [], "now": 1000, "ranUntil": 900, "changedKeys": ["version", "digest"]},
}

change_is(question, differences) := object.union(question, {"change": differences})

denials_in(question) := denials if {
	decision := base_gates.decision with input as question
	denials := decision.deny
}

denied_in(question) := {denial.rule | some denial in denials_in(question)}

denied := {"gates-agreed"}

test_what_meets_the_agreed_gates_is_allowed if denied_in(asked({"auc": 0.9}, {"auc": {"min": 0.85}})) == set()

test_a_gate_that_is_gone_from_the_head_still_holds if {
	question := asked({"auc": 0.8}, {"auc": {"min": 0.85}})
	denied_in(question) == denied
	denials_in(question) == {{
		"rule": "gates-agreed",
		"message": "auc is 0.8 and the gate asks for at least 0.85, as agreed before this change",
		"at": ["metrics", "auc"],
	}}
}

test_a_metric_that_is_left_out_does_not_help if denied_in(asked({"f1": 1}, {"auc": {"min": 0.85}})) == denied

test_a_deployment_without_metrics_is_denied if {
	question := asked({}, {"auc": {"min": 0.85}})
	denied_in(object.union(object.remove(question, ["document"]), {"document": {}})) == denied
}

test_a_drop_that_was_not_agreed_is_denied if {
	gate := {"auc": {"min": 0.5, "maxDropFromCurrent": 0.01}}
	denied_in(asked({"auc": 0.8}, gate)) == denied
	denied_in(asked({"auc": 0.89}, gate)) == set()
}

test_the_first_version_drops_nothing if {
	question := asked({"auc": 0.8}, {"auc": {"min": 0.5, "maxDropFromCurrent": 0.01}})
	denied_in(change_is(question, {"action": "added", "base": null, "before": null, "ownPins": []})) == set()
	lower := asked({"auc": 0.4}, {"auc": {"min": 0.5, "maxDropFromCurrent": 0.01}})
	denied_in(change_is(lower, {"action": "added", "base": null, "before": null, "ownPins": []})) == denied
}

test_what_was_removed_and_comes_again_is_compared_with_what_ran_last if {
	question := asked({"auc": 0.8}, {"auc": {"min": 0.5, "maxDropFromCurrent": 0.01}})
	again := {"action": "added", "base": null, "before": null, "ownPins": [{"version": "1.0.0"}]}
	denied_in(change_is(question, again)) == denied
	denied_in(change_is(question, object.union(again, {"last": {"metrics": {"auc": 0.9}}}))) == denied
	denied_in(change_is(question, object.union(again, {"last": {"metrics": {"auc": 0.8}}}))) == set()
}

test_gates_of_other_environments_were_agreed_for_those if denied_in(asked({"auc": 0.9}, {})) == set()

test_a_new_model_was_promised_nothing if {
	question := object.union(object.remove(asked({}, {}), ["base"]), {"base": {"environment": {"name": "production"}}})
	denied_in(question) == set()
}

test_a_rollback_is_always_open if {
	denied_in(change_is(asked({"auc": 0.1}, {"auc": {"min": 0.85}}), {"isRollback": true})) == set()
}

test_an_unknown_rollback_is_none if {
	denied_in(change_is(asked({"auc": 0.1}, {"auc": {"min": 0.85}}), {"isRollback": null})) == denied
	question := asked({"auc": 0.1}, {"auc": {"min": 0.85}})
	unknown := object.union(object.remove(question, ["change"]), {"change": object.remove(question.change, ["isRollback"])})
	denied_in(unknown) == denied
}

test_removal_is_always_open if {
	denied_in({"base": asked({}, {"auc": {"min": 1}}).base, "change": {"action": "removed"}}) == set()
}

test_without_a_base_nothing_is_answered if {
	decision := base_gates.decision with input as object.remove(asked({"auc": 0.9}, {}), ["base"])
	decision.evaluated == set()
}

test_every_gate_that_fails_is_named_once if {
	question := asked({"auc": 0.1}, {"auc": {"min": 0.85, "maxDropFromCurrent": 0.01}, "f1": {"min": 0.5}})
	count(denials_in(question)) == 2
}
