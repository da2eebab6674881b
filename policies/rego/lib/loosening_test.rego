package lib.loosening_test

whole := {
	"critical": true,
	"slo": {"availability": 99.9, "latencyP99Ms": 50},
	"monitoring": {"sampleRate": 0.5, "drift": {"method": "psi", "threshold": 0.2}, "requestLog": "masked"},
	"validation": {"dataset": "postal/held-out", "task": "classification", "rows": 500},
	"gates": {"production": {"accuracy": {"min": 0.9, "maxDropFromCurrent": 0.02}}},
}

messages(after) := {entry.message | some entry in data.lib.loosening.of_model(whole, after)}

with_value(values) := object.union(whole, values)

test_what_stays_or_asks_for_more_is_not_looser if {
	messages(whole) == set()
	messages(with_value({"slo": {"latencyP99Ms": 40}})) == set()
	messages(with_value({"slo": {"availability": 99.99}})) == set()
	messages(with_value({"monitoring": {"sampleRate": 1}})) == set()
	messages(with_value({"monitoring": {"drift": {"threshold": 0.1}}})) == set()
	messages(with_value({"monitoring": {"requestLog": "full"}})) == set()
	messages(with_value({"validation": {"rows": 1000}})) == set()
	messages(json.remove(whole, ["validation/rows"])) == set()
	messages(with_value({"gates": {"production": {"accuracy": {"min": 0.95}}}})) == set()
	data.lib.loosening.of_model({}, whole) == set()
}

test_what_goes_is_named_once if {
	messages(json.remove(whole, ["slo"])) == {"slo is removed"}
	messages(json.remove(whole, ["monitoring"])) == {"monitoring is removed"}
	messages(json.remove(whole, ["validation"])) == {"validation is removed"}
	messages(json.remove(whole, ["slo", "monitoring", "validation"])) == {"slo is removed", "monitoring is removed", "validation is removed"}
	messages(json.remove(whole, ["slo/availability"])) == {"slo.availability is removed"}
	messages(json.remove(whole, ["monitoring/drift"])) == {"monitoring.drift is removed"}
	messages(with_value({"slo": null})) == {"slo is removed"}
}

test_what_asks_for_less_is_looser if {
	messages(with_value({"slo": {"latencyP99Ms": 500}})) == {"slo.latencyP99Ms goes from 50 to 500"}
	messages(with_value({"slo": {"availability": 90}})) == {"slo.availability goes from 99.9 to 90"}
	messages(with_value({"monitoring": {"sampleRate": 0}})) == {"monitoring.sampleRate goes from 0.5 to 0"}
	messages(with_value({"monitoring": {"drift": {"threshold": 9}}})) == {"monitoring.drift.threshold goes from 0.2 to 9"}
	messages(with_value({"monitoring": {"requestLog": "off"}})) == {"monitoring.requestLog goes from masked to off"}
	messages(with_value({"validation": {"rows": 30}})) == {"validation.rows goes from 500 to 30"}
	messages(with_value({"validation": {"dataset": "postal/easy"}})) == {"validation.dataset goes from postal/held-out to postal/easy"}
	messages(with_value({"critical": false})) == {"critical goes from true to false"}
	messages(json.remove(whole, ["critical"])) == {"critical goes from true to false"}
	messages(json.remove(whole, ["gates"])) == {
		"maxDropFromCurrent of accuracy in production goes from 0.02 to nothing",
		"min of accuracy in production goes from 0.9 to nothing",
	}
}

test_rows_that_were_not_said_are_a_thousand if {
	usual := json.remove(whole, ["validation/rows"])
	{entry.message | some entry in data.lib.loosening.of_model(usual, whole)} == {"validation.rows goes from 1000 to 500"}
}

test_what_has_the_wrong_type_is_left_to_the_schema if {
	messages(with_value({"slo": {"latencyP99Ms": "fast"}})) == set()
	messages(with_value({"slo": "fast"})) == {"slo.availability is removed"}
}
