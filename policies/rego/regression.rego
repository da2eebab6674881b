# METADATA
# title: A version is not worse than the one it replaces
# custom:
#   kinds: [deployment]
#   asks: change
#   reads: [document, model, environment, change]
package platform.regression

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: No gated metric falls by more than its gate allows
# description: |
#   A version can meet every gate and still be worse than what people rely on today. Where a gate has `max` and
#   no `min`, less is better, and the metric must not rise. A rollback is always open.
# custom:
#   id: gates-regression
#   severity: error
#   soc2: [CC7.1, CC8.1]
#   fix: Deploy a version that is as good as the one that runs, or have maxDropFromCurrent changed in the model first.
satisfied contains "gates-regression" if exempt

satisfied contains "gates-regression" if {
	every metric, gate in gates {
		holds_up(metric, gate)
	}
}

deny contains {
	"rule": "gates-regression",
	"message": shortfall(metric, gate),
	"at": ["metrics", metric],
} if {
	not "gates-regression" in satisfied
	some metric, gate in gates
	not holds_up(metric, gate)
}

exempt if input.change.action == "removed"

exempt if input.change.base == null

exempt if input.change.isRollback == true

gates := object.get(input.model, ["gates", input.environment.name], {})

holds_up(_, gate) if not "maxDropFromCurrent" in object.keys(gate)

holds_up(metric, gate) if billionths(loss(metric, gate)) <= billionths(gate.maxDropFromCurrent)

loss(metric, gate) := current(metric) - input.document.metrics[metric] if not less_is_better(gate)

loss(metric, gate) := input.document.metrics[metric] - current(metric) if less_is_better(gate)

current(metric) := input.change.before.metrics[metric]

less_is_better(gate) if {
	"max" in object.keys(gate)
	not "min" in object.keys(gate)
}

# So that 0.93 - 0.92 is 0.01 in every engine.
billionths(number) := round(number * 1000000000)

shortfall(metric, gate) := sprintf("%s goes from %v to %v and may lose %v", [
	metric,
	current(metric),
	input.document.metrics[metric],
	gate.maxDropFromCurrent,
]) if {
	loss(metric, gate)
} else := sprintf("%s cannot be compared: it is not recorded for both this version and the one that runs", [metric])
