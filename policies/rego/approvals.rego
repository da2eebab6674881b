# METADATA
# title: Others than its authors approve a change
# description: |
#   Who may approve, and how many must, is as the base says. An approval counts when it is of the judged commit,
#   nothing but a comment of the same user follows it, and the user is no bot and did not make the change.
# custom:
#   kinds: [path]
#   asks: review
#   reads: [document, platform, tenant, datasets, environment, base, change, review]
package platform.approvals

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: The approvals are about the commit that is judged
# description: What was reviewed has to be what is merged; a commit that came after the approvals was seen by nobody.
# custom:
#   id: approvals-head
#   severity: error
#   soc2: [CC8.1]
#   fix: Ask for the reviews of the present head, and write the approvals down anew.
#   passes: "head: the commit that `platform check --head` judges"
#   fails: "head: the commit before the last push"
satisfied contains "approvals-head" if input.review.isHead == true

deny contains {
	"rule": "approvals-head",
	"message": sprintf("the approvals are about commit %v, which is not the one that is judged", [
		object.get(input, ["review", "head"], "unknown"),
	]),
	"at": [],
} if {
	not "approvals-head" in satisfied
}

# METADATA
# title: Enough of those who answer for a file approve its change
# description: |
#   Nobody changes what runs, or who may see what, alone. A deployment needs what its environment asks for, other
#   files of a tenant approvals.tenant of its owners, or approvals.pii where personal data is involved, files of the
#   platform approvals.platform of its team. For a rollback one approval is enough.
# custom:
#   id: approvals-quorum
#   severity: error
#   soc2: [CC6.1, CC8.1]
#   fix: Ask the people named here for their review of the present head.
#   passes: "ada and mary, owners of clinic, approve a change that grace asks for, under approvals: {required: 2, from: [owners]}"
#   fails: "ada approves her own change, and mary the commit before it, under approvals: {required: 2, from: [owners]}"
satisfied contains "approvals-quorum" if count(counting) >= terms.required

deny contains {
	"rule": "approvals-quorum",
	"message": quorum_complaint,
	"at": [],
} if {
	not "approvals-quorum" in satisfied
}

# METADATA
# title: The platform team approves what a tenant may see, use and spend
# description: |
#   Clearance, quotas, budget, accounts and repositories are granted to a tenant, not taken: a tenant that comes or
#   goes, or changes one of these, needs the approval of the platform team besides that of its owners.
# custom:
#   id: approvals-platform
#   severity: error
#   soc2: [CC6.1, CC6.2, CC6.3, CC8.1]
#   fix: Ask one of the platform team for a review of the present head.
#   passes: "margaret of the platform team approves quotas: {production: {gpu: 4, …}}"
#   fails: "only the tenant's owners approve clearance: pii in place of clearance: internal"
satisfied contains "approvals-platform" if is_within_grants

satisfied contains "approvals-platform" if count(data.lib.people.approving(input) & platform_team) >= 1

deny contains {
	"rule": "approvals-platform",
	"message": data.lib.people.call_for(1, input, ["platform"], platform_team),
	"at": [],
} if {
	not "approvals-platform" in satisfied
	platform_team
}

deny contains {
	"rule": "approvals-platform",
	"message": "who of the platform team may approve this cannot be told: first merge a platform.yaml that names them",
	"at": [],
} if {
	not "approvals-platform" in satisfied
	not platform_team
}

# METADATA
# title: Nobody who may approve asks for changes
# description: |
#   An objection of somebody who answers for the file is not outvoted: it stands, whatever is pushed after it, until
#   the same person approves or the review is dismissed.
# custom:
#   id: approvals-changes-requested
#   severity: error
#   soc2: [CC8.1]
#   fix: Do what the reviewer asks for and have the change reviewed again.
#   passes: "mary asks for changes, and approves after them"
#   fails: "ada and grace approve while mary, an owner too, asks for changes"
satisfied contains "approvals-changes-requested" if objections == set()

deny contains {
	"rule": "approvals-changes-requested",
	"message": objection,
	"at": [],
} if {
	not "approvals-changes-requested" in satisfied
}

terms := data.lib.quorum.terms(input)

# Whose approvals count, and those of them that are given.
panel := data.lib.people.panel(input, terms.from, terms.own)

counting := panel & data.lib.people.approving(input)

quorum_complaint := data.lib.people.call_for(missing, input, terms.from, panel - counting) if {
	missing := terms.required - count(counting)
} else := sprintf("who has to approve this, or who did, cannot be told: %s", [data.lib.people.way_out(input)])

platform_team := data.lib.people.panel(input, ["platform"], false)

is_within_grants if input.change.kind != "tenant"

is_within_grants if {
	input.change.kind == "tenant"
	input.change.action == "changed"
	before := data.lib.quorum.before(input)
	every key in ["clearance", "quotas", "budget", "accounts", "repositories"] {
		object.get(input.document, key, null) == object.get(before, key, null)
	}
}

objections := data.lib.people.objecting(input) & data.lib.people.eligible(input, concerned)

concerned := array.concat(terms.from, ["platform"]) if not is_within_grants

concerned := terms.from if is_within_grants

objection := sprintf("%s asked for changes", [concat(", ", sort(objections))]) if {
	count(objections) > 0
} else := sprintf("who asks for changes cannot be told: %s", [data.lib.people.way_out(input)])
