package platform.incident_test

import data.platform.incident

resolved := {
	"severity": "P1",
	"title": "Wrong scores",
	"detected": "2026-11-30T10:00:00Z",
	"declared": "2026-11-30T10:04:00Z",
	"mitigated": "2026-11-30T11:40:00+01:00",
	"resolved": "2026-12-01T09:00:00Z",
	"cause": "Night shifts were taken for missing values",
}

denials(document) := deny if {
	deny := incident.decision.deny with input as {"document": document}
}

denied_in(document) := {denial.rule | some denial in denials(document)}

but(changes) := object.union(object.remove(resolved, object.keys(changes)), changes)

without(keys) := object.remove(resolved, keys)

test_an_incident_in_order_is_allowed if denied_in(resolved) == set()

test_an_incident_that_still_runs_is_allowed if denied_in(without(["mitigated", "resolved", "cause"])) == set()

test_two_times_may_be_the_same_moment if {
	denied_in(but({"declared": "2026-11-30T10:00:00Z", "mitigated": "2026-11-30T11:00:00+01:00"})) == set()
}

test_each_time_that_is_out_of_order_is_named if {
	late := [denial.at | some denial in denials(but({"declared": "2026-11-30T09:59:59Z"}))]
	late == [["declared"]]
	early := [denial.at | some denial in denials(but({"mitigated": "2026-11-30T10:40:00+01:00"}))]
	early == [["mitigated"]]
	last := [denial.at | some denial in denials(but({"resolved": "2026-11-30T10:30:00Z"}))]
	last == [["resolved"]]
}

test_resolved_without_mitigated_is_denied if denied_in(without(["mitigated"])) == {"incident-times"}

test_resolved_without_a_cause_is_denied if {
	denied_in(without(["cause"])) == {"incident-cause"}
	denied_in(but({"cause": "  "})) == {"incident-cause"}
}
