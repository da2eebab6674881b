# METADATA
# title: What deployments use
# description: |
#   Every version of a deployment has the same scale, and each takes its share: the pinned one, a challenger and a
#   shadow. What cannot be counted makes the sum undefined, so that nothing is left out of it.
package lib.resources

# How much gpu, cpu and memoryGiB deployments use together, and how many endpoints they are.
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
		"endpoints": count(uses),
	}
}

# Beyond a billion it makes no difference, and the embedded engine stops at numbers that are too large.
use_of(deployment) := use if {
	serving := deployment.serving
	others := [key | some key in ["experiment", "shadow"]; object.get(deployment, key, null) != null]
	copies := serving.instances * (1 + count(others))
	use := {
		"gpu": copies * serving.gpu.count,
		"cpu": copies * min([serving.cpu, 1000000000]),
		"memoryGiB": copies * min([serving.memoryGiB, 1000000000]),
	}
}
