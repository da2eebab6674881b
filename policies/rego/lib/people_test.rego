package lib.people_test

asked := {
	"base": {
		"platform": {"team": ["Margaret", "dennis"], "bots": ["Ship-It"]},
		"tenant": {"name": "clinic", "owners": ["Ada", "grace", "mary", "ship-it", "merge[bot]"], "members": ["Linus"]},
	},
	"tenant": {"name": "clinic", "owners": ["eve"], "members": ["mallory"]},
	"change": {"tenant": "clinic", "ownedByPlatform": false, "tenantIsNew": false},
	"review": {
		"requester": "grace",
		"contributors": ["linus"],
		"pushers": ["Mary"],
		"reviews": [],
	},
}

without(paths) := json.remove(asked, paths)

reviewed(reviews) := object.union(asked, {"review": {"reviews": reviews}})

by(user, state, is_head) := {"user": user, "state": state, "isHead": is_head}

test_a_path_is_the_platforms_or_a_tenants if {
	data.lib.people.owner_of(object.union(asked, {"change": {"ownedByPlatform": true}})) == "platform"
	data.lib.people.owner_of(asked) == "tenant"
}

test_a_path_without_anybody_who_is_there_is_nobodys if {
	not data.lib.people.owner_of(without(["base/tenant"]))
	not data.lib.people.owner_of(without(["base/platform"]))
	not data.lib.people.owner_of(without(["change/ownedByPlatform"]))
	not data.lib.people.owner_of(object.union(asked, {"change": {"tenant": ""}}))
	not data.lib.people.owner_of(object.union(asked, {"change": {"tenant": "postal"}}))
}

test_where_nobody_can_be_named_it_says_what_to_do if {
	data.lib.people.remedy(object.union(asked, {"change": {"tenantIsBroken": true}})) == "repair tenants/clinic/tenant.yaml first"
	contains(data.lib.people.remedy(asked), "platform.yaml")
	contains(data.lib.people.remedy({}), "platform.yaml")
}

test_a_tenant_is_as_at_the_base if data.lib.people.tenant(asked) == asked.base.tenant

test_only_a_new_tenant_is_taken_at_its_word if {
	new := object.union(without(["base/tenant"]), {"change": {"tenantIsNew": true}})
	data.lib.people.tenant(new) == asked.tenant
	not data.lib.people.tenant(without(["base/tenant"]))
	data.lib.people.tenant(object.union(asked, {"change": {"tenantIsNew": true}})) == asked.base.tenant
}

test_logins_are_compared_in_lower_case if {
	data.lib.people.members_of(asked, ["members", "platform"]) == {"linus", "margaret", "dennis"}
	data.lib.people.authors(asked) == {"grace", "linus", "mary"}
}

test_an_incident_concerns_the_people_that_the_facts_name if {
	incident := object.union(asked, {"change": {"concerned": {"owners": ["Ada"], "people": ["ada", "linus"]}}})
	data.lib.people.members_of(incident, ["concernedOwners", "platform"]) == {"ada", "margaret", "dennis"}
	data.lib.people.members_of(incident, ["concernedPeople"]) == {"ada", "linus"}
	not data.lib.people.members_of(asked, ["concernedOwners"])
	data.lib.people.named(incident, ["concernedOwners", "concernedPeople"]) == "the owners of the tenants that it harmed or the people of the tenants that it harmed"
}

test_no_bot_may_approve if data.lib.people.eligible(asked, ["owners"]) == {"ada", "grace", "mary"}

test_with_a_group_nobody_knows_nobody_is_eligible if not data.lib.people.eligible(asked, ["owners", "everybody"])

test_without_a_list_of_a_group_nobody_is_eligible if {
	not data.lib.people.eligible(without(["base/tenant/owners"]), ["owners"])
	not data.lib.people.eligible(object.union(asked, {"base": {"tenant": {"members": "linus"}}}), ["owners", "members"])
	data.lib.people.eligible(without(["base/tenant/members"]), ["members"]) == set()
}

test_without_the_list_of_bots_nobody_may_approve if {
	odd := object.union(asked, {"base": {"platform": {"bots": null}}})
	not data.lib.people.eligible(odd, ["owners"])
	data.lib.people.eligible(without(["base/platform/bots"]), ["members"]) == {"linus"}
}

test_authors_do_not_count_unless_they_may if {
	data.lib.people.panel(asked, ["owners"], false) == {"ada"}
	data.lib.people.panel(asked, ["owners"], true) == {"ada", "grace", "mary"}
}

test_without_the_authors_nobody_counts if {
	not data.lib.people.panel(without(["review/requester"]), ["owners"], false)
	not data.lib.people.panel(without(["review/contributors"]), ["owners"], false)
	not data.lib.people.panel(without(["review/pushers"]), ["owners"], false)
}

test_the_last_review_that_decides_counts if {
	data.lib.people.approving(reviewed([by("Ada", "approved", true), by("ada", "commented", true)])) == {"ada"}
	back := [by("ada", "approved", true), by("ada", "changes-requested", true)]
	data.lib.people.approving(reviewed(back)) == set()
	data.lib.people.objecting(reviewed(back)) == {"ada"}
	again := array.concat(back, [by("ada", "approved", true), by("grace", "approved", true)])
	data.lib.people.approving(reviewed(again)) == {"ada", "grace"}
	data.lib.people.objecting(reviewed(again)) == set()
}

test_a_review_that_is_dismissed_says_nothing if {
	data.lib.people.approving(reviewed([by("ada", "approved", true), by("ada", "dismissed", true)])) == set()
	data.lib.people.objecting(reviewed([by("ada", "changes-requested", true), by("ada", "dismissed", true)])) == set()
}

test_a_review_that_is_not_understood_makes_all_unknown if {
	every odd in [by("ada", "pending", true), {"user": "ada"}, {"state": "approved"}, by("", "approved", true), null] {
		not data.lib.people.approving(reviewed([by("ada", "approved", true), odd]))
		not data.lib.people.objecting(reviewed([by("ada", "approved", true), odd]))
	}
}

test_only_the_judged_commit_is_approved if {
	data.lib.people.approving(reviewed([by("ada", "approved", false)])) == set()
	data.lib.people.approving(reviewed([by("ada", "approved", true), by("ada", "approved", false)])) == set()
	data.lib.people.approving(reviewed([by("ada", "approved", false), by("ada", "approved", true)])) == {"ada"}
	data.lib.people.approving(reviewed([{"user": "ada", "state": "approved"}])) == set()
}

test_an_objection_outlives_a_push if {
	data.lib.people.objecting(reviewed([by("ada", "changes-requested", false)])) == {"ada"}
}

test_without_reviews_nothing_is_said if {
	not data.lib.people.approving(without(["review/reviews"]))
	not data.lib.people.objecting(without(["review/reviews"]))
}

test_missing_approvals_are_asked_for_by_name if {
	owners := data.lib.people.missing_approvals(1, asked, ["owners"], {"mary", "ada"})
	owners == "1 more approval by clinic's owners is needed (ada, mary)"
	both := data.lib.people.missing_approvals(2, asked, ["members", "platform"], set())
	both == "2 more approvals by clinic's members or the platform team are needed, and nobody may give it"
}
