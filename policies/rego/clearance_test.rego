package platform.clearance_test

import data.platform.clearance

reading(clearance_of_tenant, datasets) := {
	"name": "reading/recommender",
	"document": {"data": {"datasets": [name | some name, _ in datasets]}},
	"tenant": {"name": "reading", "clearance": clearance_of_tenant},
	"datasets": datasets,
}

events(classification) := {"reading/events": {"classification": classification, "columns": {}, "sharedWith": []}}

grades(shared_with) := {"school/grades": {"classification": "internal", "columns": {}, "sharedWith": shared_with}}

denied_in(asked) := ids if {
	decision := clearance.decision with input as asked
	ids := {denial.rule | some denial in decision.deny}
}

test_clearance_as_high_as_the_data_is_enough if denied_in(reading("pii", events("pii"))) == set()

test_more_clearance_than_needed_is_allowed if denied_in(reading("confidential", events("public"))) == set()

test_pii_without_clearance_is_denied if {
	denied_in(reading("confidential", events("pii"))) == {"data-clearance"}
	denied_in(reading("public", events("internal"))) == {"data-clearance"}
}

test_a_clearance_nobody_knows_covers_nothing if denied_in(reading("all", events("public"))) == {"data-clearance"}

test_a_pii_column_asks_for_clearance if {
	columns := {"email": {"type": "string", "classification": "pii"}}
	datasets := {"reading/events": {"classification": "public", "columns": columns}}
	denied_in(reading("internal", datasets)) == {"data-clearance"}
}

test_data_that_is_not_there_is_denied if {
	asked := object.union(reading("pii", events("public")), {"document": {"data": {"datasets": ["reading/other"]}}})
	decision := clearance.decision with input as asked
	not "data-clearance" in decision.evaluated
}

test_data_of_another_tenant_is_read_when_shared if denied_in(reading("pii", grades(["reading"]))) == set()

test_data_of_another_tenant_is_not_read_unasked if {
	denied_in(reading("pii", grades([]))) == {"data-sharing"}
	denied_in(reading("pii", grades(["writing"]))) == {"data-sharing"}
}

test_a_name_that_begins_like_the_tenants_is_another_tenants if {
	datasets := {"reading-two/events": {"classification": "public", "columns": {}, "sharedWith": []}}
	denied_in(reading("pii", datasets)) == {"data-sharing"}
}

test_sharing_that_is_not_declared_is_none if {
	denied_in(reading("pii", {"school/grades": {"classification": "public", "columns": {}}})) == {"data-sharing"}
}

test_each_data_set_is_denied_at_its_own_place if {
	datasets := object.union(events("pii"), grades([]))
	decision := clearance.decision with input as reading("internal", datasets)
	{[denial.rule, denial.at] | some denial in decision.deny} == {
		["data-clearance", ["data", "datasets", 0]],
		["data-sharing", ["data", "datasets", 1]],
	}
}
