package platform.blast_radius_test

import data.platform.blast_radius

asked(total, added, changed, removed) := {
	"name": "production",
	"change": {
		"action": "kept",
		"before": {"blastRadius": {"maxChangedPercent": 30, "minResources": 10}},
		"deployments": {"total": total, "added": added, "changed": changed, "removed": removed},
	},
}

denied_in(question) := ids if {
	decision := blast_radius.decision with input as question
	ids := {denial.rule | some denial in decision.deny}
}

messages_in(question) := messages if {
	decision := blast_radius.decision with input as question
	messages := {denial.message | some denial in decision.deny}
}

test_a_small_part_may_change if denied_in(asked(100, 5, 20, 5)) == set()

test_few_deployments_may_change_whatever_part_they_are if {
	denied_in(asked(10, 0, 10, 0)) == set()
	denied_in(asked(10, 0, 0, 10)) == set()
}

test_a_large_part_may_not if {
	denied_in(asked(100, 0, 31, 0)) == {"blast-radius"}
	denied_in(asked(20, 0, 11, 0)) == {"blast-radius"}
}

test_what_comes_goes_and_changes_counts_together if denied_in(asked(100, 11, 10, 10)) == {"blast-radius"}

test_removals_have_half_the_room if {
	denied_in(asked(100, 0, 0, 15)) == set()
	denied_in(asked(100, 0, 0, 16)) == {"blast-removals"}
	denied_in(asked(100, 0, 0, 31)) == {"blast-radius", "blast-removals"}
}

test_the_limit_itself_is_allowed if denied_in(asked(100, 0, 30, 0)) == set()

capped(total, added, changed, removed) := object.union(
	asked(total, added, changed, removed),
	{"change": {"before": {"blastRadius": {"maxChanged": 3, "maxChangedPercent": 100}}}},
)

test_no_more_than_a_number_may_change_whatever_part_they_are if {
	denied_in(capped(100, 1, 1, 1)) == set()
	denied_in(capped(100, 1, 1, 2)) == {"blast-radius"}
	denied_in(capped(4, 0, 4, 0)) == {"blast-radius"}
	denied_in(capped(100, 0, 0, 4)) == {"blast-radius", "blast-removals"}
	messages_in(capped(100, 0, 4, 0)) == {"the change changes 4 of 100 deployments in production, and at most 3 are allowed"}
}

test_the_number_that_binds_is_the_base_s if {
	dropped := object.union(capped(100, 0, 4, 0), {"document": {"blastRadius": {
		"maxChangedPercent": 100,
		"minResources": 10,
	}}})
	denied_in(dropped) == {"blast-radius"}
}

test_a_number_that_is_none_allows_nothing if {
	wrong := {"change": {"before": {"blastRadius": {"maxChanged": "1000"}}}}
	denied_in(object.union(asked(100, 0, 1, 0), wrong)) == {"blast-radius", "blast-removals"}
	denied_in(object.union(asked(100, 0, 1, 0), {"change": {"before": {"blastRadius": {"maxChanged": null}}}})) == set()
}

test_a_number_does_not_stop_what_comes_where_nothing_runs if denied_in(capped(0, 50, 0, 0)) == set()

test_where_nothing_runs_anything_may_come if {
	denied_in(asked(0, 50, 0, 0)) == set()
	denied_in(object.union(asked(0, 50, 0, 0), {"change": {"action": "added", "before": null}})) == set()
}

test_without_limits_nothing_may_change if {
	denied_in(json.remove(asked(5, 0, 1, 0), ["change/before"])) == {"blast-radius", "blast-removals"}
	denied_in(json.remove(asked(100, 0, 40, 0), ["change/before/blastRadius/maxChangedPercent"])) == {"blast-radius"}
	unlimited := object.union(asked(5, 0, 1, 0), {"change": {"before": {"blastRadius": {
		"minResources": "1000",
		"maxChangedPercent": "100",
	}}}})
	denied_in(unlimited) == {"blast-radius", "blast-removals"}
}

test_without_counts_nothing_is_answered if {
	decision := blast_radius.decision with input as json.remove(asked(100, 0, 1, 0), ["change/deployments"])
	decision.evaluated & {denial.rule | some denial in decision.deny} == decision.evaluated
}

test_the_denial_says_how_many_of_how_many if {
	messages_in(asked(100, 0, 0, 40)) == {
		"the change changes 40 of 100 deployments in production, and at most 10 are allowed, or 30 %",
		"the change removes 40 of 100 deployments in production, and at most 10 are allowed, or 15 %",
	}
	decision := blast_radius.decision with input as asked(100, 0, 40, 0)
	{denial.at | some denial in decision.deny} == {["blastRadius"]}
}
