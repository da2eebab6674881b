package platform.validation_test

import data.platform.validation

sample := {"digest": "sha256:2", "classification": "pii", "columns": {}, "sharedWith": []}

asked(changes) := object.union(
	{
		"name": "clinic/tumour",
		"document": {
			"data": {"datasets": ["clinic/biopsies"]},
			"validation": {"dataset": "clinic/held-out"},
		},
		"tenant": {"name": "clinic", "clearance": "pii"},
		"datasets": {
			"clinic/biopsies": {"digest": "sha256:1", "classification": "pii", "columns": {}},
			"clinic/held-out": sample,
		},
	},
	changes,
)

denied_in(changes) := ids if {
	decision := validation.decision with input as asked(changes)
	ids := {denial.rule | some denial in decision.deny}
}

test_rows_that_were_held_out_are_allowed if denied_in({}) == set()

test_a_model_without_a_sample_is_allowed if {
	plain := {"name": "clinic/tumour", "document": {"data": {"datasets": ["clinic/biopsies"]}}}
	decision := validation.decision with input as plain
	decision.deny == set()
	decision.evaluated == {"validation-held-out", "validation-clearance"}
}

test_the_data_set_that_it_is_trained_on_is_denied if {
	denied_in({"document": {"validation": {"dataset": "clinic/biopsies"}}}) == {"validation-held-out"}
}

test_the_same_bytes_under_another_name_are_denied if {
	denied_in({"datasets": {"clinic/held-out": {"digest": "sha256:1"}}}) == {"validation-held-out"}
}

test_a_sample_without_a_digest_is_denied if {
	changed := {"clinic/biopsies": {"digest": "sha256:1"}, "clinic/held-out": object.remove(sample, ["digest"])}
	decision := validation.decision with input as object.union(
		object.remove(asked({}), ["datasets"]),
		{"datasets": changed},
	)
	{denial.rule | some denial in decision.deny} == {"validation-held-out"}
}

test_data_above_the_clearance_is_denied if {
	denied_in({"tenant": {"clearance": "internal"}}) == {"validation-clearance"}
	denied_in({"tenant": {"clearance": "all"}}) == {"validation-clearance"}
}

test_another_tenants_data_is_denied_unless_it_is_shared if {
	document := {"validation": {"dataset": "postal/letters"}}
	denied_in({"document": document, "datasets": {"postal/letters": sample}}) == {"validation-clearance"}
	shared := object.union(sample, {"sharedWith": ["clinic"]})
	denied_in({"document": document, "datasets": {"postal/letters": shared}}) == set()
}
