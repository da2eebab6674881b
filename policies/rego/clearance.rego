# METADATA
# title: Clearance for data and sharing of data
# custom:
#   kinds: [model]
#   asks: state
#   reads: [document, tenant, datasets]
package platform.clearance

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: The tenant's clearance covers the data its models read
# description: A model remembers its training data, so whoever trains it must be cleared for that data.
# custom:
#   id: data-clearance
#   severity: error
#   soc2: [CC6.1, CC6.3]
#   fix: Train on less sensitive data, or have the platform team raise the tenant's clearance.
#   passes: "data: {datasets: [clinic/biopsies]}, which is pii, and tenant clinic has clearance: pii"
#   fails: "data: {datasets: [postal/letters]}, which is pii, and tenant postal has clearance: internal"
satisfied contains "data-clearance" if {
	every name in input.document.data.datasets {
		is_cleared_for(name)
	}
}

deny contains {
	"rule": "data-clearance",
	"message": sprintf("%s is %s data and tenant %s is cleared for %s", [
		name,
		data.lib.sensitivity.of(input.datasets[name]),
		input.tenant.name,
		input.tenant.clearance,
	]),
	"at": ["data", "datasets", place],
} if {
	not "data-clearance" in satisfied
	some place, name in input.document.data.datasets
	not is_cleared_for(name)
}

is_cleared_for(name) if {
	data.lib.sensitivity.covers(input.tenant.clearance, data.lib.sensitivity.of(input.datasets[name]))
}

# METADATA
# title: Another tenant's data is read only when it is shared
# description: Data belongs to the tenant that is responsible for it, and only its owner decides who else may use it.
# custom:
#   id: data-sharing
#   severity: error
#   soc2: [CC6.1, CC6.3]
#   fix: Have the owner of the data set add the tenant to its sharedWith.
#   passes: "data: {datasets: [clinic/biopsies]} in a model of clinic, or of a tenant in the data set's sharedWith"
#   fails: "data: {datasets: [clinic/biopsies]} in a model of postal, and the data set says sharedWith: []"
satisfied contains "data-sharing" if {
	every name in input.document.data.datasets {
		may_read(name)
	}
}

deny contains {
	"rule": "data-sharing",
	"message": sprintf("%s is not shared with tenant %s", [name, input.tenant.name]),
	"at": ["data", "datasets", place],
} if {
	not "data-sharing" in satisfied
	some place, name in input.document.data.datasets
	not may_read(name)
}

may_read(name) if startswith(name, sprintf("%s/", [input.tenant.name]))

may_read(name) if input.tenant.name in input.datasets[name].sharedWith
