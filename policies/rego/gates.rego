# METADATA
# title: A version meets the gates of its environment
# custom:
#   kinds: [deployment]
#   asks: state
#   reads: [document, model, environment]
package platform.gates

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: The recorded metrics meet the model's gates for the environment
# description: The gates are what reviewers agreed is good enough to be relied on there; a missing number is no number.
# custom:
#   id: gates-met
#   severity: error
#   soc2: [CC7.1, CC8.1]
#   fix: Deploy a version that meets the gate; platform promote records its metrics.
satisfied contains "gates-met" if {
	every metric, gate in gates {
		is_met(metric, gate)
	}
}

deny contains {
	"rule": "gates-met",
	"message": shortfall(metric, gate),
	"at": ["metrics", metric],
} if {
	not "gates-met" in satisfied
	some metric, gate in gates
	not is_met(metric, gate)
}

gates := object.get(input.model, ["gates", input.environment.name], {})

is_met(metric, gate) if {
	value := input.document.metrics[metric]
	value >= object.get(gate, "min", value)
	value <= object.get(gate, "max", value)
}

shortfall(metric, gate) := sprintf("%s is %v and the gate asks for at least %v", [metric, value, gate.min]) if {
	value := input.document.metrics[metric]
	value < gate.min
} else := sprintf("%s is %v and the gate asks for at most %v", [metric, value, gate.max]) if {
	value := input.document.metrics[metric]
	value > gate.max
} else := sprintf("%s has a gate here and is not recorded", [metric])
