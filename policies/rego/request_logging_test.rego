package platform.request_logging_test

import data.platform.request_logging

asked(monitoring, classifications) := {
	"document": object.union({"data": {"datasets": object.keys(datasets)}}, monitoring),
	"datasets": datasets,
} if {
	datasets := {name: {"classification": class, "columns": {}} | some name, class in classifications}
}

# As in documents, where it is a list.
listed(question) := object.union(question, {"document": {"data": {"datasets": [name | some name, _ in question.datasets]}}})

denials_in(question) := denials if {
	decision := request_logging.decision with input as listed(question)
	denials := decision.deny
}

denied_in(question) := {denial.rule | some denial in denials_in(question)}

log(kind) := {"monitoring": {"sampleRate": 0.1, "requestLog": kind}}

pii := {"clinic/biopsies": "pii", "clinic/words": "public"}

test_masked_requests_are_allowed if {
	denied_in(asked(log("masked"), pii)) == set()
	denied_in(asked(log("off"), pii)) == set()
}

test_what_is_not_said_is_masked if {
	denied_in(asked({}, pii)) == set()
	denied_in(asked({"monitoring": null}, pii)) == set()
	denied_in(asked({"monitoring": {"sampleRate": 1}}, pii)) == set()
}

test_harmless_requests_may_be_logged_in_full if {
	denied_in(asked(log("full"), {"clinic/words": "public", "clinic/levels": "internal"})) == set()
}

test_one_sensitive_data_set_is_enough if {
	denied_in(asked(log("full"), pii)) == {"pii-request-log"}
	denied_in(asked(log("full"), {"clinic/prices": "confidential"})) == {"pii-request-log"}
}

test_a_pii_column_is_enough if {
	question := {
		"document": object.union({"data": {"datasets": ["clinic/words"]}}, log("full")),
		"datasets": {"clinic/words": {"classification": "public", "columns": {"email": {"classification": "pii"}}}},
	}
	denied_in(question) == {"pii-request-log"}
}

test_a_way_of_logging_that_nobody_knows_is_denied if {
	denied_in(asked(log("Masked"), {"clinic/words": "public"})) == {"pii-request-log"}
	denied_in(asked(log(null), pii)) == {"pii-request-log"}
	denied_in(asked(log(false), pii)) == {"pii-request-log"}
}

test_data_that_is_not_there_is_denied if {
	decision := request_logging.decision with input as {
		"document": object.union({"data": {"datasets": ["clinic/other"]}}, log("full")),
		"datasets": {},
	}
	{denial.rule | some denial in decision.deny} == {"pii-request-log"}
}

test_no_data_at_all_is_denied if {
	decision := request_logging.decision with input as {
		"document": object.union({"data": {"datasets": []}}, log("full")),
		"datasets": {},
	}
	{denial.rule | some denial in decision.deny} == {"pii-request-log"}
}

test_features_are_unknown_data if {
	decision := request_logging.decision with input as {
		"document": object.union({"data": {"datasets": ["clinic/words"], "features": ["clinic/visits"]}}, log("full")),
		"datasets": {"clinic/words": {"classification": "public", "columns": {}}},
	}
	{denial.rule | some denial in decision.deny} == {"pii-request-log"}
}

test_the_denial_names_the_data_and_the_place if {
	denials_in(asked(log("full"), pii)) == {{
		"rule": "pii-request-log",
		"message": "requests are logged in full, and the model reads clinic/biopsies (pii)",
		"at": ["monitoring", "requestLog"],
	}}
}
