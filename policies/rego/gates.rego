# METADATA
# title: Gates on metrics
# custom:
#   kinds: [deployment]
#   asks: state
#   reads: [document, model, environment]
package platform.gates

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: The recorded metrics meet the model's gates for the environment
# description: Gates say which quality reviewers agreed on for an environment. A metric that is not recorded fails its gate.
# custom:
#   id: gates-met
#   severity: error
#   soc2: [CC7.1, CC8.1]
#   fix: Deploy a version that meets the gate; platform promote records its metrics.
#   passes: "metrics: {auc: 0.91} where the model says gates: {production: {auc: {min: 0.85}}}"
#   fails: "metrics: {auc: 0.84} where the model says gates: {production: {auc: {min: 0.85}}}"
satisfied contains "gates-met" if {
	metrics := recorded
	every metric, gate in gates {
		data.lib.gates.is_met(metrics, metric, gate)
	}
}

deny contains {
	"rule": "gates-met",
	"message": data.lib.gates.violation(recorded, metric, gate),
	"at": ["metrics", metric],
} if {
	not "gates-met" in satisfied
	some metric, gate in gates
	not data.lib.gates.is_met(recorded, metric, gate)
}

gates := data.lib.gates.of(input.model, input.environment.name)

recorded := object.get(input.document, "metrics", {})
