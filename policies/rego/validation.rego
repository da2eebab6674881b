# METADATA
# title: Validation data of a model
# custom:
#   kinds: [model]
#   asks: state
#   reads: [document, tenant, datasets]
package platform.validation

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: The sample that a model is validated with is held out from its training
# description: Metrics on training rows show how well a model remembers, not how well it answers.
# custom:
#   id: validation-held-out
#   severity: error
#   soc2: [CC7.1, CC8.1]
#   fix: Hold rows out of the training, and make a data set of them for validation.
#   passes: "data: {datasets: [clinic/biopsies]} and validation: {dataset: clinic/biopsies-held-out, …}, with another digest"
#   fails: "data: {datasets: [clinic/biopsies]} and validation: {dataset: clinic/biopsies, …}"
satisfied contains "validation-held-out" if has_no_validation

satisfied contains "validation-held-out" if {
	is_string(sample.digest)
	every name in input.document.data.datasets {
		name != input.document.validation.dataset
		input.datasets[name].digest != sample.digest
	}
}

deny contains {
	"rule": "validation-held-out",
	"message": sprintf("the model is validated with %s, which it is trained on", [input.document.validation.dataset]),
	"at": ["validation", "dataset"],
} if {
	not "validation-held-out" in satisfied
}

# METADATA
# title: The sample is data that the tenant may read
# description: Validation sends the data through the model, so the tenant needs access to it.
# custom:
#   id: validation-clearance
#   severity: error
#   soc2: [CC6.1, CC6.3]
#   fix: Validate with the tenant's own data, or data that is shared with it, within its clearance.
#   passes: "validation: {dataset: clinic/biopsies-held-out, …}, which is pii, and tenant clinic has clearance: pii"
#   fails: "validation: {dataset: clinic/biopsies-held-out, …} in a model of postal"
satisfied contains "validation-clearance" if has_no_validation

satisfied contains "validation-clearance" if {
	data.lib.sensitivity.covers(input.tenant.clearance, data.lib.sensitivity.of(sample))
	may_read(input.document.validation.dataset)
}

deny contains {
	"rule": "validation-clearance",
	"message": sprintf("%s is %s data, and tenant %s may not read it", [
		input.document.validation.dataset,
		data.lib.sensitivity.of(sample),
		input.tenant.name,
	]),
	"at": ["validation", "dataset"],
} if {
	not "validation-clearance" in satisfied
}

has_no_validation if not "validation" in object.keys(input.document)

sample := input.datasets[input.document.validation.dataset]

may_read(name) if startswith(name, sprintf("%s/", [input.tenant.name]))

may_read(_) if input.tenant.name in sample.sharedWith
