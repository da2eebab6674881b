package platform.model_loosening_test

import data.platform.model_loosening

before := {"slo": {"latencyP99Ms": 50}, "gates": {"production": {"auc": {"min": 0.9}}}}

denials_of(action, document) := denials if {
	decision := model_loosening.decision with input as {"document": document, "change": {"action": action, "before": before}}
	denials := decision.deny
}

test_what_stays_is_allowed if denials_of("changed", before) == set()

test_a_weaker_gate_is_another_rules if denials_of("changed", {"slo": {"latencyP99Ms": 50}}) == set()

test_a_longer_latency_is_noticed if {
	denials_of("changed", object.union(before, {"slo": {"latencyP99Ms": 60}})) == {{
		"rule": "model-loosened",
		"message": "slo.latencyP99Ms goes from 50 to 60",
		"at": ["slo", "latencyP99Ms"],
	}}
}

test_a_new_model_and_one_that_goes_loosen_nothing if {
	denials_of("added", {}) == set()
	denials_of("removed", {}) == set()
}

test_an_action_nobody_knows_is_not_answered if {
	decision := model_loosening.decision with input as {"document": {}, "change": {"action": "moved", "before": {}}}
	decision.evaluated == set()
}
