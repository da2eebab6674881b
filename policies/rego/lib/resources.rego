# METADATA
# title: Resources that deployments use
# description: |
#   Every version of a deployment uses the same resources: the pinned one, a challenger and a shadow. A deployment that
#   cannot be counted makes the sum undefined, so that none is left out. However little an instance declares, a server
#   with a model takes some: it counts as a tenth of a CPU and half a GiB at least.
package lib.resources

# What an instance takes at least.
floor := {"cpu": 0.1, "memoryGiB": 0.5}

# How much gpu, cpu and memoryGiB deployments use together, how many instances run, and how many endpoints they have.
of(deployments) := total if {
	is_object(deployments)
	uses := [use |
		some deployment in deployments
		use := use_of(deployment)
	]
	count(uses) == count(deployments)
	total := {
		"gpu": sum([use.gpu | some use in uses]),
		"cpu": sum([use.cpu | some use in uses]),
		"memoryGiB": sum([use.memoryGiB | some use in uses]),
		"instances": sum([use.instances | some use in uses]),
		"endpoints": count(uses),
	}
}

# Capped at a billion, as the embedded engine stops at numbers that are too large.
use_of(deployment) := use if {
	serving := deployment.serving
	others := [key | some key in ["experiment", "shadow"]; object.get(deployment, key, null) != null]
	copies := serving.instances * (1 + count(others))
	use := {
		"gpu": copies * serving.gpu.count,
		"cpu": copies * max([floor.cpu, min([serving.cpu, 1000000000])]),
		"memoryGiB": copies * max([floor.memoryGiB, min([serving.memoryGiB, 1000000000])]),
		"instances": copies,
	}
}
