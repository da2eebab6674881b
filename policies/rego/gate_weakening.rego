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
#   loosens: true
#   soc2: [CC7.1, CC8.1]
#   fix: Keep the gate, or say in the pull request why less is good enough now.
#   passes: "production: {auc: {min: 0.85}} becomes production: {auc: {min: 0.9}}"
#   fails: "production: {auc: {min: 0.85}} becomes production: {auc: {min: 0.8}}, or is removed"
satisfied contains "gates-weakened" if input.change.action in {"added", "removed"}

satisfied contains "gates-weakened" if {
	input.change.action == "changed"
	weakened == set()
}

deny contains {
	"rule": "gates-weakened",
	"message": gate.message,
	"at": gate.at,
} if {
	input.change.action == "changed"
	not "gates-weakened" in satisfied
	some gate in weakened
}

weakened := data.lib.gates.weakened(object.get(input.change, ["before", "gates"], {}), object.get(input.document, "gates", {}))
