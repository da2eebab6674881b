package platform.semver_test

import data.platform.semver as versions

pin(version, letter) := {"version": version, "digest": sprintf("sha256:%s", [letter])}

old := pin("1.4.0", "a")

signature := {
	"inputs": [{"name": "X", "type": "FP32", "shape": [-1, 30]}],
	"outputs": [{"name": "label", "type": "INT64", "shape": [-1]}],
}

facts := {
	"action": "changed",
	"base": old,
	"before": old,
	"relation": "up",
	"step": "minor",
	"historyComplete": true,
	"sourcePins": [],
	"ownPins": [old, pin("1.3.0", "9")],
	"isRollback": false,
	"changedKeys": ["version", "digest"],
	"hasSignatureBefore": true,
	"signatureBefore": signature,
}

but(thing, differences) := object.union(object.remove(thing, object.keys(differences)), differences)

asked(document, differences) := {
	"document": document,
	"model": {"signature": signature},
	"base": {"model": {"signature": signature}},
	"change": but(facts, differences),
}

asked_with(document, differences, new_signature) := but(
	asked(document, differences),
	{"model": {"signature": new_signature}},
)

denials_in(question) := denials if {
	decision := versions.decision with input as question
	denials := decision.deny
}

denied_in(question) := {denial.rule | some denial in denials_in(question)}

messages_in(question) := {denial.message | some denial in denials_in(question)}

order := {"semver-order"}

broken := {"semver-signature"}

up := pin("1.5.0", "b")

test_a_higher_version_is_allowed if denied_in(asked(up, {})) == set()

test_the_same_pin_may_be_scaled if denied_in(asked(old, {"relation": "same"})) == set()

test_the_same_version_with_another_digest_is_denied if {
	question := asked(pin("1.4.0", "b"), {"relation": "same"})
	denied_in(question) == order
	messages_in(question) == {"version 1.4.0 was pinned here with another digest before: a version keeps its digest"}
}

test_a_version_that_ran_here_with_another_digest_is_denied if {
	denied_in(asked(up, {"ownPins": [old, pin("1.5.0", "c")]})) == order
	denied_in(asked(up, {"relation": "new", "base": null, "before": null, "ownPins": [pin("1.5.0", "c")]})) == order
}

test_a_lower_version_is_denied if {
	question := asked(pin("1.3.9", "b"), {"relation": "down"})
	denied_in(question) == order
	messages_in(question) == {"version 1.3.9 is lower than 1.4.0 and never ran here, so this is not a rollback"}
}

test_a_rollback_goes_back if {
	denied_in(asked(pin("1.3.0", "9"), {"relation": "down", "isRollback": true})) == set()
	denied_in(asked(pin("1.3.0", "9"), {"relation": "down", "isRollback": true, "signatureBefore": wider})) == set()
}

test_a_rollback_brings_no_other_signature_along if {
	back := {"relation": "down", "isRollback": true}
	denied_in(asked_with(pin("1.3.0", "9"), back, wider)) == broken
	denied_in(asked_with(pin("1.3.0", "9"), object.union(back, {"signatureThen": signature}), wider)) == broken
	denied_in(asked_with(pin("1.3.0", "9"), object.union(back, {"signatureThen": wider}), wider)) == set()
}

test_a_version_has_the_signature_of_its_first_pin if {
	gone_on := object.union(asked_with(up, {"signatureThen": signature}, wider), {"base": {"model": {"signature": wider}}})
	denied_in(gone_on) == set()
	denied_in(asked_with(up, {"signatureThen": signature}, wider)) == broken
	otherwise := object.union(asked(up, {"signatureThen": wider}), {"base": {"model": {"signature": signature}}})
	denied_in(otherwise) == broken
}

test_what_was_removed_and_comes_again_keeps_its_signature if {
	again := {"action": "added", "base": null, "before": null, "relation": "new"}
	denied_in(asked_with(up, again, wider)) == broken
	denied_in(asked_with(up, object.union(again, {"step": "minor"}), wider)) == broken
	denied_in(asked_with(pin("2.0.0", "b"), object.union(again, {"step": "major"}), wider)) == set()
	denied_in(asked_with(up, object.union(again, {"ownPins": []}), wider)) == set()
}

test_a_rollback_brings_no_forged_challenger_along if {
	back := {"relation": "down", "isRollback": true, "changedKeys": ["version", "digest", "experiment", "shadow"]}
	denied_in(asked(with_challenger(pin("1.3.0", "9"), pin("1.4.0", "b")), back)) == order
	denied_in(asked(with_challenger(pin("1.3.0", "9"), up), back)) == set()
	denied_in(asked_with(with_challenger(pin("1.3.0", "9"), up), back, wider)) == broken
	denied_in(asked(with_shadow(pin("1.3.0", "9"), old), object.union(back, {"signatureBefore": wider}))) == set()
}

test_an_unknown_rollback_is_none if {
	denied_in(asked(pin("1.3.0", "9"), {"relation": "down", "isRollback": null})) == order
	denied_in(asked(pin("1.3.0", "9"), {"relation": "down", "isRollback": "true"})) == order
}

test_an_unknown_relation_is_denied if {
	denied_in(asked(up, {"relation": "sideways"})) == order
	question := asked(up, {})
	denied_in(but(question, {"change": object.remove(question.change, ["relation"])})) == order
}

test_the_first_version_is_allowed if {
	first := {"action": "added", "relation": "new", "base": null, "before": null, "ownPins": []}
	denied_in(asked(up, first)) == set()
}

test_removing_and_adding_is_no_way_down if {
	again := {"action": "added", "relation": "new", "base": null, "before": null}
	question := asked(pin("1.3.9", "b"), again)
	denied_in(question) == order
	messages_in(question) == {"version 1.3.9 is lower than one that ran here, and never ran here itself"}
	denied_in(asked(up, again)) == set()
	denied_in(asked(pin("1.10.0", "b"), again)) == set()
	denied_in(asked(pin("1.4.0-rc.1", "b"), again)) == order
}

shallow(question) := but(question, {"change": but(
	object.remove(question.change, ["ownPins", "sourcePins", "isRollback"]),
	{"historyComplete": false},
)})

test_history_cut_short_is_denied_with_the_cause if {
	every relation in ["up", "down", "new"] {
		question := shallow(asked(up, {"relation": relation}))
		denied_in(question) == order
		messages_in(question) == {"this clone lacks part of the git history (run `git fetch --unshallow`), so whether this version goes up is unknown"}
	}
}

test_history_cut_short_does_not_stop_another_scale if denied_in(shallow(asked(old, {"relation": "same"}))) == set()

test_removal_is_always_open if {
	decision := versions.decision with input as {"change": {"action": "removed"}}
	decision == {"deny": set(), "evaluated": (order | broken)}
}

with_shadow(document, shadow) := but(document, {"shadow": but(shadow, {"percent": 100})})

with_challenger(document, challenger) := but(
	document,
	{"experiment": {"id": "exp-7", "challenger": challenger, "percent": 10}},
)

test_a_challenger_of_its_own_version_is_allowed if {
	denied_in(asked(with_challenger(old, up), {"relation": "same"})) == set()
	denied_in(asked(with_shadow(old, up), {"relation": "same"})) == set()
	denied_in(asked(but(old, {"experiment": null, "shadow": null}), {"relation": "same"})) == set()
}

test_a_challenger_with_the_version_of_other_bytes_is_denied if {
	denied_in(asked(with_challenger(old, pin("1.4.0", "b")), {"relation": "same"})) == order
	denied_in(asked(with_shadow(old, pin("1.3.0", "b")), {"relation": "same"})) == order
	denied_in(asked(with_shadow(with_challenger(old, up), pin("1.5.0", "c")), {"relation": "same"})) == order
}

test_a_challenger_without_version_is_not_answered if {
	question := asked(but(old, {"experiment": {"id": "exp-7", "percent": 10}}), {"relation": "same"})
	decision := versions.decision with input as question
	not "semver-order" in decision.evaluated
}

wider := but(signature, {"inputs": [{"name": "X", "type": "FP32", "shape": [-1, 31]}]})

test_another_input_takes_a_major_version if {
	denied_in(asked_with(up, {}, wider)) == broken
	messages_in(asked_with(up, {}, wider)) == {"the signature breaks its callers: input X has changed"}
	denied_in(asked_with(up, {"step": "patch"}, wider)) == broken
	denied_in(asked_with(up, {"step": "prerelease"}, wider)) == broken
	denied_in(asked_with(pin("2.0.0", "b"), {"step": "major"}, wider)) == set()
}

test_a_step_that_nobody_knows_is_no_major_one if {
	denied_in(asked_with(pin("2.0.0", "b"), {"step": "Major"}, wider)) == broken
	denied_in(asked_with(pin("2.0.0", "b"), {"step": null}, wider)) == broken
}

tensor(name, kind, shape) := {"name": name, "type": kind, "shape": shape}

test_inputs_that_come_or_go_take_a_major_version if {
	more := but(signature, {"inputs": array.concat(signature.inputs, [tensor("Y", "FP32", [-1, 1])])})
	denied_in(asked_with(up, {}, more)) == broken
	messages_in(asked_with(up, {}, more)) == {"the signature breaks its callers: input Y is new"}
	renamed := but(signature, {"inputs": [tensor("x", "FP32", [-1, 30])]})
	messages_in(asked_with(up, {}, renamed)) == {"the signature breaks its callers: input X is gone, input x is new"}
}

test_outputs_may_come if {
	more := but(signature, {"outputs": array.concat(signature.outputs, [tensor("score", "FP32", [-1, 2])])})
	denied_in(asked_with(up, {}, more)) == set()
}

test_outputs_that_go_or_change_take_a_major_version if {
	denied_in(asked_with(up, {}, but(signature, {"outputs": [tensor("score", "FP32", [-1, 2])]}))) == broken
	denied_in(asked_with(up, {}, but(signature, {"outputs": [tensor("label", "INT32", [-1])]}))) == broken
	denied_in(asked_with(up, {}, but(signature, {"outputs": [tensor("label", "INT64", [-1, 2])]}))) == broken
	denied_in(asked_with(up, {}, but(signature, {"outputs": []}))) == broken
}

test_the_order_of_inputs_does_not_count if {
	x := tensor("X", "FP32", [-1, 30])
	y := tensor("Y", "FP32", [-1, 1])
	before := but(signature, {"inputs": [x, y]})
	denied_in(asked_with(up, {"signatureBefore": before}, but(signature, {"inputs": [y, x]}))) == set()
}

test_two_outputs_of_one_name_are_no_signature if {
	twice := but(signature, {"outputs": array.concat(signature.outputs, [tensor("label", "FP32", [-1, 2])])})
	denied_in(asked_with(up, {}, twice)) == broken
}

test_an_unknown_signature_takes_a_major_version if {
	question := asked(up, {"hasSignatureBefore": false})
	unknown := but(question, {"change": object.remove(question.change, ["signatureBefore"])})
	denied_in(unknown) == broken
	some message in messages_in(unknown)
	contains(message, "is unknown")
	major := asked(pin("2.0.0", "b"), {"hasSignatureBefore": false, "step": "major"})
	denied_in(but(major, {"change": object.remove(major.change, ["signatureBefore"])})) == set()
}

test_what_stays_pinned_is_not_touched_by_a_new_signature if {
	denied_in(asked_with(old, {"relation": "same"}, wider)) == set()
}

test_the_first_version_breaks_nobody if {
	first := {"action": "added", "relation": "new", "base": null, "before": null, "ownPins": []}
	denied_in(asked_with(up, first, wider)) == set()
}

test_a_new_challenger_with_another_signature_is_denied if {
	denied_in(asked_with(with_challenger(old, up), {"relation": "same"}, wider)) == broken
	denied_in(asked_with(with_shadow(old, pin("2.0.0", "b")), {"relation": "same"}, wider)) == broken
}

test_a_challenger_that_was_there_may_stay if {
	before := with_challenger(with_shadow(old, up), up)
	denied_in(asked_with(but(before, {"serving": {}}), {"relation": "same", "before": before}, wider)) == set()
}

test_a_challenger_that_ran_here_may_come_back if {
	denied_in(asked_with(with_challenger(old, pin("1.3.0", "9")), {"relation": "same"}, wider)) == set()
	question := asked_with(with_challenger(old, pin("0.9.0", "8")), {"relation": "same"}, wider)
	denied_in(but(question, {"change": but(question.change, {"ownPins": [old, pin("0.9.0", "8")]})})) == broken
}

test_a_challenger_may_take_a_major_step_along if {
	major := {"step": "major"}
	denied_in(asked_with(with_challenger(pin("2.0.0", "b"), pin("2.1.0", "c")), major, wider)) == set()
	denied_in(asked_with(with_challenger(pin("2.0.0", "b"), pin("1.9.0", "c")), major, wider)) == broken
}
