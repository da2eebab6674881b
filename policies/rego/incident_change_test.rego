package platform.incident_change_test

import data.platform.incident_change

opened := {
	"severity": "P1",
	"title": "Wrong scores",
	"detected": "2026-11-30T10:00:00Z",
	"declared": "2026-11-30T10:04:00Z",
	"commander": "ada",
}

resolved := object.union(opened, {
	"mitigated": "2026-11-30T10:40:00Z",
	"resolved": "2026-11-30T11:00:00Z",
	"cause": "Night shifts were taken for missing values",
})

at_noon := time.parse_rfc3339_ns("2026-11-30T12:00:00Z")

facts := {
	"action": "changed",
	"before": opened,
	"now": at_noon,
	"historyComplete": true,
	"unknown": [],
	"unlanded": [],
}

denials(document, changes) := deny if {
	change := object.union(object.remove(facts, object.keys(changes)), changes)
	deny := incident_change.decision.deny with input as {"document": document, "change": change}
}

denied_in(document, changes) := {denial.rule | some denial in denials(document, changes)}

test_an_incident_may_be_opened_and_resolved if {
	denied_in(opened, {"action": "added", "before": null}) == set()
	denied_in(resolved, {}) == set()
}

test_an_incident_is_not_removed if {
	denied := incident_change.decision.deny with input as {
		"change": object.union(facts, {"action": "removed", "before": resolved}),
	}
	{denial.rule | some denial in denied} == {"incident-removed"}
}

test_a_time_in_the_future_is_denied if {
	future := object.union(opened, {"mitigated": "2026-11-30T12:00:01Z"})
	[denial.at | some denial in denials(future, {})] == [["mitigated"]]
	denied_in(object.union(opened, {"mitigated": "2026-11-30T12:00:00Z"}), {}) == set()
}

test_without_a_clock_nothing_is_in_the_past if {
	denied := incident_change.decision.deny with input as {"document": opened, "change": object.remove(facts, ["now"])}
	"incident-future" in {denial.rule | some denial in denied}
}

test_a_commit_that_main_does_not_have_is_denied_where_it_stands if {
	link := {"at": ["changes", 0], "commit": "4f1d"}
	denied := denials(opened, {"unlanded": [link]})
	denied == {{"rule": "incident-changes", "message": "main has no change 4f1d", "at": ["changes", 0]}}
	shallow := denials(opened, {"unlanded": [link], "historyComplete": false})
	some denial in shallow
	contains(denial.message, "git fetch --unshallow")
}

test_a_name_that_nothing_has_is_denied_where_it_stands if {
	denied := denials(opened, {"unknown": [{"at": ["tenants", 0], "what": "the tenant clinc"}]})
	denied == {{"rule": "incident-names", "message": "there is not the tenant clinc", "at": ["tenants", 0]}}
}

test_a_resolved_incident_is_not_reopened_nor_made_milder if {
	denied_in(opened, {"before": resolved}) == {"incident-reopened"}
	milder := object.union(resolved, {"severity": "P2"})
	[denial.at | some denial in denials(milder, {"before": resolved})] == [["severity"]]
	earlier := object.union(resolved, {"mitigated": "2026-11-30T10:10:00Z"})
	[denial.at | some denial in denials(earlier, {"before": resolved})] == [["mitigated"]]
}

test_a_resolved_incident_may_be_completed if {
	more := object.union(resolved, {"cause": "Night shifts have no start", "actions": [{"what": "a test"}]})
	denied_in(more, {"before": resolved}) == set()
}
