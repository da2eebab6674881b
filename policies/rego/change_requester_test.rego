package platform.change_requester_test

import data.platform.change_requester

asked := {
	"tenant": {"name": "clinic", "owners": ["eve", "mallory", "trudy"], "members": ["oscar"]},
	"base": {
		"platform": {"team": ["Margaret", "dennis"], "bots": ["ship-it"]},
		"tenant": {"name": "clinic", "owners": ["Ada", "grace", "mary"], "members": ["Linus"]},
	},
	"change": {"path": "models/clinic/tumour.yaml", "tenant": "clinic", "ownedByPlatform": false, "tenantIsNew": false},
	"review": {"given": true, "requester": "nobody", "contributors": ["ada"], "pushers": ["ada"], "reviews": []},
}

by(question, login) := object.union(question, {"review": {"requester": login}})

of_platform := json.remove(object.union(asked, {"change": {"ownedByPlatform": true}}), ["tenant"])

messages_in(question) := messages if {
	decision := change_requester.decision with input as question
	decision.evaluated == {"ownership-requester"}
	messages := {denial.message | some denial in decision.deny}
}

may_ask(question, login) if messages_in(by(question, login)) == set()

test_owners_members_and_the_platform_team_ask_for_a_tenant if {
	may_ask(asked, "ada")
	may_ask(asked, "linus")
	may_ask(asked, "margaret")
}

test_outsiders_do_not if {
	messages_in(by(asked, "zoe")) == {"zoe may not request this change, only clinic's owners or clinic's members or the platform team may"}
}

test_who_contributed_is_not_who_asks if not may_ask(asked, "nobody")

test_who_the_change_itself_makes_an_owner_or_member_does_not if {
	not may_ask(asked, "eve")
	not may_ask(asked, "oscar")
}

test_a_new_tenant_is_asked_for_by_its_people if {
	new := json.remove(object.union(asked, {"change": {"tenantIsNew": true}}), ["base/tenant"])
	may_ask(new, "eve")
	may_ask(new, "oscar")
	may_ask(new, "dennis")
	not may_ask(new, "ada")
}

test_a_tenant_that_goes_is_asked_for_by_those_it_had if {
	may_ask(json.remove(asked, ["tenant"]), "ada")
	not may_ask(json.remove(asked, ["tenant"]), "eve")
}

test_an_incident_is_for_the_people_whom_it_concerns_and_the_platform_team if {
	concerned := {"kind": "incident", "concerned": {"owners": ["ada"], "people": ["ada", "linus"]}}
	incident := object.union(of_platform, {"change": concerned})
	may_ask(incident, "linus")
	may_ask(incident, "dennis")
	not may_ask(incident, "grace")
}

test_files_of_the_platform_are_for_its_team if {
	may_ask(of_platform, "dennis")
	not may_ask(of_platform, "ada")
	messages_in(by(of_platform, "ada")) == {"ada may not request this change, only the platform team may"}
}

test_the_bots_of_the_platform_may_ask_for_anything_that_has_owners if {
	may_ask(asked, "Ship-It")
	may_ask(of_platform, "ship-it")
	not may_ask(object.union(asked, {"change": {"tenant": "postal"}}), "ship-it")
}

test_updaters_of_dependencies_may_ask_for_files_of_the_platform_alone if {
	may_ask(of_platform, "dependabot[bot]")
	may_ask(of_platform, "Renovate[bot]")
	not may_ask(asked, "renovate[bot]")
	not may_ask(of_platform, "renovate")
}

test_a_bot_that_is_nobody_may_not_ask if {
	not may_ask(asked, "other-bot")
	not may_ask(of_platform, "merge[bot]")
}

test_documentation_may_be_mended_by_people_of_any_tenant if {
	of_docs := object.union(of_platform, {"change": {"menders": ["joan", "Linus"]}})
	may_ask(of_docs, "linus")
	not may_ask(of_docs, "zoe")
	not may_ask(object.union(asked, {"change": {"menders": ["zoe"]}}), "zoe")
}

test_what_belongs_to_nobody_is_asked_for_by_nobody if {
	said := messages_in(by(object.union(asked, {"change": {"tenant": "postal"}}), "ada"))
	said == {"it is not known who may request this change, or who requests it: make sure that main has the platform.yaml and the tenant.yaml that name them, and that the approvals are complete"}
	not may_ask(json.remove(asked, ["base/platform"]), "ada")
}

test_without_a_requester_nobody_asks if {
	not may_ask(asked, "")
	count(messages_in(json.remove(asked, ["review/requester"]))) == 1
	count(messages_in(json.remove(asked, ["review"]))) == 1
}

test_without_approvals_it_is_not_asked_who_asks if {
	messages_in(object.union(by(asked, ""), {"review": {"given": false}})) == set()
}
