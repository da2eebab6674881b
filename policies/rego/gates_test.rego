package platform.gates_test

import data.platform.gates

asked(metrics, wanted) := {
	"document": {"metrics": metrics},
	"model": {"gates": {"production": wanted, "integration": {"auc": {"min": 1}}}},
	"environment": {"name": "production"},
}

denied_in(question) := ids if {
	decision := gates.decision with input as question
	ids := {denial.rule | some denial in decision.deny}
}

messages_in(question) := messages if {
	decision := gates.decision with input as question
	messages := {denial.message | some denial in decision.deny}
}

test_metrics_that_meet_their_gates_are_allowed if {
	denied_in(asked({"auc": 0.9, "rmse": 12}, {"auc": {"min": 0.85}, "rmse": {"max": 20}})) == set()
}

test_a_metric_on_the_edge_meets_its_gate if {
	denied_in(asked({"auc": 0.85, "rmse": 20}, {"auc": {"min": 0.85}, "rmse": {"max": 20}})) == set()
}

test_a_metric_below_its_gate_is_denied if {
	question := asked({"auc": 0.84}, {"auc": {"min": 0.85}})
	denied_in(question) == {"gates-met"}
	messages_in(question) == {"auc is 0.84 and the gate asks for at least 0.85"}
}

test_a_metric_above_its_gate_is_denied if {
	messages_in(asked({"rmse": 21}, {"rmse": {"max": 20}})) == {"rmse is 21 and the gate asks for at most 20"}
}

test_a_metric_outside_of_both_gates_is_denied if {
	denied_in(asked({"bias": 0.3}, {"bias": {"min": -0.1, "max": 0.1}})) == {"gates-met"}
	denied_in(asked({"bias": -0.3}, {"bias": {"min": -0.1, "max": 0.1}})) == {"gates-met"}
}

test_a_metric_that_is_not_recorded_is_denied if {
	messages_in(asked({"f1": 1}, {"auc": {"min": 0.85}})) == {"auc has a gate in this environment and is not recorded"}
	denied_in(asked({}, {"auc": {"maxDropFromCurrent": 0.01}})) == {"gates-met"}
}

test_a_deployment_without_metrics_is_denied if {
	question := object.union(object.remove(asked({}, {"auc": {"min": 0.5}}), ["document"]), {"document": {}})
	denied_in(question) == {"gates-met"}
}

test_every_gate_that_fails_is_named if {
	count(messages_in(asked({"auc": 0.1}, {"auc": {"min": 0.85}, "f1": {"min": 0.5}}))) == 2
}

test_gates_of_other_environments_do_not_count if denied_in(asked({"auc": 0.9}, {})) == set()

test_a_model_without_gates_asks_nothing if {
	denied_in({"document": {"metrics": {}}, "model": {}, "environment": {"name": "production"}}) == set()
}

test_without_a_model_nothing_is_answered if {
	decision := gates.decision with input as {"document": {"metrics": {}}, "environment": {"name": "production"}}
	decision.evaluated == set()
}

test_a_bound_that_is_null_is_none if {
	denied_in(asked({"auc": 0.9}, {"auc": {"min": 0.85, "max": null}})) == set()
	denied_in(asked({"auc": 0.8}, {"auc": {"min": 0.85, "max": null}})) == {"gates-met"}
}

test_a_metric_that_is_no_number_is_denied if denied_in(asked({"auc": "0.9"}, {"auc": {"min": 0.85}})) == {"gates-met"}

test_numbers_are_written_as_people_do if {
	messages_in(asked({"rmse": 1234567.5}, {"rmse": {"max": 0.00001}})) == {"rmse is 1234567.5 and the gate asks for at most 0.00001"}
}
