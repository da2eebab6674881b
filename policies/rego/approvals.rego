# METADATA
# title: Approvals of a change
# description: |
#   The base says who may approve and how many must. An approval counts when it is for the commit that is checked, the
#   same user has only commented since, and the user is neither a bot nor an author of the change.
# custom:
#   kinds: [path]
#   asks: review
#   reads: [document, platform, tenant, datasets, environment, base, change, review]
package platform.approvals

decision := {
	"evaluated": (satisfied | {denial.rule | some denial in deny}),
	"deny": deny,
	"approvedBy": approved_by,
	"required": required,
}

# METADATA
# title: The approvals are for the commit that is checked
# description: What is merged must be what was reviewed. Nobody has reviewed a commit pushed after the approvals.
# custom:
#   id: approvals-head
#   severity: error
#   soc2: [CC8.1]
#   fix: Ask for reviews of the present head, and write the approvals file again.
#   passes: "head: the commit that `platform check --head` checks"
#   fails: "head: the commit before the last push"
satisfied contains "approvals-head" if input.review.isHead == true

deny contains {
	"rule": "approvals-head",
	"message": sprintf("the approvals are for commit %v, not for the one that is checked", [
		object.get(input, ["review", "head"], "unknown"),
	]),
	"at": [],
} if {
	not "approvals-head" in satisfied
}

# METADATA
# title: Enough people who are responsible for a file approve its change
# description: |
#   Nobody changes alone what runs or who may see which data. A deployment needs the approvals that its environment
#   requires. Other files of a tenant need approvals.tenant of its owners, or approvals.pii where personal data is
#   involved. Files of the platform need approvals.platform of its team. For a rollback one approval is enough.
#   Who lets somebody else approve needs what that opens: a new owner takes as many present owners as the strictest
#   environment and personal data ask for, a new member as many as an environment asks of members, and a higher clearance
#   as many as personal data.
# custom:
#   id: approvals-quorum
#   severity: error
#   soc2: [CC6.1, CC8.1]
#   fix: Ask the people named here for their review of the present head.
#   passes: "ada and mary, owners of clinic, approve a change that grace requests, under approvals: {required: 2, from: [owners]}"
#   fails: "ada approves her own change, and mary approved an earlier commit, under approvals: {required: 2, from: [owners]}"
satisfied contains "approvals-quorum" if count(counting) >= terms.required

deny contains {
	"rule": "approvals-quorum",
	"message": quorum_message,
	"at": [],
} if {
	not "approvals-quorum" in satisfied
}

# METADATA
# title: The platform team approves what a tenant may see, use and spend
# description: |
#   The platform team grants a tenant its clearance, quotas, budget, cost centre, accounts, repositories and keys.
#   Whoever adds or removes a tenant, or changes one of these, needs the approval of the platform team as well as that of
#   the tenant's owners.
# custom:
#   id: approvals-platform
#   severity: error
#   soc2: [CC6.1, CC6.2, CC6.3, CC8.1]
#   fix: Ask a member of the platform team to review the present head.
#   passes: "margaret of the platform team approves quotas: {production: {gpu: 4, …}}"
#   fails: "only the tenant's owners approve clearance: pii in place of clearance: internal"
satisfied contains "approvals-platform" if is_within_grants

satisfied contains "approvals-platform" if count(granting) >= 1

deny contains {
	"rule": "approvals-platform",
	"message": data.lib.people.missing_approvals(1, input, ["platform"], platform_team),
	"at": [],
} if {
	not "approvals-platform" in satisfied
	platform_team
}

deny contains {
	"rule": "approvals-platform",
	"message": "it is not known who of the platform team may approve this: first merge a platform.yaml that names them",
	"at": [],
} if {
	not "approvals-platform" in satisfied
	not platform_team
}

# METADATA
# title: No approver has requested changes
# description: |
#   Other approvals do not outvote a reviewer who may approve and has requested changes. The request stands, whatever is
#   pushed afterwards, until the same person approves or the review is dismissed.
# custom:
#   id: approvals-changes-requested
#   severity: error
#   soc2: [CC8.1]
#   fix: Make the changes that the reviewer requested, and ask for another review.
#   passes: "mary requests changes, and approves once they are made"
#   fails: "ada and grace approve while mary, an owner too, requests changes"
satisfied contains "approvals-changes-requested" if objections == set()

deny contains {
	"rule": "approvals-changes-requested",
	"message": objection,
	"at": [],
} if {
	not "approvals-changes-requested" in satisfied
}

terms := data.lib.quorum.terms(input)

default required := 0

# How many approvals are on record as required; where that is not known, nothing is approved either.
required := terms.required

# `panel` are the people whose approvals count, `counting` those of them who have approved.
panel := data.lib.people.panel(input, terms.from, terms.own)

counting := panel & data.lib.people.approving(input)

granting := platform_team & data.lib.people.approving(input)

# Whose approval is of use: it counts for the quorum, or for what the platform team grants.
approved_by contains login if some login in counting

approved_by contains login if {
	not is_within_grants
	some login in granting
}

quorum_message := data.lib.people.missing_approvals(missing, input, terms.from, panel - counting) if {
	missing := terms.required - count(counting)
} else := sprintf("it is not known who has to approve this, or who did: %s", [data.lib.people.remedy(input)])

platform_team := data.lib.people.panel(input, ["platform"], false)

is_within_grants if input.change.kind != "tenant"

is_within_grants if {
	input.change.kind == "tenant"
	input.change.action == "changed"
	before := data.lib.quorum.before(input)
	every key in ["clearance", "quotas", "budget", "costCenter", "accounts", "repositories", "kmsKeys"] {
		object.get(input.document, key, null) == object.get(before, key, null)
	}
}

objections := data.lib.people.objecting(input) & data.lib.people.eligible(input, objecting_groups)

objecting_groups := array.concat(terms.from, ["platform"]) if not is_within_grants

objecting_groups := terms.from if is_within_grants

objection := sprintf("%s requested changes", [concat(", ", sort(objections))]) if {
	count(objections) > 0
} else := sprintf("it is not known who requested changes: %s", [data.lib.people.remedy(input)])
