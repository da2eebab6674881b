# METADATA
# title: What a gate asks of a metric
# description: |
#   A gate holds `min`, `max`, `maxDropFromCurrent` or several of them; a bound that is null is none. Where it has
#   `max` and no `min`, less is better.
package lib.gates

# The gates of a model in an environment, by metric.
of(model, environment) := object.get(model, ["gates", environment], {})

# Whether a metric that was recorded lies within the bounds of its gate.
is_met(metrics, metric, gate) if {
	value := metrics[metric]
	is_number(value)
	is_floor(value, object.get(gate, "min", null))
	is_ceiling(value, object.get(gate, "max", null))
}

is_floor(_, bound) if bound == null

is_floor(value, bound) if {
	is_number(bound)
	value >= bound
}

is_ceiling(_, bound) if bound == null

is_ceiling(value, bound) if {
	is_number(bound)
	value <= bound
}

# Why a metric does not meet its gate.
violation(metrics, metric, gate) := sprintf("%s has a gate here and is not recorded", [metric]) if {
	not is_number(object.get(metrics, metric, null))
} else := sprintf("%s is %s and the gate asks for at least %s", [
	metric,
	data.lib.number.text(metrics[metric]),
	data.lib.number.text(gate.min),
]) if {
	not is_floor(metrics[metric], object.get(gate, "min", null))
} else := sprintf("%s is %s and the gate asks for at most %s", [
	metric,
	data.lib.number.text(metrics[metric]),
	data.lib.number.text(gate.max),
])

# Whether a metric is no worse than before, but for the drop that its gate allows.
is_no_worse(_, _, _, gate) if object.get(gate, "maxDropFromCurrent", null) == null

is_no_worse(before, after, metric, gate) if {
	is_number(gate.maxDropFromCurrent)
	data.lib.number.at_most(loss(before, after, metric, gate), gate.maxDropFromCurrent)
}

# How much worse a metric is than before.
loss(before, after, metric, gate) := before[metric] - after[metric] if not less_is_better(gate)

loss(before, after, metric, gate) := after[metric] - before[metric] if less_is_better(gate)

less_is_better(gate) if {
	object.get(gate, "max", null) != null
	object.get(gate, "min", null) == null
}

# Why a metric is worse than its gate allows.
regression(before, after, metric, gate) := sprintf("%s goes from %s to %s and may lose %s", [
	metric,
	data.lib.number.text(before[metric]),
	data.lib.number.text(after[metric]),
	data.lib.number.text(gate.maxDropFromCurrent),
]) if {
	is_number(object.get(before, metric, null))
	is_number(object.get(after, metric, null))
} else := sprintf("%s cannot be compared: it is not recorded for both this version and the one that runs", [metric])
