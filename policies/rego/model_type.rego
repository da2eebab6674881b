# METADATA
# title: The type of a model that is deployed
# custom:
#   kinds: [model]
#   asks: change
#   reads: [document, change]
package platform.model_type

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: A deployed model keeps its type
# description: |
#   The type says whether requests are answered at all, in every environment that pins the model, whatever its approvals
#   and freezes. A real-time model that became batch would go on answering with the version that it had then.
# custom:
#   id: model-type-kept
#   severity: error
#   soc2: [CC8.1]
#   fix: "Give the model of the other type a name of its own, or first remove its deployments, each in its environment."
#   passes: "type: real-time becomes type: batch, and no environment pins the model"
#   fails: "type: real-time becomes type: batch, and production pins the model"
satisfied contains "model-type-kept" if input.change.action in {"added", "removed"}

satisfied contains "model-type-kept" if input.document.type == input.change.before.type

satisfied contains "model-type-kept" if input.change.pinnedIn == []

deny contains {
	"rule": "model-type-kept",
	"message": sprintf("type goes from %v to %v while %s pins the model", [
		input.change.before.type,
		input.document.type,
		concat(", ", input.change.pinnedIn),
	]),
	"at": ["type"],
} if {
	not "model-type-kept" in satisfied
}
