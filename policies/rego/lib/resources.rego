# METADATA
# title: Resources that deployments use
# description: |
#   Every version of a deployment uses the same resources: the pinned one, a challenger and a shadow. A deployment that
#   cannot be counted makes the sum undefined, so that none is left out.
package lib.resources

# How much gpu, cpu and memoryGiB deployments use together, and how many endpoints they have.
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

# Capped at a billion, as the embedded engine stops at numbers that are too large.
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
