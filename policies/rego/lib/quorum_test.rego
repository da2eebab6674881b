package lib.quorum_test

asked := {
	"base": {
		"platform": {"team": ["margaret", "dennis"], "approvals": {"tenant": 1, "pii": 2, "platform": 1}},
		"tenant": {"name": "clinic", "owners": ["ada", "grace", "mary"]},
	},
	"change": {
		"tenant": "clinic", "ownedByPlatform": false, "action": "changed", "kind": "", "before": null,
		"quorums": {"owners": 2, "members": 0},
	},
}

production := {"approvals": {"required": 2, "from": ["owners"], "selfApproval": false}}

pii := {"classification": "pii", "columns": {}}

public := {"classification": "public", "columns": {}}

but(question, differences) := object.union(question, differences)

required(question) := data.lib.quorum.terms(question).required

of_kind(kind, action) := but(asked, {"change": {"kind": kind, "action": action}})

deployment := but(of_kind("deployment", "changed"), {
	"document": {"version": "1.0.0"},
	"base": {"environment": production},
	"environment": {"approvals": {"required": 0, "from": ["members"], "selfApproval": true}},
})

dataset(before, after) := but(of_kind("dataset", "changed"), {"document": after, "base": {"document": before}})

model(before, after) := but(of_kind("model", "changed"), {
	"document": {"data": {"datasets": object.keys(after)}},
	"datasets": after,
	"base": {"document": {"data": {"datasets": object.keys(before)}}, "datasets": before},
})

test_files_of_the_platform_are_approved_by_its_team if {
	owned := but(asked, {"change": {"ownedByPlatform": true}})
	data.lib.quorum.terms(owned) == {"required": 1, "from": ["platform"], "own": false}
}

test_an_incident_is_approved_by_whom_it_concerns_or_the_platform_team if {
	incident := but(of_kind("incident", "changed"), {"change": {"ownedByPlatform": true}})
	data.lib.quorum.terms(incident) == {"required": 1, "from": ["concernedOwners", "platform"], "own": false}
}

test_files_of_a_tenant_are_approved_by_its_owners if {
	data.lib.quorum.terms(asked) == {"required": 1, "from": ["owners"], "own": false}
	required(but(asked, {"base": {"platform": {"approvals": {"tenant": 3}}}})) == 3
}

test_a_platform_that_says_nothing_asks_what_is_usual if {
	silent := json.remove(asked, ["base/platform/approvals"])
	required(silent) == 1
	required(but(silent, {"change": {"ownedByPlatform": true}})) == 1
	required(but(silent, {"base": {"platform": {"approvals": null}}})) == 1
	required(but(json.remove(dataset(pii, pii), ["base/platform/approvals"]), {})) == 2
}

tenant(before, after) := but(of_kind("tenant", "changed"), {
	"change": {"quorums": {"owners": 3, "members": 1}},
	"document": object.union({"owners": ["ada", "grace", "mary"], "clearance": "internal"}, after),
	"base": {"document": object.union({"owners": ["Ada", "grace", "mary"], "clearance": "internal"}, before)},
})

test_a_new_owner_takes_what_owners_may_approve if {
	required(tenant({}, {})) == 1
	required(tenant({}, {"owners": ["ada", "grace", "mary", "sock"]})) == 3
	required(tenant({}, {"owners": ["ada", "grace", "sock"]})) == 3
	required(tenant({"members": ["linus"]}, {"owners": ["ada", "grace", "linus"]})) == 3
	required(but(tenant({}, {"owners": ["sock"]}), {"change": {"quorums": {"owners": 0}}})) == 2
	required(tenant({"owners": ["ada", "grace", "mary", "hedy"]}, {})) == 1
}

test_a_new_member_takes_what_members_may_approve if {
	asks_two := but(tenant({}, {"members": ["linus"]}), {"change": {"quorums": {"members": 2}}})
	required(asks_two) == 2
	required(tenant({}, {"members": ["linus"]})) == 1
}

test_a_higher_clearance_takes_what_personal_data_takes if {
	required(tenant({}, {"clearance": "pii"})) == 2
	required(tenant({}, {"clearance": "confidential"})) == 2
	required(tenant({"clearance": "pii"}, {"clearance": "internal"})) == 1
}

test_without_the_quorums_of_environments_nothing_is_enough if {
	not required(json.remove(tenant({}, {}), ["change/quorums"]))
	required(of_kind("tenant", "added")) == 1
	required(of_kind("tenant", "removed")) == 1
}

test_odd_numbers_are_no_terms if {
	not required(but(asked, {"base": {"platform": {"approvals": {"tenant": null}}}}))
	not required(but(asked, {"base": {"platform": {"approvals": {"tenant": "0"}}}}))
	not required(but(deployment, {"base": {"environment": {"approvals": {"required": null}}}}))
	not required(but(deployment, {"base": {"environment": {"approvals": {"selfApproval": "no"}}}}))
	not required(but(deployment, {"base": {"environment": {"approvals": {"from": "owners"}}}}))
}

test_a_deployment_is_approved_as_the_environment_says_at_the_base if {
	data.lib.quorum.terms(deployment) == {"required": 2, "from": ["owners"], "own": false}
}

test_only_a_new_environment_is_taken_at_its_word if {
	new := json.remove(deployment, ["base/environment"])
	data.lib.quorum.terms(new) == {"required": 0, "from": ["members"], "own": true}
	not required(json.remove(deployment, ["base/environment/approvals"]))
	not required(json.remove(new, ["environment"]))
}

test_one_approval_is_enough_for_a_rollback if {
	required(but(deployment, {"change": {"isRollback": true, "revoked": [], "now": 1000, "ranUntil": 900, "before": {}, "changedKeys": ["version"]}})) == 1
	lax := but(deployment, {"change": {"isRollback": true, "revoked": [], "now": 1000, "ranUntil": 900, "before": {}, "changedKeys": ["version"]}, "base": {"environment": {"approvals": {"required": 0}}}})
	required(lax) == 0
	shadowing := but(deployment, {"change": {"isRollback": true, "revoked": [], "now": 1000, "ranUntil": 900, "before": {}, "changedKeys": ["shadow", "version"]}, "document": {"shadow": {"version": "2.0.0"}}})
	required(shadowing) == 2
	required(but(deployment, {"change": {"isRollback": true, "hasErrors": true}})) == 1
}

test_a_script_that_reads_personal_data_asks_for_more if {
	script := but(dataset(public, public), {"change": {"kind": "", "trainedOn": [{"classification": "internal"}]}})
	required(script) == 1
	required(but(script, {"change": {"trainedOn": [{"classification": "internal"}, {"classification": "pii"}]}})) == 2
	required(but(script, {"change": {"trainedOn": [{}]}})) == 2
}

test_personal_data_asks_for_more if {
	required(dataset(public, public)) == 1
	required(dataset(pii, pii)) == 2
	required(but(dataset(pii, pii), {"base": {"platform": {"approvals": {"tenant": 3}}}})) == 3
}

test_personal_data_before_or_after_counts if {
	required(dataset(pii, public)) == 2
	required(dataset(public, pii)) == 2
	required(dataset(public, {"columns": {"email": {"classification": "pii"}}})) == 2
}

test_a_data_set_that_comes_or_goes_counts_as_what_it_is if {
	added := json.remove(but(dataset({}, public), {"change": {"action": "added"}}), ["base/document"])
	required(added) == 1
	required(but(added, {"document": pii})) == 2
	removed := json.remove(but(dataset({}, {}), {"change": {"action": "removed", "before": public}}), ["document", "base/document"])
	required(removed) == 1
	required(but(removed, {"change": {"before": pii}})) == 2
}

test_a_data_set_that_cannot_be_read_counts_as_personal if {
	required(json.remove(dataset(public, public), ["document"])) == 2
	required(json.remove(dataset(public, public), ["base/document"])) == 2
	required(json.remove(dataset(public, public), ["document", "base/document"])) == 2
}

test_a_model_is_as_personal_as_what_it_reads_or_read if {
	required(model({"clinic/words": public}, {"clinic/words": public})) == 1
	required(model({}, {})) == 1
	required(model({"clinic/words": public}, {"clinic/words": public, "clinic/people": pii})) == 2
	required(model({"clinic/people": pii}, {"clinic/people": public})) == 2
	required(model({"clinic/people": pii}, {})) == 2
}

test_a_model_whose_data_is_not_known_counts_as_personal if {
	question := model({"clinic/words": public}, {"clinic/words": public})
	required(json.remove(question, ["datasets"])) == 2
	required(json.remove(question, ["base/datasets"])) == 2
	required(json.remove(question, ["document"])) == 2
	required(but(question, {"document": {"data": {"datasets": ["clinic/other"]}}})) == 2
	required(but(question, {"document": {"data": {"datasets": null}}})) == 2
}

test_a_model_that_comes_or_goes_counts_as_what_it_reads if {
	question := model({"clinic/words": public}, {"clinic/words": public})
	required(json.remove(but(question, {"change": {"action": "added"}}), ["base/document", "base/datasets"])) == 1
	gone := json.remove(but(question, {"change": {"action": "removed", "before": question.base.document}}), ["document", "base/document"])
	required(json.remove(gone, ["datasets"])) == 1
	required(but(gone, {"base": {"datasets": {"clinic/words": pii}}})) == 2
}

test_the_file_of_personal_data_is_personal if {
	required(but(asked, {"datasets": {"clinic/people": pii}})) == 2
	required(but(asked, {"base": {"datasets": {"clinic/people": pii}}})) == 2
	required(but(asked, {"datasets": {"clinic/words": public}})) == 1
}

test_a_tenant_document_is_not_personal if required(of_kind("tenant", "changed")) == 1

test_a_kind_that_no_policy_names_asks_as_much_as_personal_data if required(of_kind("feature", "changed")) == 2

test_what_an_error_denies_asks_for_no_more_than_what_can_be_read if {
	unreadable := json.remove(dataset(public, public), ["document"])
	required(unreadable) == 2
	required(but(unreadable, {"change": {"hasErrors": true}})) == 1
	required(but(dataset(pii, public), {"change": {"hasErrors": true}})) == 2
}
