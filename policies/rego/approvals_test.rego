package platform.approvals_test

import data.platform.approvals

clinic := {
	"name": "clinic",
	"owners": ["Ada", "grace", "mary", "ship-it"],
	"members": ["linus"],
	"clearance": "pii",
	"quotas": {"production": {"gpu": 1}},
	"budget": {"monthlyUSD": 2000},
}

production := {"name": "production", "approvals": {"required": 2, "from": ["owners"], "selfApproval": false}}

platform := {"team": ["margaret", "Dennis"], "bots": ["Ship-It"], "approvals": {"tenant": 1, "pii": 2, "platform": 1}}

# Grace asks for a deployment that linus wrote a part of.
asked := {
	"document": {"version": "1.1.0"},
	"platform": platform,
	"tenant": clinic,
	"environment": production,
	"datasets": {},
	"base": {
		"document": {"version": "1.0.0"},
		"platform": platform,
		"tenant": clinic,
		"environment": production,
		"datasets": {},
	},
	"change": {
		"path": "environments/production/clinic/tumour.yaml",
		"action": "changed",
		"before": {"version": "1.0.0"},
		"kind": "deployment",
		"tenant": "clinic",
		"environment": "production",
		"ownedByPlatform": false,
		"tenantIsNew": false,
		"isFirstEnvironment": false,
		"isRollback": false, "revoked": [], "now": 1000, "ranUntil": 900,
		"changedKeys": ["version", "digest"],
		"quorums": {"owners": 2, "members": 0},
	},
	"review": {
		"given": true,
		"requester": "grace",
		"contributors": ["linus"],
		"pushers": ["grace"],
		"head": "1111111111111111111111111111111111111111",
		"isHead": true,
		"reviews": [],
	},
}

but(question, differences) := object.union(question, differences)

by(user, state, is_head) := {"user": user, "state": state, "isHead": is_head}

approved(users) := [by(user, "approved", true) | some user in users]

reviewed(question, reviews) := object.union(question, {"review": {"reviews": reviews}})

decided(question) := decision if {
	decision := approvals.decision with input as question
	decision.evaluated == {"approvals-head", "approvals-quorum", "approvals-platform", "approvals-changes-requested"}
}

denied_in(question) := {denial.rule | some denial in decided(question).deny}

messages_in(question) := {denial.message | some denial in decided(question).deny}

passes(question) if denied_in(question) == set()

lacks_quorum(question) if denied_in(question) == {"approvals-quorum"}

two := approved(["ada", "mary"])

# How many

test_enough_owners_approve_a_deployment if passes(reviewed(asked, two))

test_too_few_do_not if {
	messages_in(asked) == {"2 more approvals by clinic's owners are needed (ada, mary)"}
	messages_in(reviewed(asked, approved(["ada"]))) == {"1 more approval by clinic's owners is needed (mary)"}
	lacks_quorum(reviewed(asked, approved(["ada"])))
}

test_one_owner_counts_once if {
	lacks_quorum(reviewed(asked, approved(["ada", "ada"])))
	lacks_quorum(reviewed(asked, approved(["ada", "Ada"])))
}

test_fewer_approvals_in_the_change_itself_do_not_help if {
	lacks_quorum(reviewed(but(asked, {"environment": {"approvals": {"required": 0}}}), approved(["ada"])))
}

test_one_approval_is_enough_for_a_rollback if {
	back := but(asked, {"change": {"isRollback": true}})
	passes(reviewed(back, approved(["mary"])))
	lacks_quorum(back)
}

test_a_rollback_that_begins_an_experiment_needs_all if {
	back := but(asked, {"change": {"isRollback": true, "changedKeys": ["experiment"]}, "document": {"experiment": {"id": "exp-7"}}})
	lacks_quorum(reviewed(back, approved(["mary"])))
}

test_a_removal_is_approved_as_any_change if {
	removed := json.remove(but(asked, {"change": {"action": "removed"}}), ["document", "base/document"])
	passes(reviewed(removed, two))
	lacks_quorum(reviewed(removed, approved(["ada"])))
}

test_an_environment_and_a_tenant_that_go_count_as_they_were if {
	gone := json.remove(but(asked, {"change": {"action": "removed"}}), ["document", "base/document", "environment", "tenant"])
	passes(reviewed(gone, two))
	lacks_quorum(reviewed(gone, approved(["ada"])))
}

test_a_new_environment_is_taken_at_its_word if {
	new := json.remove(asked, ["base/environment"])
	passes(reviewed(new, two))
	lacks_quorum(reviewed(new, approved(["ada"])))
}

# Who

test_the_people_who_made_the_change_do_not_count if {
	lacks_quorum(reviewed(asked, approved(["ada", "grace"])))
	contributed := but(asked, {"review": {"contributors": ["ada"]}})
	lacks_quorum(reviewed(contributed, two))
	pushed := but(asked, {"review": {"pushers": ["ADA"]}})
	lacks_quorum(reviewed(pushed, two))
	messages_in(reviewed(pushed, two)) == {"1 more approval by clinic's owners is needed, and nobody may give it"}
}

test_the_people_who_made_the_change_count_where_they_may if {
	free := but(asked, {"base": {"environment": {"approvals": {"selfApproval": true}}}})
	passes(reviewed(free, approved(["ada", "grace"])))
	freed := but(asked, {"environment": {"approvals": {"selfApproval": true}}})
	lacks_quorum(reviewed(freed, approved(["ada", "grace"])))
}

test_those_whose_approval_counts_are_named if {
	decided(reviewed(asked, approved(["ada", "MARY", "linus", "zoe", "margaret"]))).approvedBy == {"ada", "mary"}
	decided(reviewed(asked, approved(["grace"]))).approvedBy == set()
	decided(asked).approvedBy == set()
}

test_the_platform_team_is_named_where_it_grants if {
	grants := but(asked, {
		"document": object.union(clinic, {"clearance": "internal"}),
		"base": {"document": clinic},
		"change": {"kind": "tenant", "path": "tenants/clinic/tenant.yaml", "changedKeys": ["clearance"], "before": clinic},
	})
	decided(reviewed(grants, approved(["ada", "margaret"]))).approvedBy == {"ada", "margaret"}
}

test_bots_and_outsiders_do_not_count if {
	lacks_quorum(reviewed(asked, approved(["ada", "ship-it"])))
	lacks_quorum(reviewed(asked, approved(["ada", "mary[bot]"])))
	lacks_quorum(reviewed(asked, approved(["ada", "zoe"])))
}

test_members_and_the_platform_team_count_where_the_environment_says_so if {
	linus_is_free := but(asked, {"review": {"contributors": []}})
	lacks_quorum(reviewed(linus_is_free, approved(["ada", "linus"])))
	lacks_quorum(reviewed(linus_is_free, approved(["ada", "margaret"])))
	open := but(linus_is_free, {"base": {"environment": {"approvals": {"from": ["members", "platform"]}}}})
	passes(reviewed(open, approved(["linus", "dennis"])))
	messages_in(reviewed(open, approved(["ada"]))) == {"2 more approvals by clinic's members or the platform team are needed (dennis, linus, margaret)"}
}

test_owners_that_the_change_itself_names_do_not_count if {
	replaced := but(asked, {"tenant": {"owners": ["eve", "mallory", "trudy"]}})
	lacks_quorum(reviewed(replaced, approved(["eve", "mallory"])))
	passes(reviewed(replaced, two))
	emptied := but(asked, {"tenant": {"owners": []}})
	lacks_quorum(emptied)
}

test_another_tenants_owners_do_not_count if {
	moved := but(asked, {"change": {"tenant": "postal"}, "tenant": {"name": "postal"}})
	denied_in(reviewed(moved, two)) == {"approvals-quorum", "approvals-changes-requested"}
}

# Of what, and when

test_an_approval_of_an_older_head_does_not_count if {
	lacks_quorum(reviewed(asked, [by("ada", "approved", true), by("mary", "approved", false)]))
}

test_an_approval_that_is_taken_back_does_not_count if {
	lacks_quorum(reviewed(asked, array.concat(two, [by("ada", "dismissed", true)])))
	denied_in(reviewed(asked, array.concat(two, [by("ada", "changes-requested", true)]))) == {"approvals-quorum", "approvals-changes-requested"}
}

test_a_comment_after_an_approval_changes_nothing if {
	passes(reviewed(asked, array.concat(two, [by("ada", "commented", true), by("mary", "commented", false)])))
	lacks_quorum(reviewed(asked, [by("ada", "commented", true), by("mary", "commented", true)]))
}

test_an_approval_after_an_objection_counts if {
	first := [by("ada", "approved", true), by("ada", "changes-requested", true)]
	passes(reviewed(asked, array.concat(first, two)))
}

test_approvals_of_another_commit_are_denied if {
	other := but(asked, {"review": {"isHead": false}})
	denied_in(reviewed(other, two)) == {"approvals-head"}
	messages_in(reviewed(other, two)) == {"the approvals are for commit 1111111111111111111111111111111111111111, not for the one that is checked"}
	denied_in(reviewed(json.remove(asked, ["review/isHead"]), two)) == {"approvals-head"}
}

# Objections

test_the_objection_of_an_owner_is_not_outvoted if {
	everybody := {"review": {"requester": "linus", "pushers": []}}
	against := reviewed(but(asked, everybody), array.concat(two, [by("grace", "changes-requested", true)]))
	denied_in(against) == {"approvals-changes-requested"}
	messages_in(against) == {"grace requested changes"}
}

test_an_objection_outlives_a_push_and_ends_when_it_is_dismissed if {
	free := but(asked, {"review": {"requester": "linus", "pushers": []}})
	old := by("grace", "changes-requested", false)
	denied_in(reviewed(free, array.concat([old], two))) == {"approvals-changes-requested"}
	passes(reviewed(free, array.concat([old, by("grace", "dismissed", true)], two)))
	passes(reviewed(free, array.concat([old, by("grace", "approved", false)], two)))
}

test_the_objection_of_somebody_who_may_not_approve_stops_nothing if {
	passes(reviewed(asked, array.concat(two, [by("zoe", "changes-requested", true)])))
	passes(reviewed(asked, array.concat(two, [by("ship-it", "changes-requested", true)])))
	passes(reviewed(asked, array.concat(two, [by("margaret", "changes-requested", true)])))
}

# Files of tenants and of the platform

document(kind, after, before) := but(asked, {
	"document": after,
	"base": {"document": before},
	"change": {"kind": kind, "environment": "", "before": before},
})

words := {"classification": "public", "columns": {}}

people := {"classification": "pii", "columns": {}}

test_a_tenants_own_file_needs_one_owner if {
	file := json.remove(but(asked, {"change": {"kind": "", "path": "examples/training/clinic_tumour.py"}}), ["document", "base/document"])
	passes(reviewed(file, approved(["ada"])))
	lacks_quorum(reviewed(file, approved(["margaret"])))
}

test_personal_data_needs_two if {
	passes(reviewed(document("dataset", words, words), approved(["ada"])))
	lacks_quorum(reviewed(document("dataset", people, people), approved(["ada"])))
	lacks_quorum(reviewed(document("dataset", words, people), approved(["ada"])))
	passes(reviewed(document("dataset", words, people), two))
}

test_a_model_that_reads_personal_data_needs_two if {
	reading := but(document("model", {"data": {"datasets": ["clinic/people"]}}, {"data": {"datasets": []}}), {"datasets": {"clinic/people": people}})
	lacks_quorum(reviewed(reading, approved(["ada"])))
	passes(reviewed(reading, two))
}

test_the_platforms_files_need_its_team if {
	owned := but(asked, {"change": {"ownedByPlatform": true, "kind": "environment", "tenant": ""}})
	messages_in(owned) == {"1 more approval by the platform team is needed (dennis, margaret)"}
	lacks_quorum(reviewed(owned, two))
	passes(reviewed(owned, approved(["dennis"])))
	own := but(owned, {"review": {"requester": "dennis"}})
	lacks_quorum(reviewed(own, approved(["dennis"])))
	passes(reviewed(own, approved(["margaret"])))
}

test_a_team_that_the_change_itself_names_does_not_count if {
	owned := but(asked, {"change": {"ownedByPlatform": true, "kind": "platform", "tenant": ""}, "platform": {"team": ["eve", "mallory"]}})
	lacks_quorum(reviewed(owned, approved(["eve"])))
}

# What the platform team grants

about_tenant(after) := but(document("tenant", after, clinic), {"tenant": after})

lacks_platform(question) if denied_in(question) == {"approvals-platform"}

test_what_a_tenant_says_of_itself_needs_only_its_owners if {
	passes(reviewed(about_tenant(but(clinic, {"members": ["linus", "eve"], "description": "Doctors"})), approved(["ada"])))
}

test_a_new_owner_needs_as_many_owners_as_production_asks_for if {
	more := about_tenant(but(clinic, {"owners": ["ada", "grace", "mary", "sock"]}))
	lacks_quorum(reviewed(more, approved(["ada"])))
	lacks_quorum(reviewed(more, approved(["ada", "sock"])))
	passes(reviewed(more, two))
}

test_what_is_granted_to_a_tenant_needs_the_platform_team_besides if {
	every granted in [
		{"costCenter": "CLIN"},
		{"kmsKeys": ["alias/shared"]},
		{"quotas": {"production": {"gpu": 2}}},
		{"budget": {"monthlyUSD": 1}},
		{"accounts": {"training": "111111111111", "inference": "222222222222"}},
		{"repositories": ["acme/clinic"]},
	] {
		raised := about_tenant(but(clinic, granted))
		lacks_platform(reviewed(raised, approved(["ada"])))
		lacks_quorum(reviewed(raised, approved(["margaret"])))
		passes(reviewed(raised, approved(["ada", "margaret"])))
	}
}

test_what_is_taken_away_is_granted_too if {
	lacks_platform(reviewed(about_tenant(json.remove(clinic, ["quotas"])), approved(["ada"])))
}

test_the_platform_team_does_not_approve_its_own_grant if {
	raised := but(about_tenant(but(clinic, {"budget": {"monthlyUSD": 1}})), {"review": {"requester": "margaret", "pushers": []}})
	denied := reviewed(raised, approved(["ada", "margaret"]))
	messages_in(denied) == {"1 more approval by the platform team is needed (dennis)"}
	passes(reviewed(raised, approved(["ada", "dennis"])))
}

test_the_objection_of_the_platform_team_counts_where_it_grants if {
	raised := about_tenant(but(clinic, {"budget": {"monthlyUSD": 1}}))
	reviews := array.concat(approved(["ada", "margaret"]), [by("dennis", "changes-requested", true)])
	denied_in(reviewed(raised, reviews)) == {"approvals-changes-requested"}
}

test_a_new_tenant_needs_the_platform_team_and_its_own_owners if {
	new := json.remove(
		but(about_tenant(clinic), {"change": {"action": "added", "before": null, "tenantIsNew": true}}),
		["base/tenant", "base/document"],
	)
	lacks_platform(reviewed(new, approved(["ada"])))
	lacks_quorum(reviewed(new, approved(["dennis"])))
	passes(reviewed(new, approved(["ada", "dennis"])))
}

test_a_tenant_that_goes_needs_the_platform_team_and_the_owners_it_had if {
	gone := json.remove(but(about_tenant(clinic), {"change": {"action": "removed"}}), ["document", "tenant", "base/document"])
	lacks_platform(reviewed(gone, approved(["ada"])))
	passes(reviewed(gone, approved(["ada", "dennis"])))
}

test_a_tenant_that_cannot_be_read_needs_the_platform_team if {
	lacks_platform(reviewed(json.remove(about_tenant(clinic), ["document"]), approved(["ada"])))
	unknown := json.remove(but(about_tenant(clinic), {"change": {"before": null}}), ["base/document"])
	lacks_platform(reviewed(unknown, two))
}

# What is not there

test_without_a_platform_at_the_base_nothing_is_approved if {
	question := reviewed(json.remove(asked, ["base/platform"]), two)
	messages_in(question) == {
		"it is not known who has to approve this, or who did: make sure that main has the platform.yaml and the tenant.yaml that name them, and that the approvals are complete",
		"it is not known who requested changes: make sure that main has the platform.yaml and the tenant.yaml that name them, and that the approvals are complete",
	}
	free := {"base": {"environment": {"approvals": {"required": 0}}}}
	denied_in(but(question, free)) == {"approvals-quorum", "approvals-changes-requested"}
}

test_without_a_tenant_or_an_environment_nothing_is_approved if {
	denied_in(reviewed(json.remove(asked, ["base/tenant"]), two)) == {"approvals-quorum", "approvals-changes-requested"}
	nowhere := json.remove(asked, ["base/environment", "environment"])
	denied_in(reviewed(nowhere, two)) == {"approvals-quorum", "approvals-changes-requested"}
	unsaid := json.remove(asked, ["base/environment/approvals/required"])
	denied_in(reviewed(unsaid, two)) == {"approvals-quorum", "approvals-changes-requested"}
}

test_without_people_nothing_is_approved if {
	odd := reviewed(asked, array.concat(two, [by("grace", "pending", true)]))
	denied_in(odd) == {"approvals-quorum", "approvals-changes-requested"}
	"approvals-quorum" in denied_in(reviewed(json.remove(asked, ["review/requester"]), two))
	"approvals-quorum" in denied_in(reviewed(json.remove(asked, ["review/contributors"]), two))
	"approvals-quorum" in denied_in(reviewed(json.remove(asked, ["review/pushers"]), two))
	unread := json.remove(asked, ["review/reviews"])
	denied_in(unread) == {"approvals-quorum", "approvals-changes-requested"}
}

test_a_kind_that_no_policy_names_asks_as_much_as_personal_data if {
	odd := but(asked, {"change": {"kind": "feature"}})
	denied_in(reviewed(odd, approved(["mary"]))) == {"approvals-quorum"}
	denied_in(reviewed(odd, two)) == set()
	unkind := reviewed(json.remove(asked, ["change/kind"]), two)
	denied_in(unkind) == {"approvals-quorum", "approvals-platform", "approvals-changes-requested"}
}

test_without_approvals_it_says_who_could_give_them if {
	nobody := {"review": {"given": false, "requester": "", "contributors": [], "pushers": []}}
	messages_in(but(asked, nobody)) == {"2 more approvals by clinic's owners are needed (ada, grace, mary)"}
}
