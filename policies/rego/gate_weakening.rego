# METADATA
# title: Weaker gates of a model
# custom:
#   kinds: [model]
#   asks: change
#   reads: [document, change]
package platform.gate_weakening

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: No gate becomes easier to meet
# description: |
#   Gates may be weakened, and reviewers should notice it: a removed gate, a lower min, a higher max, a larger
#   maxDropFromCurrent. This is a warning. A version that is deployed in the same pull request must meet the old gates
#   as well (gates-agreed).
# custom:
#   id: gates-weakened
#   severity: warning
#   soc2: [CC7.1, CC8.1]
#   fix: Keep the gate, or say in the pull request why less is good enough now.
#   passes: "production: {auc: {min: 0.85}} becomes production: {auc: {min: 0.9}}"
#   fails: "production: {auc: {min: 0.85}} becomes production: {auc: {min: 0.8}}, or is removed"
satisfied contains "gates-weakened" if input.change.action in {"added", "removed"}

satisfied contains "gates-weakened" if {
	input.change.action == "changed"
	every environment, gates in gates_before {
		every metric, gate in gates {
			every bound, _ in gate {
				is_as_strict(environment, metric, bound)
			}
		}
	}
}

deny contains {
	"rule": "gates-weakened",
	"message": sprintf("%s of %s in %s goes from %s to %s", [
		bound,
		metric,
		environment,
		data.lib.number.text(gate[bound]),
		in_words(bound_of(gates_after, environment, metric, bound)),
	]),
	"at": ["gates", environment, metric, bound],
} if {
	input.change.action == "changed"
	not "gates-weakened" in satisfied
	some environment, gates in gates_before
	some metric, gate in gates
	some bound, _ in gate
	not is_as_strict(environment, metric, bound)
}

is_as_strict(environment, metric, bound) if bound_of(gates_before, environment, metric, bound) == null

is_as_strict(environment, metric, "min") if {
	now := bound_of(gates_after, environment, metric, "min")
	is_number(now)
	now >= bound_of(gates_before, environment, metric, "min")
}

is_as_strict(environment, metric, bound) if {
	bound in {"max", "maxDropFromCurrent"}
	now := bound_of(gates_after, environment, metric, bound)
	is_number(now)
	now <= bound_of(gates_before, environment, metric, bound)
}

bound_of(gates, environment, metric, bound) := object.get(gates, [environment, metric, bound], null)

in_words(bound) := "nothing" if {
	bound == null
} else := data.lib.number.text(bound)

gates_before := object.get(input.change, ["before", "gates"], {})

gates_after := object.get(input.document, "gates", {})
