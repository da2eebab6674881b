package platform.budget_test

import data.platform.budget

serving(instances, cpu, memory, gpus) := {"serving": {
	"instances": instances,
	"cpu": cpu,
	"memoryGiB": memory,
	"gpu": {"count": gpus},
}}

prices := {"gpuHourUSD": 1, "cpuHourUSD": 0.1, "memoryGiBHourUSD": 0.01}

asked(monthly, deployments) := {
	"document": {"budget": {"monthlyUSD": monthly}},
	"deployments": deployments,
	"platform": {"prices": prices},
}

denials_in(question) := denials if {
	decision := budget.decision with input as question
	denials := decision.deny
}

denied_in(question) := {denial.rule | some denial in denials_in(question)}

messages_in(question) := {denial.message | some denial in denials_in(question)}

denied := {"budget-covers"}

# 730 × (1 + 0.1 + 0.01) = 810.3
one := {"a/one": serving(1, 1, 1, 1)}

test_what_the_budget_covers_is_allowed if {
	denied_in(asked(1000, {"production": one})) == set()
	denied_in(asked(810.3, {"production": one})) == set()
	denied_in(asked(0, {})) == set()
	denied_in(asked(0, {"production": {}})) == set()
}

test_what_costs_more_is_denied if {
	messages_in(asked(810.29, {"production": one})) == {"the deployments cost 811 dollars a month and the budget is 810.29"}
	denials_in(asked(0, {"production": one})) == {{
		"rule": "budget-covers",
		"message": "the deployments cost 811 dollars a month and the budget is 0",
		"at": ["budget", "monthlyUSD"],
	}}
}

test_environments_add_up if denied_in(asked(1000, {"production": one, "development": one})) == denied

test_each_price_counts if {
	every price in ["gpuHourUSD", "cpuHourUSD", "memoryGiBHourUSD"] {
		question := asked(810.3, {"production": one})
		denied_in(object.union(question, {"platform": {"prices": {price: 2}}})) == denied
	}
}

test_challengers_and_shadows_cost_as_much if {
	shadowed := {"a/one": object.union(serving(1, 1, 1, 1), {"shadow": {"version": "1.1.0", "digest": "sha256:aa"}})}
	denied_in(asked(1000, {"production": shadowed})) == denied
}

test_without_prices_it_does_not_apply if {
	question := object.remove(asked(0, {"production": one}), ["platform"])
	denied_in(object.union(question, {"platform": {"team": []}})) == set()
	denied_in(object.union(question, {"platform": {"prices": null}})) == set()
}

test_prices_with_a_gap_are_not_answered if {
	question := object.remove(asked(10000, {"production": one}), ["platform"])
	decision := budget.decision with input as object.union(question, {"platform": {"prices": {"gpuHourUSD": 1}}})
	decision.evaluated == set()
}

test_without_a_platform_nothing_is_answered if {
	decision := budget.decision with input as object.remove(asked(10000, {"production": one}), ["platform"])
	decision.evaluated == set()
}

test_what_cannot_be_counted_is_not_answered if {
	decision := budget.decision with input as asked(10000, {"production": one, "development": {"a/one": {}}})
	decision.evaluated == set()
}

test_a_number_beyond_reason_is_denied if {
	denied_in(asked(1000000, {"production": {"a/one": serving(64, 1e308, 1e308, 0)}})) == denied
	question := asked(1000000, {"production": one})
	denied_in(object.union(question, {"platform": {"prices": {"gpuHourUSD": 1e308}}})) == denied
}
