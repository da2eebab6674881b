package platform.ownership_test

import data.platform.ownership

clinic := {"name": "clinic", "owners": ["ada", "grace", "mary"]}

asked := {
	"tenant": clinic,
	"base": {"platform": {"team": ["margaret", "dennis"]}, "tenant": clinic},
	"change": {
		"path": "models/clinic/tumour.yaml",
		"tenant": "clinic",
		"ownedByPlatform": false,
		"tenantIsNew": false,
	},
}

of_nobody := json.remove(
	object.union(asked, {"change": {"path": "scripts/deploy.sh", "tenant": ""}}),
	["tenant", "base/tenant"],
)

messages_in(question) := messages if {
	decision := ownership.decision with input as question
	decision.evaluated == {"ownership-unmatched"}
	messages := {denial.message | some denial in decision.deny}
}

test_the_file_of_a_tenant_is_somebodys if messages_in(asked) == set()

test_the_file_of_the_platform_is_somebodys if {
	messages_in(object.union(of_nobody, {"change": {"ownedByPlatform": true}})) == set()
}

test_the_file_of_a_new_tenant_is_somebodys if {
	messages_in(json.remove(object.union(asked, {"change": {"tenantIsNew": true}}), ["base/tenant"])) == set()
}

test_the_file_of_a_tenant_that_goes_is_still_somebodys if messages_in(json.remove(asked, ["tenant"])) == set()

test_a_file_beside_all_places_is_nobodys if {
	messages_in(of_nobody) == {"scripts/deploy.sh belongs to nobody: it is not under ownedPaths in platform.yaml, nor in a folder of a tenant"}
}

test_the_file_of_a_tenant_that_is_not_there_is_nobodys if {
	ghost := {"change": {"path": "examples/training/ghost_x.py", "tenant": "ghost", "tenantIsNew": true}}
	messages_in(json.remove(object.union(asked, ghost), ["tenant", "base/tenant"])) == {"examples/training/ghost_x.py belongs to nobody: it is not under ownedPaths in platform.yaml, and there is no tenant ghost"}
}

test_the_files_of_a_new_tenant_wait_for_its_document_to_be_repaired if {
	broken := {"change": {"tenantIsNew": true, "tenantIsBroken": true}}
	messages_in(json.remove(object.union(asked, broken), ["tenant", "base/tenant"])) == set()
	known := object.union(broken, {"change": {"tenantIsNew": false}})
	count(messages_in(json.remove(object.union(asked, known), ["tenant", "base/tenant"]))) == 1
	whole := object.union(broken, {"change": {"tenantIsBroken": false}})
	count(messages_in(json.remove(object.union(asked, whole), ["tenant", "base/tenant"]))) == 1
	count(messages_in(json.remove(object.union(asked, broken), ["tenant", "base/tenant", "base/platform"]))) == 1
	owned := json.remove(object.union(asked, broken), ["tenant", "base/tenant", "change/ownedByPlatform"])
	count(messages_in(owned)) == 1
}

test_another_tenant_than_the_path_says_does_not_own_it if {
	count(messages_in(object.union(asked, {"change": {"tenant": "postal"}}))) == 1
}

test_without_the_platforms_word_everything_is_nobodys if {
	said := messages_in(json.remove(asked, ["base/platform"]))
	said == {"models/clinic/tumour.yaml belongs to nobody: the base has no platform.yaml with ownedPaths"}
	count(messages_in(json.remove(asked, ["change/ownedByPlatform"]))) == 1
}
