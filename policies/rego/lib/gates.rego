# METADATA
# title: Whether metrics meet their gates
# description: |
#   A gate has one or more of `min`, `max` and `maxDropFromCurrent`; null means no bound. Less is better where a gate
#   has `max` and no `min`.
package lib.gates

# The gates of a model in an environment, by metric.
of(model, environment) := object.get(model, ["gates", environment], {})

# True when a metric is recorded and within `min` and `max` of its gate.
is_met(metrics, metric, gate) if {
	value := metrics[metric]
	is_number(value)
	is_above(value, object.get(gate, "min", null))
	is_below(value, object.get(gate, "max", null))
}

is_above(_, bound) if bound == null

is_above(value, bound) if {
	is_number(bound)
	value >= bound
}

is_below(_, bound) if bound == null

is_below(value, bound) if {
	is_number(bound)
	value <= bound
}

# Say why a metric does not meet its gate.
violation(metrics, metric, gate) := sprintf("%s has a gate in this environment and is not recorded", [metric]) if {
	not is_number(object.get(metrics, metric, null))
} else := sprintf("%s is %s and the gate asks for at least %s", [
	metric,
	data.lib.number.text(metrics[metric]),
	data.lib.number.text(gate.min),
]) if {
	not is_above(metrics[metric], object.get(gate, "min", null))
} else := sprintf("%s is %s and the gate asks for at most %s", [
	metric,
	data.lib.number.text(metrics[metric]),
	data.lib.number.text(gate.max),
])

# True when a metric is no worse than before, apart from the drop that its gate allows.
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

# Say why a metric is worse than its gate allows.
regression(before, after, metric, gate) := sprintf("%s goes from %s to %s, and the gate allows a loss of %s", [
	metric,
	data.lib.number.text(before[metric]),
	data.lib.number.text(after[metric]),
	data.lib.number.text(gate.maxDropFromCurrent),
]) if {
	is_number(object.get(before, metric, null))
	is_number(object.get(after, metric, null))
} else := sprintf("%s cannot be compared: it must be recorded for this version and for the one that runs", [metric])

# {"at": path, "message": sentence} for each bound of some gates (environment → metric → gate) that asks for less than
# before, or for nothing.
weakened(before, after) := {entry |
	some environment, metrics in before
	some metric, gate in metrics
	some bound, old in gate
	old != null
	new := object.get(after, [environment, metric, bound], null)
	not is_as_strict(bound, old, new)
	entry := {
		"at": ["gates", environment, metric, bound],
		"message": sprintf("%s of %s in %s goes from %s to %s", [
			bound,
			metric,
			environment,
			data.lib.number.text(old),
			in_words(new),
		]),
	}
}

is_as_strict("min", old, new) if {
	is_number(new)
	new >= old
}

is_as_strict(bound, old, new) if {
	bound in {"max", "maxDropFromCurrent"}
	is_number(new)
	new <= old
}

in_words(bound) := "nothing" if {
	bound == null
} else := data.lib.number.text(bound)
