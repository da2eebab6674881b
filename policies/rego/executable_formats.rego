# METADATA
# title: Model formats that run code
# custom:
#   kinds: [deployment]
#   asks: state
#   reads: [model, environment]
package platform.executable_formats

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: Executable formats stay in the first environment
# description: |
#   An onnx or tensorrt file is a graph of known operations. A pyfunc is Python code: loading it runs whatever it
#   contains, next to production data and keys. It may only run in the first environment.
# custom:
#   id: format-executable
#   severity: error
#   soc2: [CC6.8, CC8.1]
#   fix: Export the model to onnx, or ask for a waiver for this deployment.
#   passes: "a deployment in production of a model with format: onnx"
#   fails: "a deployment in production of a model with format: pyfunc"
#   waivable: true
satisfied contains "format-executable" if input.model.format in {"onnx", "tensorrt"}

satisfied contains "format-executable" if {
	is_object(input.environment)
	object.get(input.environment, "promotesFrom", null) == null
}

deny contains {
	"rule": "format-executable",
	"message": sprintf("%s has the format %v, which runs code of its own, and may not leave the first environment", [
		input.model.name,
		input.model.format,
	]),
	"at": ["version"],
} if {
	not "format-executable" in satisfied
}
