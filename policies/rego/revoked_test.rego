package platform.revoked_test

pin(version) := {"version": version, "digest": concat("", ["sha256:", version])}

entry(at) := {"at": at, "by": "model clinic/tumour", "reason": "trained on withdrawn data"}

decision(document, change) := answer if {
	answer := data.platform.revoked.decision with input as {"document": document, "change": change}
}

test_what_nobody_revoked_may_be_pinned if {
	answer := decision(pin("1.5.0"), {"action": "changed", "base": pin("1.4.0"), "revoked": []})
	answer == {"evaluated": {"version-revoked"}, "deny": set()}
}

test_what_was_revoked_may_not if {
	answer := decision(pin("1.4.0"), {"action": "changed", "base": pin("1.5.0"), "revoked": [entry(["version"])]})
	answer.deny == {{
		"rule": "version-revoked",
		"message": "this version was revoked by the model clinic/tumour: trained on withdrawn data",
		"at": ["version"],
	}}
}

test_a_first_pin_of_what_was_revoked_is_denied if {
	answer := decision(pin("1.4.0"), {"action": "added", "base": null, "revoked": [entry(["version"])]})
	count(answer.deny) == 1
}

test_what_runs_already_may_run_on if {
	answer := decision(pin("1.4.0"), {"action": "changed", "base": pin("1.4.0"), "revoked": [entry(["version"])]})
	answer.deny == set()
	answer.evaluated == {"version-revoked"}
}

test_nor_may_it_be_tried_beside_another if {
	at := ["experiment", "challenger", "version"]
	document := object.union(pin("1.5.0"), {"experiment": {"challenger": pin("1.4.0")}})
	change := {"action": "changed", "base": pin("1.5.0"), "before": pin("1.5.0"), "revoked": [entry(at)]}
	count(decision(document, change).deny) == 1
	same := object.union(change, {"before": document})
	decision(document, same).deny == set()
	shadow := object.union(pin("1.5.0"), {"shadow": pin("1.4.0")})
	of_shadow := object.union(change, {"revoked": [entry(["shadow", "version"])]})
	count(decision(shadow, of_shadow).deny) == 1
	decision(shadow, object.union(of_shadow, {"before": shadow})).deny == set()
}

test_what_is_removed_pins_nothing if {
	answer := data.platform.revoked.decision with input as {"change": {"action": "removed"}}
	answer.evaluated == {"version-revoked"}
}

test_without_the_facts_nothing_is_satisfied if {
	answer := decision(pin("1.4.0"), {"action": "changed", "base": null})
	answer == {"evaluated": set(), "deny": set()}
}
