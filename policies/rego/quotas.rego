# METADATA
# title: Quotas of a tenant
# description: |
#   `deployments` are the tenant's deployments: `{environment: {tenant/model: deployment}}`.
# custom:
#   kinds: [tenant]
#   asks: state
#   reads: [document, deployments]
package platform.quotas

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: The quotas cover what the tenant's deployments use
# description: |
#   Machines are shared and GPUs are scarce. For each environment the resources of all instances are added up, those of
#   challengers and shadows included, and compared with its quota. A deployment counts as one endpoint, and an instance
#   as a tenth of a CPU and half a GiB at least. `instances` limits their number where the quota says one. An
#   environment without a quota has a quota of 0.
# custom:
#   id: quota-covers
#   severity: error
#   soc2: [A1.1, CC8.1]
#   fix: Scale down, or have the platform team approve a higher quota in tenant.yaml.
#   passes: "quotas: {production: {gpu: 2, …}} and two deployments there with instances: 1 and gpu: {count: 1}"
#   fails: "quotas: {production: {gpu: 2, …}} and one deployment there with instances: 3 and gpu: {count: 1}"
#   waivable: true
satisfied contains "quota-covers" if {
	every environment, deployments in input.deployments {
		is_covered(data.lib.resources.of(deployments), object.get(input.document.quotas, [environment], {}))
	}
}

deny contains {
	"rule": "quota-covers",
	"message": sprintf("the deployments in %s use %s %s and the quota is %s", [
		environment,
		data.lib.number.text(used[resource]),
		in_words(resource, used[resource]),
		data.lib.number.text(object.get(quota, resource, 0)),
	]),
	"at": ["quotas", environment, resource],
} if {
	not "quota-covers" in satisfied
	some environment, deployments in input.deployments
	quota := object.get(input.document.quotas, [environment], {})
	used := data.lib.resources.of(deployments)
	some resource, _ in units
	not is_enough(used, quota, resource)
}

units := {
	"gpu": "GPU",
	"cpu": "CPU",
	"memoryGiB": "GiB of memory",
	"instances": "instances",
	"endpoints": "endpoints",
}

in_words(resource, number) := "endpoint" if {
	resource == "endpoints"
	number == 1
} else := "instance" if {
	resource == "instances"
	number == 1
} else := units[resource]

is_covered(used, quota) if {
	is_enough(used, quota, "gpu")
	is_enough(used, quota, "cpu")
	is_enough(used, quota, "memoryGiB")
	is_enough(used, quota, "instances")
	is_enough(used, quota, "endpoints")
}

is_enough(_, quota, resource) if {
	resource == "instances"
	not quota[resource]
}

is_enough(used, quota, resource) if data.lib.number.at_most(used[resource], object.get(quota, resource, 0))
