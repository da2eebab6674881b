package platform.model_type_test

import data.platform.model_type

asked := {
	"document": {"type": "batch"},
	"change": {"action": "changed", "before": {"type": "real-time"}, "pinnedIn": ["integration", "production"]},
}

but(question, differences) := object.union(question, differences)

messages_in(question) := messages if {
	decision := model_type.decision with input as question
	decision.evaluated == {"model-type-kept"}
	messages := {denial.message | some denial in decision.deny}
}

test_another_type_of_a_deployed_model_is_denied if {
	messages_in(asked) == {"type goes from real-time to batch while integration, production pins the model"}
	back := but(asked, {"document": {"type": "real-time"}, "change": {"before": {"type": "batch"}}})
	count(messages_in(back)) == 1
}

test_another_type_of_a_model_that_nobody_pins_is_allowed if messages_in(but(asked, {"change": {"pinnedIn": []}})) == set()

test_the_same_type_is_allowed if messages_in(but(asked, {"document": {"type": "real-time"}})) == set()

test_a_new_model_and_one_that_goes_are_allowed if {
	messages_in(but(asked, {"change": {"action": "added", "before": null}})) == set()
	messages_in(json.remove(but(asked, {"change": {"action": "removed"}}), ["document"])) == set()
}

test_it_is_not_allowed_where_it_is_unknown_who_pins_it if {
	decision := model_type.decision with input as json.remove(asked, ["change/pinnedIn"])
	not "model-type-kept" in decision.evaluated
}
