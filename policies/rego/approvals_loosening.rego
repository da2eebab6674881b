# METADATA
# title: Approvals of what loosens
# description: |
#   `change.approvalsIn` has the `approvals` of each environment that pins a model before and after the change, as at the
#   base.
# custom:
#   kinds: [path]
#   asks: review
#   reads: [document, platform, tenant, base, change, review]
package platform.approvals_loosening

decision := {
	"evaluated": (satisfied | {denial.rule | some denial in deny}),
	"deny": deny,
	"approvedBy": approved_by,
}

# METADATA
# title: What loosens a model has the approvals of the environments that pin it
# description: |
#   The gates, service level, monitoring and validation of a model hold wherever it runs. Who takes them away or has them
#   ask for less changes what runs there, and needs the approvals that each of these environments asks for a deployment,
#   whoever requests it. The owners of the tenant approve it as well, as any change of the model.
# custom:
#   id: approvals-loosening
#   severity: error
#   soc2: [CC7.1, CC8.1]
#   fix: Ask the people named here for their review of the present head, or keep what the change loosens.
#   passes: "slo is removed from a model that production pins, and two owners approve it as production asks"
#   fails: "slo is removed from a model that production pins, and one owner approves it where production asks for two"
satisfied contains "approvals-loosening" if input.change.kind != "model"

satisfied contains "approvals-loosening" if input.change.action in {"added", "removed"}

satisfied contains "approvals-loosening" if loosened == set()

# What cannot be read is an error of its own, which no waiver suspends.
satisfied contains "approvals-loosening" if object.get(input, "document", null) == null

satisfied contains "approvals-loosening" if {
	every environment, _ in input.change.approvalsIn {
		missing[environment] == 0
	}
}

deny contains {
	"rule": "approvals-loosening",
	"message": sprintf("what this loosens holds in %s, which asks for the same as for a deployment: %s", [
		environment,
		data.lib.people.missing_approvals(number, input, input.change.approvalsIn[environment].from, panels[environment] - approving),
	]),
	"at": [],
} if {
	not "approvals-loosening" in satisfied
	some environment, number in missing
	number == max([other | some other in missing])
	number > 0
}

deny contains {
	"rule": "approvals-loosening",
	"message": sprintf("it is not known who has to approve what this loosens, or who did: %s", [data.lib.people.remedy(input)]),
	"at": [],
} if {
	not "approvals-loosening" in satisfied
	not is_known
}

is_known if {
	is_set(loosened)
	every environment, _ in input.change.approvalsIn {
		is_number(missing[environment])
	}
}

before := data.lib.quorum.before(input)

loosened := data.lib.loosening.of_model(before, input.document) if is_object(input.document)

# How many approvals are missing, by environment.
missing[environment] := max({0, approvals.required - count(panels[environment] & approving)}) if {
	some environment, approvals in input.change.approvalsIn
	is_number(approvals.required)
}

panels[environment] := people if {
	some environment, approvals in input.change.approvalsIn
	is_array(approvals.from)
	people := data.lib.people.panel(input, approvals.from, object.get(approvals, "selfApproval", false))
}

approving := data.lib.people.approving(input)

approved_by contains login if {
	input.change.kind == "model"
	loosened != set()
	some _, people in panels
	some login in (people & approving)
}
