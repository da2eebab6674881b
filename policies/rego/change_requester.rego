# METADATA
# title: Who asks for a change may ask for it
# custom:
#   kinds: [path]
#   asks: review
#   reads: [platform, tenant, base, change, review]
package platform.change_requester

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: A change is asked for by somebody whose file it is
# description: |
#   A tenant's files are changed by its owners and members, as the base names them, or by the platform team; the
#   platform's files only by the platform team. Others propose it to them.
# custom:
#   id: ownership-requester
#   severity: error
#   soc2: [CC6.1, CC6.3, CC8.1]
#   fix: Have one of them open the pull request, or be made a member of the tenant first.
#   passes: linus, a member of clinic, asks to change models/clinic/tumour.yaml
#   fails: eve, who belongs to postal, asks to change models/clinic/tumour.yaml
satisfied contains "ownership-requester" if lower(input.review.requester) in data.lib.people.belonging(input, groups)

# Asked without approvals, to show which are missing: who will ask is not known, and nothing is decided.
satisfied contains "ownership-requester" if input.review.given == false

deny contains {
	"rule": "ownership-requester",
	"message": complaint,
	"at": [],
} if {
	not "ownership-requester" in satisfied
}

groups := ["platform"] if data.lib.people.keeper(input) == "platform"

groups := ["owners", "members", "platform"] if data.lib.people.keeper(input) == "tenant"

complaint := sprintf("%s may not ask for this change: that is for %s", [
	input.review.requester,
	data.lib.people.named(input, groups),
]) if {
	data.lib.text.is_given(input.review.requester)
} else := sprintf("who may ask for this change, or who asks, cannot be told: %s", [data.lib.people.way_out(input)])
