package platform.gate_weakening_test

import data.platform.gate_weakening

gates := {"production": {"auc": {"min": 0.85, "maxDropFromCurrent": 0.01}, "rmse": {"max": 20}}}

asked(after) := {
	"document": {"gates": after},
	"change": {"action": "changed", "before": {"gates": gates}},
}

production(auc, rmse) := {"production": {"auc": auc, "rmse": rmse}}

denials_in(question) := denials if {
	decision := gate_weakening.decision with input as question
	denials := decision.deny
}

messages_in(question) := {denial.message | some denial in denials_in(question)}

test_gates_that_stay_are_no_news if messages_in(asked(gates)) == set()

test_stricter_and_new_gates_are_no_news if {
	stricter := production({"min": 0.9, "maxDropFromCurrent": 0}, {"max": 10, "min": 1})
	messages_in(asked(object.union(stricter, {"integration": {"auc": {"min": 0.1}}}))) == set()
}

test_a_lower_floor_is_told if {
	after := production({"min": 0.8, "maxDropFromCurrent": 0.01}, {"max": 20})
	denials_in(asked(after)) == {{
		"rule": "gates-weakened",
		"message": "min of auc in production goes from 0.85 to 0.8",
		"at": ["gates", "production", "auc", "min"],
	}}
}

test_a_higher_ceiling_is_told if {
	after := production({"min": 0.85, "maxDropFromCurrent": 0.01}, {"max": 21})
	messages_in(asked(after)) == {"max of rmse in production goes from 20 to 21"}
}

test_a_wider_drop_is_told if {
	after := production({"min": 0.85, "maxDropFromCurrent": 0.02}, {"max": 20})
	messages_in(asked(after)) == {"maxDropFromCurrent of auc in production goes from 0.01 to 0.02"}
}

test_a_bound_that_goes_is_told if {
	messages_in(asked(production({"min": 0.85}, {"max": 20}))) == {"maxDropFromCurrent of auc in production goes from 0.01 to nothing"}
	after := production({"min": 0.85, "maxDropFromCurrent": null}, {"max": 20})
	messages_in(asked(after)) == {"maxDropFromCurrent of auc in production goes from 0.01 to nothing"}
}

test_gates_that_go_are_told_one_by_one if {
	count(messages_in(asked({}))) == 3
	count(messages_in(object.union(object.remove(asked({}), ["document"]), {"document": {}}))) == 3
	messages_in(asked({"production": {"auc": gates.production.auc}})) == {"max of rmse in production goes from 20 to nothing"}
}

test_a_gate_under_another_name_is_told if {
	count(messages_in(asked({"production": {"AUC": gates.production.auc, "rmse": {"max": 20}}}))) == 2
}

test_new_and_removed_models_have_nothing_to_compare if {
	messages_in({"document": {"gates": {}}, "change": {"action": "added", "before": null}}) == set()
	messages_in({"change": {"action": "removed", "before": {"gates": gates}}}) == set()
}

test_a_model_that_had_no_gates_loses_none if {
	messages_in({"document": {}, "change": {"action": "changed", "before": {}}}) == set()
}

test_an_action_nobody_knows_is_not_answered if {
	decision := gate_weakening.decision with input as {"document": {}, "change": {"action": "moved", "before": {}}}
	decision.evaluated == set()
}
