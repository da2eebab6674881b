package lib.resources_test

serving(instances, cpu, memory, gpus) := {"serving": {
	"instances": instances,
	"cpu": cpu,
	"memoryGiB": memory,
	"gpu": {"count": gpus},
}}

test_no_deployment_uses_nothing if {
	data.lib.resources.of({}) == {"gpu": 0, "cpu": 0, "memoryGiB": 0, "instances": 0, "endpoints": 0}
}

test_instances_are_multiplied_and_deployments_added if {
	deployments := {"a/one": serving(2, 1.5, 4, 1), "a/two": serving(1, 1, 1, 0)}
	data.lib.resources.of(deployments) == {"gpu": 2, "cpu": 4, "memoryGiB": 9, "instances": 3, "endpoints": 2}
}

test_challengers_and_shadows_take_their_share if {
	other := {"version": "1.1.0", "digest": "sha256:aa"}
	challenged := object.union(serving(2, 1, 1, 1), {"experiment": {"id": "exp-7", "challenger": other, "percent": 10}})
	data.lib.resources.of({"a/one": challenged}) == {"gpu": 4, "cpu": 4, "memoryGiB": 4, "instances": 4, "endpoints": 1}
	both := object.union(challenged, {"shadow": other})
	data.lib.resources.of({"a/one": both}) == {"gpu": 6, "cpu": 6, "memoryGiB": 6, "instances": 6, "endpoints": 1}
	none := object.union(serving(2, 1, 1, 1), {"experiment": null, "shadow": null})
	data.lib.resources.of({"a/one": none}) == {"gpu": 2, "cpu": 2, "memoryGiB": 2, "instances": 2, "endpoints": 1}
}

test_what_cannot_be_counted_is_no_sum if {
	not data.lib.resources.of({"a/one": serving(1, 1, 1, 1), "a/two": {}})
	not data.lib.resources.of({"a/one": {"serving": {"instances": 1, "cpu": 1, "memoryGiB": 1}}})
}

test_a_number_beyond_reason_stays_countable if {
	data.lib.resources.of({"a/one": serving(1, 1e308, 1, 0), "a/two": serving(1, 1e308, 1, 0)}).cpu == 2000000000
}

test_an_instance_takes_something_however_little_it_declares if {
	used := data.lib.resources.of({"a/one": serving(60, 0.0001, 0.0001, 0)})
	data.lib.number.text(used.cpu) == "6"
	used.memoryGiB == 30
	used.instances == 60
}
