# METADATA
# title: Weaker safeguards of an environment
# custom:
#   kinds: [environment]
#   asks: change
#   reads: [document, change]
package platform.environment_weakening

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: An environment keeps its safeguards
# description: |
#   Fewer approvals, self-approval, more people who may approve, a larger blast radius, another promotesFrom, or a
#   freeze that is lifted early: each may be right, and reviewers should notice it. Until the change is merged, the
#   safeguards of the base apply.
# custom:
#   id: environment-weakened
#   severity: warning
#   loosens: true
#   soc2: [CC5.3, CC8.1]
#   fix: Say in the pull request why the safeguard is no longer needed.
#   passes: "approvals: {required: 3, from: [owners]} in place of {required: 2, from: [owners]}"
#   fails: "approvals: {required: 1, from: [owners, members]} in place of {required: 2, from: [owners]}"
satisfied contains "environment-weakened" if input.change.action in {"added", "removed", "kept"}

satisfied contains "environment-weakened" if {
	every safeguard, _ in places {
		safeguard in kept
	}
	lifted == set()
}

deny contains {
	"rule": "environment-weakened",
	"message": sprintf("%s goes from %s to %s", [concat(".", place), as_json(before, place), as_json(after, place)]),
	"at": place,
} if {
	not "environment-weakened" in satisfied
	some safeguard, place in places
	not safeguard in kept
}

deny contains {
	"rule": "environment-weakened",
	"message": data.lib.freezes.message(window),
	"at": ["freeze"],
} if {
	not "environment-weakened" in satisfied
	some window in lifted
}

before := input.change.before if is_object(input.change.before)

after := input.document

places := {
	"quorum": ["approvals", "required"],
	"groups": ["approvals", "from"],
	"self-approval": ["approvals", "selfApproval"],
	"share": ["blastRadius", "maxChangedPercent"],
	"number": ["blastRadius", "minResources"],
	"at once": ["blastRadius", "maxChanged"],
	"promotion": ["promotesFrom"],
}

kept contains "quorum" if after.approvals.required >= before.approvals.required

kept contains "groups" if {
	every name in after.approvals.from {
		name in before.approvals.from
	}
}

kept contains "self-approval" if object.get(after.approvals, "selfApproval", false) == false

kept contains "self-approval" if before.approvals.selfApproval == true

kept contains "share" if after.blastRadius.maxChangedPercent <= before.blastRadius.maxChangedPercent

kept contains "number" if after.blastRadius.minResources <= before.blastRadius.minResources

kept contains "at once" if object.get(before, ["blastRadius", "maxChanged"], null) == null

kept contains "at once" if {
	is_number(after.blastRadius.maxChanged)
	after.blastRadius.maxChanged <= before.blastRadius.maxChanged
}

kept contains "promotion" if object.get(before, "promotesFrom", null) == null

kept contains "promotion" if after.promotesFrom == before.promotesFrom

lifted := data.lib.freezes.lifted(before, after, input.change.now)

as_json(document, place) := json.marshal(object.get(document, place, null))
