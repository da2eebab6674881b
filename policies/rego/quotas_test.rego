package platform.quotas_test

import data.platform.quotas

serving(instances, cpu, memory, gpus) := {"serving": {
	"instances": instances,
	"cpu": cpu,
	"memoryGiB": memory,
	"gpu": {"count": gpus},
}}

quota := {"gpu": 2, "cpu": 8, "memoryGiB": 16, "endpoints": 2}

asked(deployments) := {
	"document": {"quotas": {"production": quota}},
	"deployments": {"production": deployments},
}

denials_in(question) := denials if {
	decision := quotas.decision with input as question
	denials := decision.deny
}

denied_in(question) := {denial.rule | some denial in denials_in(question)}

messages_in(question) := {denial.message | some denial in denials_in(question)}

denied := {"quota-covers"}

test_what_fits_is_allowed if {
	denied_in(asked({"a/one": serving(1, 4, 8, 1), "a/two": serving(1, 4, 8, 1)})) == set()
}

test_a_tenant_without_deployments_uses_nothing if {
	denied_in({"document": {"quotas": {}}, "deployments": {}}) == set()
	denied_in({"document": {"quotas": {}}, "deployments": {"production": {}}}) == set()
}

test_each_resource_is_counted if {
	messages_in(asked({"a/one": serving(3, 1, 1, 1)})) == {"the deployments in production use 3 GPU and the quota is 2"}
	messages_in(asked({"a/one": serving(1, 8.5, 1, 1)})) == {"the deployments in production use 8.5 CPU and the quota is 8"}
	messages_in(asked({"a/one": serving(1, 1, 17, 1)})) == {"the deployments in production use 17 GiB of memory and the quota is 16"}
	messages_in(asked({name: serving(1, 1, 1, 0) | some name in ["a/one", "a/two", "a/three"]})) == {"the deployments in production use 3 endpoints and the quota is 2"}
}

test_one_endpoint_is_one_endpoint_and_one_instance_is_one_instance if {
	few := {"cpu": 1, "memoryGiB": 1, "instances": 0}
	none := {
		"document": {"quotas": {"production": few}},
		"deployments": {"production": {"a/one": serving(1, 0, 0, 0)}},
	}
	messages_in(none) == {
		"the deployments in production use 1 endpoint and the quota is 0",
		"the deployments in production use 1 instance and the quota is 0",
	}
}

test_instances_are_multiplied if denied_in(asked({"a/one": serving(9, 1, 1, 0)})) == denied

test_small_ones_add_up if denied_in(asked({"a/one": serving(1, 5, 1, 0), "a/two": serving(1, 4, 1, 0)})) == denied

test_challengers_and_shadows_count if {
	other := {"version": "1.1.0", "digest": "sha256:aa"}
	shadowed := object.union(serving(2, 1, 1, 1), {"shadow": other})
	messages_in(asked({"a/one": shadowed})) == {"the deployments in production use 4 GPU and the quota is 2"}
	challenged := object.union(serving(2, 1, 1, 1), {"experiment": {"id": "exp-7", "challenger": other, "percent": 1}})
	denied_in(asked({"a/one": challenged})) == denied
}

test_an_environment_without_a_quota_has_none if {
	question := {
		"document": {"quotas": {"production": quota}},
		"deployments": {"Production": {"a/one": serving(1, 1, 1, 0)}},
	}
	count(denials_in(question)) == 3
	{denial.at | some denial in denials_in(question)} == {
		["quotas", "Production", "cpu"],
		["quotas", "Production", "memoryGiB"],
		["quotas", "Production", "endpoints"],
	}
}

test_one_environment_does_not_lend_to_another if {
	question := {
		"document": {"quotas": {"production": quota, "development": object.union(quota, {"gpu": 0})}},
		"deployments": {
			"production": {"a/one": serving(1, 1, 1, 1)},
			"development": {"a/one": serving(1, 1, 1, 1)},
		},
	}
	messages_in(question) == {"the deployments in development use 1 GPU and the quota is 0"}
}

test_fractions_that_add_up_to_the_quota_are_allowed if {
	question := {
		"document": {"quotas": {"production": object.union(quota, {"cpu": 0.3})}},
		"deployments": {"production": {"a/one": serving(1, 0.1, 1, 0), "a/two": serving(1, 0.2, 1, 0)}},
	}
	denied_in(question) == set()
}

test_a_number_beyond_reason_is_denied if {
	denied_in(asked({"a/one": serving(64, 1e308, 1, 0), "a/two": serving(64, 1e308, 1, 0)})) == denied
}

test_a_quota_beyond_reason_covers_everything if {
	question := {
		"document": {"quotas": {"production": {"gpu": 1, "cpu": 1e308, "memoryGiB": 1e308, "endpoints": 1}}},
		"deployments": {"production": {"a/one": serving(1, 1, 1, 1)}},
	}
	denied_in(question) == set()
}

test_a_quota_without_a_resource_covers_none_of_it if {
	question := {
		"document": {"quotas": {"production": object.remove(quota, ["gpu"])}},
		"deployments": {"production": {"a/one": serving(1, 1, 1, 1)}},
	}
	messages_in(question) == {"the deployments in production use 1 GPU and the quota is 0"}
}

test_what_cannot_be_counted_is_not_answered if {
	decision := quotas.decision with input as asked({"a/one": {"serving": {"instances": 1}}})
	decision.evaluated == set()
}

test_without_deployments_nothing_is_answered if {
	decision := quotas.decision with input as {"document": {"quotas": {}}}
	decision.evaluated == set()
}

test_many_tiny_instances_are_denied_for_what_each_takes if {
	denied_in(asked({"a/one": serving(64, 0.0001, 0.0001, 0)})) == denied
}

test_a_quota_of_instances_is_heeded_where_there_is_one if {
	of_three := object.union(quota, {"instances": 3})
	within := object.union(asked({"a/one": serving(3, 1, 1, 0)}), {"document": {"quotas": {"production": of_three}}})
	count(denied_in(within)) == 0
	beyond := object.union(asked({"a/one": serving(4, 1, 1, 0)}), {"document": {"quotas": {"production": of_three}}})
	messages_in(beyond) == {"the deployments in production use 4 instances and the quota is 3"}
}
