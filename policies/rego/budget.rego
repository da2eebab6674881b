# METADATA
# title: Budget of a tenant
# custom:
#   kinds: [tenant]
#   asks: state
#   reads: [document, deployments, platform]
package platform.budget

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: The budget covers a month of the tenant's deployments
# description: |
#   The cost of a month is 730 hours of all instances in all environments, challengers and shadows included, at the
#   prices of platform.yaml. Without prices there the rule does not apply.
# custom:
#   id: budget-covers
#   severity: error
#   soc2: [A1.1, CC8.1]
#   fix: Scale down, or have the platform team approve a higher budget in tenant.yaml.
#   passes: "budget: {monthlyUSD: 2000} and deployments that cost 1460 dollars a month"
#   fails: "budget: {monthlyUSD: 1000} and deployments that cost 1460 dollars a month"
#   waivable: true
satisfied contains "budget-covers" if is_covered

deny contains {
	"rule": "budget-covers",
	"message": sprintf("the deployments cost %s dollars a month and the budget is %s", [
		data.lib.number.text(ceil(round(cost * 100) / 100)),
		data.lib.number.text(input.document.budget.monthlyUSD),
	]),
	"at": ["budget", "monthlyUSD"],
} if {
	not "budget-covers" in satisfied
}

# Without prices there is no cost to compute.
is_covered if {
	is_object(input.platform)
	object.get(input.platform, "prices", null) == null
} else if data.lib.number.at_most(cost, input.document.budget.monthlyUSD)

cost := 730 * sum(hourly) if {
	prices := input.platform.prices
	hourly := [price |
		some deployments in input.deployments
		used := data.lib.resources.of(deployments)
		price := price_of(used, prices)
	]
	count(hourly) == count(input.deployments)
}

price_of(used, prices) := (gpu + cpu) + memory if {
	gpu := used.gpu * data.lib.number.within_reason(prices.gpuHourUSD)
	cpu := used.cpu * data.lib.number.within_reason(prices.cpuHourUSD)
	memory := used.memoryGiB * data.lib.number.within_reason(prices.memoryGiBHourUSD)
}
