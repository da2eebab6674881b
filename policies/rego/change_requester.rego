# METADATA
# title: Who may request a change
# custom:
#   kinds: [path]
#   asks: review
#   reads: [platform, tenant, base, change, review]
package platform.change_requester

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: A change is requested by somebody whose file it is
# description: |
#   Only a tenant's owners and members, as the base names them, and the platform team may change the tenant's files.
#   Only the platform team may change the platform's files; its documentation everybody of a tenant may mend, with the
#   approval of the platform team. An incident may also be changed by the people of the tenants
#   that it harmed. The bots of platform.yaml may ask for any change, and the updaters of dependencies
#   for changes of the platform's files: what they ask for, people approve. Everybody else asks one of them to open the
#   pull request.
# custom:
#   id: ownership-requester
#   severity: error
#   soc2: [CC6.1, CC6.3, CC8.1]
#   fix: Ask one of them to open the pull request, or become a member of the tenant first.
#   passes: linus, a member of clinic, requests a change of models/clinic/tumour.yaml
#   fails: eve, who belongs to postal, requests a change of models/clinic/tumour.yaml
satisfied contains "ownership-requester" if lower(input.review.requester) in data.lib.people.members_of(input, groups)

satisfied contains "ownership-requester" if {
	groups
	lower(input.review.requester) in bots
}

satisfied contains "ownership-requester" if {
	data.lib.people.owner_of(input) == "platform"
	lower(input.review.requester) in updaters
}

satisfied contains "ownership-requester" if {
	data.lib.people.owner_of(input) == "platform"
	lower(input.review.requester) in {lower(login) | some login in input.change.menders}
}

# Without --approvals the rule only shows which approvals are missing: who will request the change is not known yet.
satisfied contains "ownership-requester" if input.review.given == false

deny contains {
	"rule": "ownership-requester",
	"message": message,
	"at": [],
} if {
	not "ownership-requester" in satisfied
}

bots := data.lib.people.logins(object.get(input.base.platform, "bots", []))

# The applications of Git hosts that propose newer dependencies.
updaters := {"dependabot[bot]", "renovate[bot]"}

groups := ["platform"] if {
	data.lib.people.owner_of(input) == "platform"
	object.get(input.change, "kind", "") != "incident"
}

groups := ["concernedPeople", "platform"] if {
	data.lib.people.owner_of(input) == "platform"
	input.change.kind == "incident"
}

groups := ["owners", "members", "platform"] if data.lib.people.owner_of(input) == "tenant"

message := sprintf("%s may not request this change, only %s may", [
	input.review.requester,
	data.lib.people.named(input, groups),
]) if {
	data.lib.text.is_given(input.review.requester)
} else := sprintf("it is not known who may request this change, or who requests it: %s", [data.lib.people.remedy(input)])
