# METADATA
# title: Looser promises and checks of a model
# custom:
#   kinds: [model]
#   asks: change
#   reads: [document, change]
package platform.model_loosening

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: No promise or check of a model becomes looser
# description: |
#   A service level, monitoring or validation may go or ask for less, and reviewers should notice it. This is a warning;
#   who has to approve it is said by approvals-loosening.
# custom:
#   id: model-loosened
#   severity: warning
#   loosens: true
#   soc2: [CC7.1, CC7.2, CC8.1]
#   fix: Keep it, or say in the pull request why less is good enough now.
#   passes: "slo: {latencyP99Ms: 50} becomes slo: {latencyP99Ms: 40}"
#   fails: "slo: {latencyP99Ms: 50} becomes slo: {latencyP99Ms: 500}, or slo, monitoring or validation is removed"
satisfied contains "model-loosened" if input.change.action in {"added", "removed"}

satisfied contains "model-loosened" if {
	input.change.action == "changed"
	loosened == set()
}

deny contains {
	"rule": "model-loosened",
	"message": entry.message,
	"at": entry.at,
} if {
	input.change.action == "changed"
	not "model-loosened" in satisfied
	some entry in loosened
}

# Gates have a rule of their own.
loosened := {entry |
	some entry in data.lib.loosening.of_model(input.change.before, input.document)
	entry.at[0] != "gates"
}
