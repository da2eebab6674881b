package platform.training_data_test

import data.platform.training_data

pin := {"version": "1.1.0", "digest": "sha256:aa"}

trained := {"clinic/biopsies": "sha256:b1"}

biopsies := {"clinic/biopsies": {"digest": "sha256:b2"}}

on(some_data) := object.union(pin, {"from": {"data": some_data}})

asked(document, facts) := {
	"document": document,
	"model": {"data": {"datasets": ["clinic/biopsies"]}},
	"datasets": biopsies,
	"base": {"datasets": biopsies},
	"change": object.union(object.remove(usual, object.keys(facts)), facts),
}

denials_in(question) := denials if {
	decision := training_data.decision with input as question
	denials := decision.deny
}

denied_in(question) := {denial.rule | some denial in denials_in(question)}

messages_in(question) := {denial.message | some denial in denials_in(question)}

denied := {"origin-kept"}

usual := {"action": "changed", "base": pin, "before": on(trained)}

added := {"action": "added", "base": null, "before": null}

test_what_stays_is_allowed if {
	denied_in(asked(on(trained), {})) == set()
	denied_in(asked(on(trained), {"first": on(trained)})) == set()
}

test_what_goes_or_becomes_another_is_denied if {
	denied_in(asked(on({}), {})) == denied
	denied_in(asked(pin, {})) == denied
	denied_in(asked(object.union(pin, {"from": null}), {})) == denied
	denied_in(asked(on({"clinic/biopsies": "sha256:b9"}), {})) == denied
	denied_in(asked(on({"clinic/words": "sha256:b1"}), {})) == denied
	denied_in(asked(on({"clinic/biopsies": "sha256:b9", "clinic/words": "sha256:b1"}), {})) == denied
	messages_in(asked(on({}), {})) == {"this version was trained on other data than from.data says now"}
}

test_a_data_set_may_get_another_name if {
	renamed := object.union(
		object.remove(asked(on({"clinic/slides": "sha256:b1"}), {}), ["datasets"]),
		{"datasets": {"clinic/slides": {"digest": "sha256:b2"}}},
	)
	denied_in(renamed) == set()
	other := object.union(object.remove(renamed, ["datasets"]), {"datasets": {"clinic/slides": {"digest": "sha256:b3"}}})
	denied_in(other) == denied
}

test_another_version_has_data_of_its_own if {
	up := object.union(on({"clinic/biopsies": "sha256:b2"}), {"version": "1.2.0", "digest": "sha256:bb"})
	denied_in(asked(up, {})) == set()
	silent := object.union(object.remove(up, ["from"]), {"from": {}})
	denied_in(asked(silent, {})) == denied
	messages_in(asked(silent, {})) == {"from.data does not say what this version was trained on"}
	denied_in(object.union(asked(silent, {}), {"model": {"data": {"datasets": []}}})) == set()
}

test_a_version_is_what_it_was_at_first_in_whichever_environment if {
	facts := object.union(added, {"first": on(trained)})
	denied_in(asked(on(trained), facts)) == set()
	denied_in(asked(on({}), facts)) == denied
	denied_in(asked(on({"clinic/biopsies": "sha256:b2"}), facts)) == denied
}

test_more_data_may_be_named if {
	denied_in(asked(on(object.union(trained, {"clinic/words": "sha256:c1"})), {"first": on(trained)})) == set()
}

test_what_never_said_it_may_run_on_and_say_it if {
	denied_in(asked(on({}), {"before": on({})})) == set()
	denied_in(asked(on(trained), {"before": on({}), "first": on({})})) == set()
}

test_removal_is_always_open if {
	denied_in({"change": {"action": "removed", "base": pin, "before": on(trained)}}) == set()
}

test_an_action_nobody_knows_is_denied if denied_in(asked(on(trained), {"action": "moved"})) == denied
