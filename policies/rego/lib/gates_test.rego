package lib.gates_test

test_gates_are_those_of_the_environment if {
	model := {"gates": {"production": {"auc": {"min": 0.9}}}}
	data.lib.gates.of(model, "production") == {"auc": {"min": 0.9}}
	data.lib.gates.of(model, "integration") == {}
	data.lib.gates.of({}, "production") == {}
}

test_a_metric_within_its_bounds_is_met if {
	data.lib.gates.is_met({"auc": 0.9}, "auc", {"min": 0.9})
	data.lib.gates.is_met({"auc": 0.9}, "auc", {"min": 0.1, "max": 0.9})
	data.lib.gates.is_met({"auc": 0.9}, "auc", {"maxDropFromCurrent": 0.1})
}

test_a_bound_that_is_null_is_none if data.lib.gates.is_met({"auc": 0.9}, "auc", {"min": null, "max": 1})

test_a_metric_outside_of_its_bounds_is_not_met if {
	not data.lib.gates.is_met({"auc": 0.8}, "auc", {"min": 0.9})
	not data.lib.gates.is_met({"auc": 1.1}, "auc", {"min": 0.9, "max": 1})
}

test_what_is_no_number_meets_no_gate if {
	not data.lib.gates.is_met({"auc": "0.95"}, "auc", {"min": 0.9})
	not data.lib.gates.is_met({"auc": null}, "auc", {"max": 0.9})
	not data.lib.gates.is_met({}, "auc", {"maxDropFromCurrent": 0.1})
	not data.lib.gates.is_met({"auc": 0.95}, "auc", {"min": "0.9"})
}

test_an_allowed_drop_is_no_regression if {
	data.lib.gates.is_no_worse({"auc": 0.93}, {"auc": 0.92}, "auc", {"maxDropFromCurrent": 0.01})
	data.lib.gates.is_no_worse({"auc": 0.9}, {"auc": 0.1}, "auc", {"maxDropFromCurrent": null})
	not data.lib.gates.is_no_worse({"auc": 0.93}, {"auc": 0.91}, "auc", {"maxDropFromCurrent": 0.01})
}

test_what_cannot_be_compared_does_not_hold_up if {
	not data.lib.gates.is_no_worse({}, {"auc": 0.91}, "auc", {"maxDropFromCurrent": 0.01})
	not data.lib.gates.is_no_worse({"auc": 0.91}, {}, "auc", {"maxDropFromCurrent": 0.01})
	not data.lib.gates.is_no_worse({"auc": 0.91}, {"auc": 0.91}, "auc", {"maxDropFromCurrent": "all"})
}
