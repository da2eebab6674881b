package platform.promotion_test

import data.platform.promotion

old := {"version": "1.0.0", "digest": "sha256:1111111111111111111111111111111111111111111111111111111111111111"}

new := {"version": "1.1.0", "digest": "sha256:2222222222222222222222222222222222222222222222222222222222222222"}

forged := {"version": "1.1.0", "digest": "sha256:3333333333333333333333333333333333333333333333333333333333333333"}

facts := {
	"action": "changed",
	"promotesFrom": "integration",
	"historyComplete": true,
	"base": old,
	"sourcePins": [new, old],
	"sourceRan": [new, old],
	"sourceLeft": [],
	"sourceOnHold": [],
	"ownPins": [old],
	"ownRan": [old],
	"isRollback": false,
}

shallow := object.union(
	object.remove(facts, ["sourcePins", "sourceRan", "sourceLeft", "sourceOnHold", "ownPins", "ownRan", "isRollback"]),
	{"historyComplete": false},
)

but(change, differences) := object.union(object.remove(change, object.keys(differences)), differences)

decided(document, change) := decision if {
	decision := promotion.decision with input as {"document": document, "change": change}
}

denied_in(document, change) := {denial.rule | some denial in decided(document, change).deny}

message_in(document, change) := message if {
	some denial in decided(document, change).deny
	message := denial.message
}

test_what_ran_in_the_environment_before_is_promoted if denied_in(new, facts) == set()

test_a_version_that_ran_nowhere_is_denied if {
	denied_in(new, but(facts, {"sourcePins": [old], "sourceRan": [old]})) == {"promotion-order"}
	message_in(new, but(facts, {"sourcePins": [old], "sourceRan": [old]})) == "1.1.0 (sha256:222222222222) was never pinned in integration"
}

test_the_same_version_with_another_digest_is_denied if {
	denied_in(forged, facts) == {"promotion-order"}
	contains(message_in(forged, facts), "it has another digest there")
}

test_the_same_digest_under_another_version_is_denied if {
	denied_in({"version": "9.0.0", "digest": new.digest}, facts) == {"promotion-order"}
}

test_what_was_pinned_and_never_ran_is_denied if {
	denied_in(new, but(facts, {"sourceRan": [old]})) == {"promotion-order"}
	contains(message_in(new, but(facts, {"sourceRan": [old]})), "does not say that it ran: apply integration first")
	denied_in(with_challenger(new), but(facts, {"sourceRan": [old], "ownRan": [old]})) == {"promotion-challengers"}
}

test_what_is_on_hold_in_the_environment_before_is_denied if {
	denied_in(new, but(facts, {"sourceOnHold": [new]})) == {"promotion-order"}
	message_in(new, but(facts, {"sourceOnHold": [new]})) == "1.1.0 (sha256:222222222222) is on hold in integration"
	denied_in(new, but(facts, {"sourceOnHold": [old]})) == set()
}

test_what_the_environment_before_went_back_from_is_denied if {
	denied_in(new, but(facts, {"sourceLeft": [new]})) == {"promotion-order"}
	message_in(new, but(facts, {"sourceLeft": [new]})) == "1.1.0 (sha256:222222222222) was rolled back in integration, or taken out there"
	denied_in(new, but(facts, {"sourceLeft": [old]})) == set()
}

test_what_nobody_knows_to_stand_is_denied if {
	denied_in(new, object.remove(facts, ["sourceLeft"])) == {"promotion-order"}
}

test_a_rollback_needs_no_other_environment if {
	denied_in(old, but(facts, {"base": new, "sourcePins": [], "sourceRan": [], "isRollback": true})) == set()
}

test_what_is_pinned_already_may_stay if denied_in(old, but(facts, {"sourcePins": [], "sourceRan": []})) == set()

test_the_first_environment_takes_versions_from_training if {
	denied_in(new, but(facts, {"promotesFrom": null, "sourcePins": [], "sourceRan": []})) == set()
}

test_removal_is_always_open if denied_in({}, but(facts, {"action": "removed", "sourcePins": [], "sourceRan": []})) == set()

test_history_cut_short_is_denied_with_the_cause if {
	denied_in(new, shallow) == {"promotion-order"}
	contains(message_in(new, shallow), "lacks part of the git history")
}

test_history_cut_short_does_not_stop_another_scale if denied_in(old, shallow) == set()

test_without_facts_nothing_is_answered if decided(new, {}).evaluated == {"promotion-challengers"}

test_an_unknown_rollback_is_none if {
	denied_in(old, but(facts, {"base": new, "sourcePins": [], "sourceRan": [], "isRollback": null})) == {"promotion-order"}
}

with_shadow(pin) := object.union(old, {"shadow": object.union(pin, {"percent": 100})})

with_challenger(pin) := object.union(old, {"experiment": {"id": "exp-7", "challenger": pin, "percent": 10}})

test_a_challenger_that_ran_before_is_allowed if {
	denied_in(with_challenger(new), facts) == set()
	denied_in(with_shadow(new), facts) == set()
}

test_a_challenger_that_this_environment_pinned_is_allowed if {
	denied_in(with_challenger(old), but(facts, {"sourcePins": [], "sourceRan": []})) == set()
}

test_a_challenger_that_ran_nowhere_is_denied if {
	denied_in(with_challenger(forged), facts) == {"promotion-challengers"}
	denied_in(with_shadow(forged), facts) == {"promotion-challengers"}
}

test_a_challenger_with_history_cut_short_is_denied if {
	denied_in(with_challenger(new), shallow) == {"promotion-challengers"}
}

test_the_first_environment_may_try_any_challenger if {
	denied_in(with_challenger(forged), but(facts, {"promotesFrom": null})) == set()
}
